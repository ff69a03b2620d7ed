import { codeFrame, LessYuiError } from '../error.ts'
import { inCharacters } from './columns.ts'
import { chain, edit, type Mapped } from './edits.ts'
import { takeHacks } from './hacks.ts'
import type { Minified, MinifyJob } from './index.ts'
import { type Node, parse } from './parse.ts'
import type { Taken } from './taken.ts'

/** How often the rest of a sheet is tried after something in it was not understood. */
const ROUNDS = 20

/**
 * Minifies with lightningcss, for browsers of every age: what it would lose is kept from it, what it does not understand stays as it is,
 * and nothing is rewritten in a newer syntax.
 *
 * @throws {@link LessYuiError} `LESS_YUI_MINIFY` with the place in the compiled CSS, when that is no rule of its own.
 */
export async function lightning(job: MinifyJob): Promise<Minified> {
  const { css, map, legacyHacks } = job
  const { transform, Features } = await import('lightningcss')
  const unhacked = takeHacks(css, legacyHacks, map !== undefined)
  const run = (code: string, errorRecovery = false): ReturnType<typeof transform> =>
    transform({
      filename: job.file,
      code: Buffer.from(code),
      minify: true,
      // `(min-width: …)` would become `(width >= …)`, and `rgba()` `#rrggbbaa`.
      include: Features.MediaRangeSyntax | Features.HexAlphaColors,
      sourceMap: map !== undefined,
      errorRecovery,
    })
  let { code } = unhacked
  const maps = [unhacked.map]
  for (let round = 0; ; round++) {
    try {
      const result = run(code)
      const text = Buffer.from(result.code).toString()
      const minified = unhacked.taken.restore({
        code: text,
        map: result.map ? inCharacters(Buffer.from(result.map).toString(), text) : undefined,
      })
      const whole = map && chain(minified.map, ...maps, map)
      return needsCharset(css) ? withCharset(minified.code, whole) : { ...minified, map: whole }
    } catch (cause) {
      const failure = cause as Failure
      const warnings = failure.loc && round < ROUNDS ? run(code, true).warnings : []
      const places = [failure, ...warnings].flatMap(({ loc }) => (loc ? [loc] : []))
      const without = leaveOut(code, places, unhacked.taken)
      if (!without) throw misunderstood(job, code, failure)
      code = without.code
      maps.unshift(without.map)
    }
  }
}

/** What lightningcss throws; lines and columns count from 1. */
interface Failure {
  readonly message: string
  readonly loc?: { readonly line: number; readonly column: number }
}

/** Takes out the innermost rules or declarations at these places; undefined if there are none. */
function leaveOut(
  code: string,
  places: readonly { line: number; column: number }[],
  taken: Taken,
): Mapped | undefined {
  const starts = [0]
  for (let at = code.indexOf('\n'); at >= 0; at = code.indexOf('\n', at + 1)) starts.push(at + 1)
  const nodes = parse(code)
  const found = new Set<Node>()
  for (const { line, column } of places) {
    const node = innermost(nodes, (starts[line - 1] ?? 0) + column - 1)
    if (node) found.add(node)
  }
  // What lies within another goes with it.
  const whole = [...found].filter(
    (node) =>
      ![...found].some(
        (outer) => outer !== node && outer.start <= node.start && node.end <= outer.end,
      ),
  )
  if (whole.length === 0) return undefined
  const edits = whole.map((node) => {
    const text = code.slice(node.start, node.end)
    return {
      start: node.start,
      end: node.end,
      text: taken.whole(node, text) + '\n'.repeat(text.split('\n').length - 1),
    }
  })
  return edit(code, edits, true)
}

function innermost(nodes: readonly Node[], offset: number): Node | undefined {
  const node = nodes.find(({ start, end }) => start <= offset && offset <= end)
  if (node?.kind !== 'rule' || offset <= node.start + node.prelude.length) return node
  return innermost(node.body, offset) ?? node
}

function misunderstood({ file }: MinifyJob, code: string, { message, loc }: Failure): LessYuiError {
  const place = loc && { file, line: loc.line, column: Math.max(0, loc.column - 1) }
  return new LessYuiError(
    'LESS_YUI_MINIFY',
    `lightningcss does not understand the compiled sheet: ${message}. Correct it, or set \`minify: 'yui'\`, which leaves alone what it does not know.`,
    { place, frame: place && codeFrame(code, place) },
  )
}

/** Lightningcss drops `@charset`. A server that names none leaves a browser guessing what `content: "»"` means. */
function needsCharset(css: string): boolean {
  // oxlint-disable-next-line no-control-regex -- ASCII
  return /^\s*@charset\b/i.test(css) && /[^\0-\x7F]/.test(css)
}

function withCharset(code: string, map: string | undefined): Minified {
  const moved = map && (JSON.parse(map) as { mappings: string })
  return {
    code: `@charset "utf-8";\n${code}`,
    map: moved ? JSON.stringify({ ...moved, mappings: `;${moved.mappings}` }) : undefined,
  }
}
