import { existsSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import type { Plugin } from 'vite'
import { type Context } from '../context.ts'
import { readStaticUrl } from '../django/static-url.ts'
import { derivations, namesBehind } from '../derived.ts'
import type { Project } from '../project.ts'

const ROOT_ABSOLUTE = /^\/(?!@|\/)/

/**
 * Lets modules name static files by their URL: `import '/static/main/js/app.js'`.
 *
 * @param context The context of the plugin call.
 */
export function resolvePlugin(context: Context): Plugin {
  return {
    name: 'django-static:resolve',
    enforce: 'pre',
    resolveId: {
      filter: { id: ROOT_ABSOLUTE },
      async handler(id) {
        return resolvePublic(context, await context.project(), id)
      },
    },
  }
}

/** Maps the URL of a public name, with or without the base, to the id of its file: `/main/css/kovu.css` to `/…/media/main/css/kovu.css`. */
async function resolvePublic(
  context: Context,
  project: Project,
  id: string,
): Promise<string | undefined> {
  const mark = id.search(/[?#]/)
  const path = mark === -1 ? id : id.slice(0, mark)
  const query = mark === -1 ? '' : id.slice(mark)
  // A path from Vite's root is a file's canonical URL already.
  if (existsSync(path) || existsSync(join(context.root, path))) return undefined
  const base = readStaticUrl(project.info.staticUrl).path
  const names = path.startsWith(base) ? [path.slice(base.length), path.slice(1)] : [path.slice(1)]
  await project.refresh(namesBehind(context, names))
  for (const publicName of names) {
    const file = project.finders.find(publicName)
    for (const { from, to, pipeline, preferSource } of derivations(context)) {
      if (!pipeline || (file !== undefined && !preferSource)) continue
      const derived = project.finders.findDerived(publicName, from, to)
      if (derived !== undefined) return derived.file + query
    }
    if (file !== undefined && !project.privateFiles.has(file)) return realpathSync(file) + query
  }
  return undefined
}
