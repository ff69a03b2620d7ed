import { isAbsolute, relative } from 'node:path'
import type { Context } from '../context.ts'
import type { Made } from './bundle.ts'
import { hintFor } from '../hint.ts'
import type { Project } from '../project.ts'

/**
 * Says what a build found that is no error.
 *
 * @param context The context of the plugin call.
 * @param project The project.
 * @param made What the build has made.
 * @param paths Hashed names by public name, where the build decides them.
 */
export function warn(
  context: Context,
  project: Project,
  { tree: { warnings } }: Made,
  paths: ReadonlyMap<string, string> | undefined,
): void {
  const { info, finders } = project
  const logger = context.config?.logger
  const missing = paths === undefined ? [] : missingNames(context, project, paths)
  for (const warning of [...finders.passedOver, ...warnings, ...missing])
    logger?.warn(`django-static: ${warning}`)
  if (!info.storage.manifest) {
    logger?.warn(
      `django-static: ${info.storage.name} does not read staticfiles.json, so {% static %} gives unhashed names. ${info.django.startsWith('3.') ? 'Set STATICFILES_STORAGE =' : "Set STORAGES['staticfiles']['BACKEND'] ="} 'django.contrib.staticfiles.storage.ManifestStaticFilesStorage'.`,
    )
  }
}

/** A folder as the person at the terminal knows it: from Vite's root, when it lies below. */
export function shown({ root }: Context, dir: string): string {
  const path = relative(root, dir)
  return path === '' || path.startsWith('..') || isAbsolute(path) ? dir : path
}

function missingNames(
  context: Context,
  project: Project,
  paths: ReadonlyMap<string, string>,
): string[] {
  const sentences = new Set<string>()
  for (const { publicName, position } of project.texts.references()) {
    if (paths.has(publicName)) continue
    const hint = hintFor(context, project, publicName, paths.keys())
    const file = relative(context.root, position.file)
    sentences.add(
      `${file}:${position.line}:${position.column + 1}: {% static '${publicName}' %} names no static file.${hint}`,
    )
  }
  return [...sentences]
}
