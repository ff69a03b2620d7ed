import { relative } from 'node:path'
import type { Context } from './context.ts'
import { derivations } from './derived.ts'
import { nearest } from './nearest.ts'
import type { Project } from './project.ts'

/**
 * What may be meant by a public name that no file has: the nearest name, one that is made from a file among them, or a file in a folder
 * that no finder looks into.
 *
 * @param context The context of the plugin call; undefined where the other plugins are not known yet.
 * @param project The project.
 * @param publicName The name.
 * @param names The names to choose from; every static file's when left out.
 * @returns A sentence with a space before it, or nothing.
 */
export function hintFor(
  context: Context | undefined,
  { finders, unlisted, root }: Project,
  publicName: string,
  names?: Iterable<string>,
): string {
  const folder = unlisted(publicName)
  if (folder !== undefined) {
    return ` There is one in ${folder}, but no finder looks into that folder: name it in STATICFILES_DIRS, as BASE_DIR / '${relative(root, folder)}'.`
  }
  const found = [...finders.list()].map(([name]) => name)
  const made = (context === undefined ? [] : derivations(context)).flatMap(({ from, to }) =>
    found.flatMap((name) => (name.endsWith(from) ? [name.slice(0, -from.length) + to] : [])),
  )
  const near = nearest(publicName, [...(names ?? found), ...made])
  return near === undefined ? '' : ` Did you mean ${near}?`
}
