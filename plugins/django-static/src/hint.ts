import { relative } from 'node:path'
import { nearest } from './nearest.ts'
import type { Project } from './project.ts'

/**
 * What may be meant by a public name that no file has: the nearest name, or a file in a folder that no finder looks into.
 *
 * @param project The project.
 * @param publicName The name.
 * @param names The names to choose from; every static file's when left out.
 * @returns A sentence with a space before it, or nothing.
 */
export function hintFor(
  { finders, unlisted, root }: Project,
  publicName: string,
  names?: Iterable<string>,
): string {
  const folder = unlisted(publicName)
  if (folder !== undefined) {
    return ` There is one in ${folder}, but no finder looks into that folder: name it in STATICFILES_DIRS, as BASE_DIR / '${relative(root, folder)}'.`
  }
  const near = nearest(publicName, names ?? [...finders.list()].map(([name]) => name))
  return near === undefined ? '' : ` Did you mean ${near}?`
}
