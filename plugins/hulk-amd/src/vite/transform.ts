import { relative } from 'node:path'
import type { Plugin } from 'vite'
import { debug, parseFile, slashed, type Context, type TemplateFile } from '../context.ts'
import { emitEsm, emitRender, mapOf, VIRTUAL } from '../output/index.ts'
import { examine } from '../lint/index.ts'
import { Partials } from '../partials/index.ts'
import { parseRequest } from './request.ts'
import { HOT_ID } from './runtime-files.ts'
import { writeTypes } from '../types/index.ts'

/** Makes ES modules of imported templates. */
export function transformPlugin(context: Context): Plugin {
  return {
    name: 'hulk-amd:transform',
    transform: {
      filter: { id: context.templateRE },
      async handler(content, id, options) {
        const { file, query } = parseRequest(id)
        if (!context.include.matches(slashed(file))) {
          if (/\.(?:mustache|hogan)$/.test(file) && query === '') {
            const globs = context.options.include.join(', ')
            const message = `HULK_AMD_NOT_INCLUDED: ${slashed(relative(context.root, file))} is imported, but no glob of the include option (${globs}) matches it`
            this.warn({ message, pluginCode: 'HULK_AMD_NOT_INCLUDED', id })
          }
          return null
        }
        if (query === 'hogan-render') return js(emitRender(file), { mappings: '' })
        if (query !== '') return null
        let template: TemplateFile
        try {
          template = parseFile(file, content, context.options.spec)
        } catch (error) {
          return this.error(error as Error)
        }
        const found = new Partials(context)
        const partials = await examine(
          context,
          found,
          file,
          template,
          ({ code, message, loc, frame }) =>
            this.warn({ message: `${code}: ${message}`, pluginCode: code, id, loc, frame }),
        )
        debug('%s with %d partials', id, partials.size)
        if (context.options.types) await writeTypes(found, file, template, partials)
        const hot = context.serve && !options?.ssr
        const code = emitEsm(template, {
          names: VIRTUAL,
          lambdas: context.options.lambdas,
          spec: context.options.spec,
          partials,
          debug: context.serve,
          hot: hot ? { from: HOT_ID, id: `/${slashed(relative(context.root, file))}` } : undefined,
        })
        return js(code.text, mapOf(code, file, content, template.shift))
      },
    },
  }
}

function js<M>(code: string, map: M): { code: string; map: M; moduleType: 'js' } {
  return { code, map, moduleType: 'js' }
}
