import fs from 'node:fs'
import path from 'node:path'
import type { Derivation, Derived } from '@kovu/protocol'
import { parseFile, slashed, type Context, type TemplateFile } from '../context.ts'
import { examine } from '../lint/index.ts'
import { Partials } from '../partials/index.ts'
import {
  type Code,
  emitAmdFile,
  emitCommonJs,
  emitEsm,
  mapOf,
  PACKAGED,
  UnmappedCode,
} from '../output/index.ts'

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
  const partials = await tell(context, new Partials(context), source, template)
  const code = codeOf(context, source, template, partials)
  const map = mapOf(code, path.basename(source), template.content, template.shift)
  return { code: code.text, map: JSON.stringify(map), watch: [source] }
}

/**
 * The same without a map, and for many files: reading them one after the other is the fastest way.
 *
 * @param found Finds the partials of all of them.
 */
export async function renderText(
  context: Context,
  found: Partials,
  source: string,
): Promise<string> {
  const template = parseFile(source, fs.readFileSync(source, 'utf8'), bySpec(context))
  const partials = await tell(context, found, source, template)
  const { options } = context
  if (options.format === 'amd') return emitAmdFile(template, options, new UnmappedCode()).text
  return codeOf(context, source, template, partials).text
}

/**
 * Warns of what an import of the template would warn of, once for each state of the file.
 *
 * @returns The files of its partials, by the names in the template.
 */
async function tell(
  context: Context,
  found: Partials,
  source: string,
  template: TemplateFile,
): Promise<Map<string, string>> {
  const lines: string[] = []
  const partials = await examine(
    context,
    found,
    source,
    template,
    ({ code, message, frame }) => lines.push(`[hulk-amd] ${code}: ${message}\n${frame}`),
    context.options.format !== 'esm',
  )
  const text = lines.join('\n')
  if (text !== '' && context.told.get(source) !== text) context.warn(text)
  context.told.set(source, text)
  return partials
}

/** Only our own runtime knows more than hogan.js. */
function bySpec({ options }: Context): boolean {
  return options.spec && options.format === 'esm'
}

function codeOf(
  context: Context,
  source: string,
  template: TemplateFile,
  files: ReadonlyMap<string, string>,
): Code {
  const { options } = context
  if (options.format === 'amd') return emitAmdFile(template, options)
  if (options.format === 'cjs') return emitCommonJs(template, options)
  const partials = new Map<string, string>()
  for (const [name, file] of files) {
    const suffix = context.suffixes.find(({ from }) => file.endsWith(from))
    if (!suffix) continue
    const target = `${file.slice(0, -suffix.from.length)}${suffix.to}`
    const specifier = slashed(path.relative(path.dirname(source), target))
    partials.set(name, specifier.startsWith('.') ? specifier : `./${specifier}`)
  }
  const { lambdas, spec } = options
  return emitEsm(template, { names: PACKAGED, lambdas, spec, partials })
}
