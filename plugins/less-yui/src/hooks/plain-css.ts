import type { Plugin } from 'vite'
import type { Context } from '../context.ts'
import { located } from '../error.ts'
import { inline } from './inline.ts'
import { parseRequest, sheetRE, sourceOf } from './request.ts'

/**
 * A plain CSS file may `@import` a sheet that is made from LESS. Vite reads what is imported by itself and asks no plugin for it, so it is put in
 * before Vite looks.
 */
export function plainCssPlugin(context: Context): Plugin {
  const { preferSource } = context.options
  return {
    name: 'less-yui:plain-css',
    enforce: 'pre',
    transform: {
      filter: {
        id: { include: sheetRE, exclude: /[?&](?:raw|url|worker|sharedworker)\b/ },
        code: /@import/i,
      },
      async handler(css, id) {
        const { file } = parseRequest(id)
        if (!context.config || sourceOf(file, preferSource)) return undefined
        try {
          const settings = {
            preferSource,
            compile: (source: string) => context.compile(source),
          }
          const inlined = await inline(css, file, settings)
          context.imported.set(file, inlined.sources)
          if (inlined.sources.length === 0) return undefined
          for (const source of inlined.sources) {
            for (const watched of context.sheets.watched(source)) this.addWatchFile(watched)
          }
          return { code: inlined.css, map: { mappings: '' } }
        } catch (error) {
          return this.error(located(error) ?? (error as Error))
        }
      },
    },
  }
}
