import path from 'node:path'
import type { Derived } from '@kovu/protocol'
import type { ResolvedConfig } from 'vite'
import { cssOf } from '../hooks/request.ts'
import type { Compiled } from '../lessc/compile.ts'
import { minifyOnce } from './minified.ts'
import type { ResolvedOptions } from '../options.ts'

const ANNOTATION = /\s*\/\*# sourceMappingURL=[^*]*\*\/\s*$/

/** How a rendered sheet is finished. */
export interface FinishSettings {
  readonly options: ResolvedOptions
  readonly config: ResolvedConfig
  readonly minify: boolean
  readonly sourceMap: boolean
}

/**
 * Runs the project's PostCSS over a rendered sheet and minifies it; `url()` and `@import` stay as they are.
 *
 * @param compiled What less made of it.
 * @param source Its `.less` file.
 */
export async function finish(
  compiled: Compiled,
  source: string,
  { options, config, ...want }: FinishSettings,
): Promise<Derived> {
  const file = cssOf(source)
  const processed = await postcss(compiled, file, { config, sourceMap: want.sourceMap })
  const { code, map } = await minifyOnce(
    {
      css: processed.css,
      map: want.sourceMap ? processed.map : undefined,
      file,
      minifier: want.minify ? options.minify : false,
      legacyHacks: options.legacyHacks,
      root: config.root,
    },
    options.cache ? path.join(config.cacheDir, 'kovu', 'less-yui') : undefined,
  )
  const there = Object.entries(compiled.closure).flatMap(([name, hash]) => (hash ? [name] : []))
  const watch = [...new Set([...there, ...processed.watch])]
  return { code, map, watch }
}

interface Processed {
  readonly css: string
  readonly map: string | undefined
  readonly watch: readonly string[]
}

async function postcss(
  { css, map }: Compiled,
  file: string,
  { config, sourceMap }: { config: ResolvedConfig; sourceMap: boolean },
): Promise<Processed> {
  // With `css.transformer: 'lightningcss'` Vite reads no PostCSS config, and would stumble over hacks.
  if (config.css.transformer === 'lightningcss') return { css, map, watch: [] }
  // Vite would inline what `@import` names; lessc leaves it to the browser.
  const hidden = css.replaceAll(/@import(?=[\s"'(])/gi, '@kovu-import')
  const inline = sourceMap && map !== undefined ? annotate(hidden, map) : hidden
  const { preprocessCSS } = await import('vite')
  const result = await preprocessCSS(inline, file, config)
  const watch = [...(result.deps ?? [])]
  if (result.code === inline) return { css, map, watch }
  const { map: made } = result as { map?: { mappings?: string } }
  return {
    css: result.code.replace(ANNOTATION, '\n').replaceAll('@kovu-import', '@import'),
    map: made?.mappings ? JSON.stringify(made) : undefined,
    watch,
  }
}

/** CSS with its source map inside of it. */
export function annotate(css: string, map: string): string {
  const data = Buffer.from(map).toString('base64')
  return `${css.trimEnd()}\n/*# sourceMappingURL=data:application/json;base64,${data} */\n`
}
