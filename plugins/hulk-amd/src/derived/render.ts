import fs from 'node:fs'
import path from 'node:path'
import type { Derivation, Derived } from '@kovu/protocol'
import { parseFile, slashed, type Context, type TemplateFile } from '../context.ts'
import { frameOf, locate } from '../error.ts'
import { linkPartials, lintTemplate, type Warn } from '../lint/index.ts'
import {
  type Code,
  emitAmdFile,
  emitCommonJs,
  emitEsm,
  mapOf,
  PACKAGED,
  UnmappedCode,
} from '../output/index.ts'
import { findPartial, partialsOf } from '../partials/index.ts'

/** Which `.js` names are made from which templates. */
export function derivations(context: Context): Derivation[] {
  return context.suffixes.map((suffixes) => ({
    ...suffixes,
    pipeline: context.options.format === 'esm',
    publish: 'all',
    render: (source) => render(context, source),
  }))
}

/**
 * The bytes of a derived file.
 *
 * @param source Absolute path of the template.
 * @throws A located error when it is no well-formed template.
 */
export async function render(context: Context, source: string): Promise<Derived> {
  const template = parseFile(source, await fs.promises.readFile(source, 'utf8'), bySpec(context))
  await tell(context, source, template)
  const code = await codeOf(context, source, template)
  const map = mapOf(code, path.basename(source), template.content, template.shift)
  return { code: code.text, map: JSON.stringify(map), watch: [source] }
}

/** Warns of what an import of the template would warn of, once for each state of the file. */
async function tell(context: Context, source: string, template: TemplateFile): Promise<void> {
  const lines: string[] = []
  const warn: Warn = ({ message, code, pos }) => {
    const loc = locate(source, template.content, pos + template.shift)
    const place = `${slashed(path.relative(context.root, source))}:${loc.line}:${loc.column + 1}`
    lines.push(`[hulk-amd] ${code}: ${message} (${place})\n${frameOf(template.content, loc)}`)
  }
  lintTemplate(context, template, warn)
  await linkPartials(context, source, template, warn, context.options.format !== 'esm')
  const text = lines.join('\n')
  if (text !== '' && context.told.get(source) !== text) context.warn(text)
  context.told.set(source, text)
}

/** The same without a map, and for many files: reading them one after the other is the fastest way. */
export function renderText(context: Context, source: string): string | Promise<string> {
  const template = parseFile(source, fs.readFileSync(source, 'utf8'), bySpec(context))
  const { options } = context
  if (options.format === 'amd') return emitAmdFile(template, options, new UnmappedCode()).text
  return codeOf(context, source, template).then(({ text }) => text)
}

/** Only our own runtime knows more than hogan.js. */
function bySpec({ options }: Context): boolean {
  return options.spec && options.format === 'esm'
}

async function codeOf(context: Context, source: string, template: TemplateFile): Promise<Code> {
  const { options } = context
  if (options.format === 'amd') return emitAmdFile(template, options)
  if (options.format === 'cjs') return emitCommonJs(template, options)
  const partials = new Map<string, string>()
  for (const { name } of partialsOf(template.tree)) {
    const file = await findPartial(context, name, source)
    const suffix = file && context.suffixes.find(({ from }) => file.endsWith(from))
    if (!file || !suffix) continue
    const target = `${file.slice(0, -suffix.from.length)}${suffix.to}`
    const specifier = path.relative(path.dirname(source), target).replaceAll(path.sep, '/')
    partials.set(name, specifier.startsWith('.') ? specifier : `./${specifier}`)
  }
  const { lambdas, spec } = options
  return emitEsm(template, { names: PACKAGED, lambdas, spec, partials })
}
