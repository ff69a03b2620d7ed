import { readFileSync } from 'node:fs'
import { posix } from 'node:path'
import type { Plugin } from 'vite'
import type { Context } from '../context.ts'
import { DjangoStaticError, positionAt, report } from '../error.ts'
import { nearest } from '../nearest.ts'

const RELATIVE = /^\.{1,2}\//

/**
 * Build: an import of a static file that does not exist is named with the nearest one that does. Asked last, when nobody
 * else knows the file.
 *
 * @param context The context of the plugin call.
 */
export function missingImportPlugin(context: Context): Plugin {
  return {
    name: 'django-static:missing-import',
    apply: 'build',
    enforce: 'post',
    resolveId: {
      order: 'post',
      filter: { id: RELATIVE },
      async handler(id, importer) {
        if (importer === undefined) return undefined
        const { finders } = await context.project()
        const file = importer.replace(/[?#].*$/s, '')
        const name = finders.nameOf(file)
        if (name === undefined) return undefined
        // Nobody has written that: another plugin asks whether there is such a file.
        const position = positionOf(file, id)
        if (position === undefined) return undefined
        const wanted = posix.join(posix.dirname(name), id.replace(/[?#].*$/s, ''))
        const near = nearest(
          wanted,
          [...finders.list()].map(([one]) => one),
        )
        const hint = near === undefined ? '' : ` Did you mean ${near}?`
        return report(
          this,
          new DjangoStaticError(
            'DJANGO_STATIC_REFERENCE',
            `The import '${id}' leads nowhere: no static file has the name ${wanted}.${hint}`,
            position,
          ),
        )
      },
    },
  }
}

function positionOf(file: string, id: string): ReturnType<typeof positionAt> | undefined {
  try {
    const text = readFileSync(file, 'utf8')
    const at = ["'", '"', '`']
      .map((quote) => text.indexOf(quote + id + quote))
      .find((one) => one >= 0)
    return at === undefined ? undefined : positionAt(file, text, at)
  } catch {
    return undefined
  }
}
