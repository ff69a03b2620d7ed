import fs from 'node:fs'
import path from 'node:path'
import type { Plugin } from 'vite'
import { slashed, type Context } from '../context.ts'
import { emitText } from '../output/index.ts'
import { HTML_MARK, parseRequest } from './request.ts'
import { loadRuntime, resolveRuntime, RUNTIME_RE } from './runtime-files.ts'

/** Finds templates, derived names and the runtime; loads what is no template itself. */
export function resolvePlugin(context: Context): Plugin {
  /** What this plugin reads itself, Vite does not ask for. */
  let mayRead = (_file: string): boolean => true
  return {
    name: 'hulk-amd:resolve',
    enforce: 'pre',
    async configureServer({ config }) {
      const { isFileLoadingAllowed } = await import('vite')
      mayRead = (file) => isFileLoadingAllowed(config, slashed(file))
    },
    resolveId: {
      filter: { id: [RUNTIME_RE, /^\.\.?\//, /\.js$/, context.templateRE] },
      async handler(source, importer, options) {
        const runtime = resolveRuntime(source, importer)
        if (runtime) return { id: runtime }
        const { file, query } = parseRequest(source)
        if (file.endsWith('.js')) return query === '' ? derived(context, file, importer) : null
        if (!context.include.suffixes.some((suffix) => file.endsWith(suffix))) return null
        if (query !== '' && query !== 'hogan-render' && query !== 'raw') return null
        const found = await this.resolve(file, importer, { ...options, skipSelf: true })
        // An id alone: what package.json says of a folder's `.js` files is not said of templates.
        if (!found || found.external) return found
        if (query !== '') return { id: `${found.id}?${query}` }
        return { id: found.id.endsWith('.html') ? `${found.id}${HTML_MARK}` : found.id }
      },
    },
    load: {
      filter: { id: [RUNTIME_RE, /\.js$/, context.templateRE] },
      async handler(id) {
        if (RUNTIME_RE.test(id)) {
          const code = await loadRuntime(id)
          return code === undefined ? null : { code, map: null, moduleType: 'js' }
        }
        const { file, query } = parseRequest(id)
        if (!mayRead(file)) return null
        if (query === 'raw' && context.include.matches(slashed(file))) {
          const code = emitText(await fs.promises.readFile(file, 'utf8'))
          return { code, map: { mappings: '' }, moduleType: 'js' }
        }
        if (id.endsWith(HTML_MARK)) return fs.promises.readFile(file, 'utf8')
        if (query === 'hogan-render' && context.include.matches(slashed(file))) return ''
        if (file.endsWith('.js') && context.options.format === 'esm' && path.isAbsolute(file)) {
          const source = sourceOf(context, file)
          if (!source || fs.existsSync(file)) return null
          const from = JSON.stringify(source)
          return `export { default, default as 'module.exports' } from ${from}`
        }
        return null
      },
    },
  }
}

/** The template that an import of a `.js` file means when there is no such file. */
function derived(
  context: Context,
  file: string,
  importer: string | undefined,
): { id: string } | null {
  const candidates: string[] = []
  if (/^\.\.?\//.test(file) && importer) {
    candidates.push(path.resolve(path.dirname(parseRequest(importer).file), file))
  } else if (path.isAbsolute(file)) {
    candidates.push(file, path.join(context.root, file))
  }
  for (const candidate of candidates) {
    if (fs.existsSync(candidate)) return null
    const source = sourceOf(context, candidate)
    if (source) return { id: source }
  }
  return null
}

/** The existing template whose derived file this is. */
export function sourceOf(context: Context, file: string): string | undefined {
  for (const { from, to } of context.suffixes) {
    if (!file.endsWith(to)) continue
    const source = `${file.slice(0, -to.length)}${from}`
    if (fs.existsSync(source) && context.include.matches(slashed(source))) return source
  }
  return undefined
}
