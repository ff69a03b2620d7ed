import path from 'node:path'
import type { Plugin } from 'vite'
import type { Context } from '../context.ts'
import { located } from '../error.ts'
import { minify } from '../minify/index.ts'
import { parseRequest, sheetRE, sourceOf } from './request.ts'

const EMPTY = '\0less-yui:sheet'

/**
 * Plain Rollup knows no CSS: an imported sheet becomes an asset, and its default export the asset's URL. Does nothing under Vite.
 */
export function rollupPlugin(context: Context): Plugin {
  const sheets = new Map<string, string>()
  return {
    name: 'less-yui:rollup',
    async transform(css, id) {
      if (context.config || !sheetRE.test(id)) return undefined
      const { file } = parseRequest(id)
      const source = sourceOf(file, context.options.preferSource)
      if (!source) return undefined
      for (const watched of context.sheets.watched(source)) this.addWatchFile(watched)
      try {
        const { minify: minifier, legacyHacks } = context.options
        const { root } = context
        const { code } = await minify({ css, file, minifier, legacyHacks, root })
        const reference = this.emitFile({ type: 'asset', name: path.basename(file), source: code })
        sheets.set(id, reference)
        return {
          code: `export default import.meta.ROLLUP_FILE_URL_${reference}`,
          map: { mappings: '' },
          moduleSideEffects: 'no-treeshake',
          meta: { [EMPTY]: true },
        }
      } catch (error) {
        return this.error(located(error) ?? (error as Error))
      }
    },
    generateBundle(_options, bundle) {
      if (context.config) return
      // A `.less` file given as an input wants its sheet, not a script.
      for (const [fileName, chunk] of Object.entries(bundle)) {
        if (chunk.type === 'chunk' && chunk.isEntry && sheets.has(chunk.facadeModuleId ?? '')) {
          delete bundle[fileName]
        }
      }
    },
  }
}
