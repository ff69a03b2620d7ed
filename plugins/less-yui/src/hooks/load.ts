import type { Plugin, ResolvedConfig } from 'vite'
import type { Context } from '../context.ts'
import { located } from '../error.ts'
import { derivedImports, inline } from './inline.ts'
import { minify } from '../minify/index.ts'
import { hasFlag, parseRequest, sheetRE, sourceOf } from './request.ts'
import { annotate, finish } from '../sheets/finish.ts'

/** In development, what Vite's own CSS plugin sees of a `<link>`ed sheet: it would rewrite `url()` and inline `@import`. */
const STAND_IN = '/* less-yui */'
const MODULE = /\.module\.css$/

/** Answers the id of a sheet with what less makes of its source. */
export function loadPlugin(context: Context): Plugin {
  return {
    name: 'less-yui:load',
    enforce: 'pre',
    load: {
      filter: { id: sheetRE },
      async handler(id) {
        const { file, query } = parseRequest(id)
        const source = sourceOf(file, context.options.preferSource)
        if (!source || hasFlag(query, 'url')) return undefined
        const { config } = context
        if (config?.command === 'serve' && !(await mayServe(config, source))) return undefined
        try {
          const { css, map } = await context.compile(source)
          if (hasFlag(query, 'raw')) {
            for (const watched of context.sheets.watched(source)) this.addWatchFile(watched)
            return { code: `export default ${JSON.stringify(css)}`, map: { mappings: '' } }
          }
          if (isLinked(context, file, query)) {
            await noteImports(context, source, file, css)
            return { code: STAND_IN, map: { mappings: '' } }
          }
          const inlined = await inline(css, file, {
            preferSource: context.options.preferSource,
            compile: (other) => context.compile(other),
          })
          context.imported.set(source, inlined.sources)
          if (inlined.sources.length > 0) return { code: inlined.css, map: { mappings: '' } }
          return { code: css, map: map ?? { mappings: '' } }
        } catch (error) {
          return this.error(located(error) ?? (error as Error))
        }
      },
    },
  }
}

/** After Vite's own CSS plugin: the finished text of a linked sheet, the watched files, and minifying in a build. */
export function sheetPlugin(context: Context): Plugin {
  return {
    name: 'less-yui:sheet',
    transform: {
      filter: { id: { include: sheetRE, exclude: /[?&](?:raw|url|worker|sharedworker)\b/ } },
      async handler(css, id) {
        const { config, options } = context
        if (!config) return undefined
        const { file, query } = parseRequest(id)
        const source = sourceOf(file, options.preferSource)
        try {
          if (source) {
            await context.compile(source)
            // Vite reads these in `transform` only; files that are not there yet are ours to notice (see hot.ts).
            for (const watched of context.watched(source)) this.addWatchFile(watched)
          }
          if (source && isLinked(context, file, query)) return await linked(context, source)
          if (config.command === 'serve') return undefined
          const { legacyHacks } = options
          const { root } = config
          const minifier = context.minifyInBuild ? options.minify : false
          const before =
            context.sourceMap && source ? combined(this.getCombinedSourcemap()) : undefined
          const job = { css, map: before, file, minifier, legacyHacks, root }
          const { code, map } = await minify(job)
          if (map !== undefined) context.finished.set(id, { code, map })
          return { code, map: { mappings: '' } }
        } catch (error) {
          return this.error(located(error) ?? (error as Error))
        }
      },
    },
  }
}

/** The map up to here, if the steps before have made one. */
function combined(map: { readonly mappings: unknown } | undefined): string | undefined {
  return map?.mappings ? JSON.stringify(map) : undefined
}

/** Vite checks this for files it reads itself, not for what a plugin loads. */
async function mayServe(config: ResolvedConfig, file: string): Promise<boolean> {
  const { isFileLoadingAllowed } = await import('vite')
  return isFileLoadingAllowed(config, file)
}

/** Is this a sheet for a `<link>` in development, whose `url()` the browser resolves? */
function isLinked({ config }: Context, file: string, query: string): boolean {
  return config?.command === 'serve' && hasFlag(query, 'direct') && !MODULE.test(file)
}

/** The browser follows the `@import`s of a linked sheet; an edit of theirs makes it ask again. */
async function noteImports(
  context: Context,
  source: string,
  file: string,
  css: string,
): Promise<void> {
  const found = derivedImports(css, file, context.options.preferSource)
  for (const { source: other } of found) await context.compile(other)
  context.imported.set(
    source,
    found.map((each) => each.source),
  )
}

async function linked(context: Context, source: string): Promise<{ code: string; map: null }> {
  const { options, sourceMap } = context
  const compiled = await context.compile(source)
  const settings = { options, config: context.forPostcss, minify: false, sourceMap }
  const { code, map } = await finish(compiled, source, settings)
  return { code: map === undefined ? code : annotate(code, map), map: null }
}
