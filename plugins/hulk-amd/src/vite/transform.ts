import { relative } from 'node:path'
import type { Plugin } from 'vite'
import { debug, parseFile, slashed, type Context, type TemplateFile } from '../context.ts'
import { emitEsm, emitRender, mapOf, VIRTUAL } from '../output/index.ts'
import { frameOf, locate } from '../error.ts'
import { lint } from '../lint/index.ts'
import {
  endlessCycle,
  findPartial,
  nearPartial,
  partialsOf,
  type PartialUse,
} from '../partials/index.ts'
import { parseRequest } from './request.ts'
import { HOT_ID } from './runtime-files.ts'
import { writeTypes } from '../types/index.ts'

type Warn = (warning: { message: string; code: string; file: TemplateFile; pos: number }) => void

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
        const warn: Warn = ({ message, code, pos }) => {
          const loc = locate(file, content, pos + template.shift)
          const place = `${slashed(relative(context.root, file))}:${loc.line}:${loc.column + 1}`
          this.warn({
            message: `${code}: ${message} (${place})`,
            pluginCode: code,
            id,
            loc,
            frame: frameOf(content, loc),
          })
        }
        lintTemplate(context, template, warn)
        const partials = await linkPartials(context, file, template, warn)
        debug('%s with %d partials', id, partials.size)
        if (context.options.types) await writeTypes(context, file, template, partials)
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

function lintTemplate(context: Context, file: TemplateFile, warn: Warn): void {
  const { unescaped, unquoted } = context.options.lint
  if (!unescaped && !unquoted) return
  for (const { code, message, pos } of lint(file.tree)) {
    if (code === 'HULK_AMD_UNESCAPED' ? unescaped : unquoted) warn({ code, message, pos, file })
  }
}

/** Finds the partials and warns of missing and endless ones. */
async function linkPartials(
  context: Context,
  file: string,
  template: TemplateFile,
  warn: Warn,
): Promise<Map<string, string>> {
  const found: { use: PartialUse; file: string }[] = []
  const missing = new Set<string>()
  for (const use of partialsOf(template.tree)) {
    // The name is in the context.
    if (context.options.spec && use.name.startsWith('*')) continue
    const partial = await findPartial(context, use.name, file)
    if (partial) found.push({ use, file: partial })
    else missing.add(use.name)
    if (!partial && context.options.lint.partials) {
      const near = nearPartial(context, use.name, file)
      const hint = near ? `. Did you mean {{>${near}}}?` : ''
      const message = `There is no template for the partial {{>${use.name}}}: it renders nothing unless render() is given one${hint}`
      warn({ code: 'HULK_AMD_MISSING_PARTIAL', message, pos: use.start, file: template })
    }
  }
  if (missing.size > 0) context.missing.set(file, missing)
  else context.missing.delete(file)
  if (context.options.lint.partials && found.length > 0) {
    const cycle = await endlessCycle(context, file, found)
    const first = cycle && found.find((one) => one.file === cycle[1])
    if (cycle && first) {
      const way = cycle.map((one) => slashed(relative(context.root, one))).join(' > ')
      const message = `This template includes itself without end: ${way}`
      warn({ code: 'HULK_AMD_ENDLESS_PARTIAL', message, pos: first.use.start, file: template })
    }
  }
  return new Map(found.map(({ use, file: partial }) => [use.name, slashed(partial)]))
}
