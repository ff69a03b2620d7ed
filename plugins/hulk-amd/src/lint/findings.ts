/** What is found in one template, and told as warnings. */
import { relative } from 'node:path'
import { slashed, type Context, type TemplateFile } from '../context.ts'
import { frameOf, locate, type Location } from '../error.ts'
import { endlessCycle, type Partials, partialsOf, type PartialUse } from '../partials/index.ts'
import { lint } from './rules.ts'

/** A finding as people read it. */
export interface Finding {
  readonly code: string
  /** A sentence that ends with its place: `… (t/hello.mustache:2:9)`. */
  readonly message: string
  readonly loc: Location
  readonly frame: string
}

/** Takes a finding: its code, a sentence, and its offset in the template's text. */
type Warn = (code: string, message: string, pos: number) => void

/**
 * Tells what is legal but unsafe, as the `lint` option says, and finds the partials; missing and endless ones are told too.
 *
 * @param file The template's absolute path.
 * @param tell Told of each finding.
 * @param given Are partials given to `render()` by names of the caller's choice, as AMD files are written for? Then a missing one
 *   is told of only where it looks like a mistyped one.
 * @returns The files of the partials found, by the names in the template.
 */
export function examine(
  context: Context,
  partials: Partials,
  file: string,
  template: TemplateFile,
  tell: (finding: Finding) => void,
  given = false,
): Promise<Map<string, string>> {
  const warn: Warn = (code, sentence, pos) => {
    const loc = locate(file, template.content, pos + template.shift)
    const place = `${slashed(relative(context.root, file))}:${loc.line}:${loc.column + 1}`
    const message = `${sentence} (${place})`
    tell({ code, message, loc, frame: frameOf(template.content, loc) })
  }
  warnOfUnsafe(context, template, warn)
  return linkPartials(context, partials, file, template, warn, given)
}

function warnOfUnsafe(context: Context, template: TemplateFile, warn: Warn): void {
  const { unescaped, unquoted } = context.options.lint
  if (!unescaped && !unquoted) return
  for (const { code, message, pos } of lint(template.tree)) {
    if (code === 'HULK_AMD_UNESCAPED' ? unescaped : unquoted) warn(code, message, pos)
  }
}

async function linkPartials(
  context: Context,
  partials: Partials,
  file: string,
  template: TemplateFile,
  warn: Warn,
  given: boolean,
): Promise<Map<string, string>> {
  // What a caller gives is nobody's file: there is only what to warn of.
  if (given && !context.options.lint.partials) return new Map()
  const found: { use: PartialUse; file: string }[] = []
  const missing = new Set<string>()
  for (const use of partialsOf(template.tree)) {
    // The name is in the context.
    if (context.options.spec && use.name.startsWith('*')) continue
    const partial = await partials.find(use.name, file)
    if (partial) found.push({ use, file: partial })
    else missing.add(use.name)
    if (!partial && context.options.lint.partials) {
      const near = partials.near(use.name, file)
      if (given && near === undefined) continue
      const hint = near ? `. Did you mean {{>${near}}}?` : ''
      const message = `There is no template for the partial {{>${use.name}}}: it renders nothing unless render() is given one${hint}`
      warn('HULK_AMD_MISSING_PARTIAL', message, use.start)
    }
  }
  // What a caller gives makes no new file of this one.
  if (missing.size > 0 && !given) context.missing.set(file, missing)
  else context.missing.delete(file)
  if (context.options.lint.partials && found.length > 0) {
    const cycle = await endlessCycle(partials, file, found)
    const first = cycle && found.find((one) => one.file === cycle[1])
    if (cycle && first) {
      const way = cycle.map((one) => slashed(relative(context.root, one))).join(' > ')
      const message = `This template includes itself without end: ${way}`
      warn('HULK_AMD_ENDLESS_PARTIAL', message, first.use.start)
    }
  }
  return new Map(found.map(({ use, file: partial }) => [use.name, slashed(partial)]))
}
