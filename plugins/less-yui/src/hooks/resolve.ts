import path from 'node:path'
import type { Plugin } from 'vite'
import type { Context } from '../context.ts'
import { cssOf, hasFlag, parseRequest, slashed, sourceOf, specifierRE } from './request.ts'

/** Maps whatever names a sheet or its source to the file id `/abs/x.css`, which {@link loadPlugin} answers. */
export function resolvePlugin(context: Context): Plugin {
  const { preferSource } = context.options
  return {
    name: 'less-yui:resolve',
    enforce: 'pre',
    resolveId: {
      filter: { id: specifierRE },
      async handler(id, importer, options) {
        const { file, query } = parseRequest(id)
        if (id.startsWith('\0') || /^(?:[a-z]+:)?\/\//i.test(file)) return undefined
        const less = file.endsWith('.less')
        // The text or the URL of the source itself was asked for.
        if (less && (hasFlag(query, 'raw') || hasFlag(query, 'url'))) return undefined
        const wins = preferSource || less
        const css = cssOf(file)
        for (const candidate of candidates(css, importer, context.root)) {
          if (sourceOf(candidate, wins)) return slashed(candidate) + query
        }
        // Aliases, package names and other plugins' mappings: whoever finds the source has found the sheet.
        const source = `${css.slice(0, -4)}.less`
        const found = await this.resolve(source, importer, { ...options, skipSelf: true })
        if (!found || found.external) return undefined
        const target = cssOf(parseRequest(found.id).file)
        return sourceOf(target, wins) ? slashed(target) + query : undefined
      },
    },
  }
}

function candidates(file: string, importer: string | undefined, root: string): string[] {
  if (file.startsWith('/@fs/')) return [file.slice(4)]
  if (path.isAbsolute(file)) return [path.join(root, file), file]
  const folder = importer === undefined ? root : path.dirname(parseRequest(importer).file)
  const relative = file.startsWith('./') || file.startsWith('../')
  // Build inputs are often written without a leading `./`.
  return relative || importer === undefined ? [path.resolve(folder, file)] : []
}
