import { edit, type Edit, type Mapped } from './edits.ts'
import { type Declaration, type Node, parse } from './parse.ts'
import { STAR, Taken } from './taken.ts'

const VALUE = /\\[09]\/?\s*(?:!\s*\w+\s*)?$|!\s*(?!important\b)\w+\s*$|\bprogid:|\bexpression\s*\(/i
const FILTER = /^-?(?:ms-)?filter$/i
const ALPHA = /^["']?\s*(?:alpha|chroma|gray|mask|xray|dropshadow|glow)\s*\(|^\w+\s*=/i
const MEDIA = /^@media\b[^]*\\[09]/i
const IMPORTANT = /!\s*important\s*$/i

/** Lightningcss turns the direction of these round (parcel-bundler/lightningcss#1107, #1220). */
const GRADIENT = /-(?:webkit|moz|o|ms)-[\w-]*gradient\(|linear-gradient\(\s*(?:to\s+top\b|0)/i
/** It adds `px` to a number without unit, which browsers ignore where a length is wanted; elsewhere numbers have a meaning. */
const NUMBER = /(?:^|[\s,])[-+]?(?!0+(?:\.0*)?(?![\d.]))(?:\d+(?:\.\d*)?|\.\d+)(?=$|[\s,!])/
const NUMERIC =
  /opacity|line-height|z-index|flex|order$|zoom|^font|orphans|widows|column|tab-size|animation|counter|stroke|grid|aspect-ratio|^scale$|border-image|mask|line-clamp|ordinal-group/
/** It writes the name once, and browsers make the font smaller. */
const MONOSPACE = /\bmonospace\s*,\s*monospace\b/i
/** Lightningcss renames some of these, and merges rules that only some browsers understand. */
const PSEUDO = /(?<!:)(::?)(-(?:webkit|moz|ms|o)-[\w-]+)(?![\w(-])/g
/** `1.5dppx` would become `1.5x`, which browsers of that time do not know. */
const DPPX = /^@media\b[^]*\ddppx/i
/** Their declarations are no fallbacks of each other. */
const DESCRIPTORS = /^@(?!media|supports|layer|container|scope|starting-style|document|-)/i

/** A sheet without its hacks, and those. */
export interface Unhacked extends Mapped {
  readonly taken: Taken
}

/**
 * Takes what lightningcss does not understand, or would lose, out of a sheet before it is minified:
 *
 * - hacks for old Internet Explorers: `*zoom`, `_height`, `\9`, `!ie`, `progid:`, `expression()`, media queries such as `\0screen`;
 * - the first of two values for one property, which older browsers fall back to (`color: #333; color: rgba(…)`);
 * - gradients with a vendor prefix, whose direction it turns round, and pseudo-classes with one, which it renames.
 *
 * @param css A sheet.
 * @param mode `strip` leaves the hacks for Internet Explorer out for good.
 * @param sourceMap Keep maps of what is done?
 */
export function takeHacks(css: string, mode: 'keep' | 'strip', sourceMap = false): Unhacked {
  const taken = new Taken()
  const edits: Edit[] = []
  const put = ({ start, end }: Node, text: string): void => {
    // Line breaks stay, so that places in errors do.
    edits.push({
      start,
      end,
      text: text + '\n'.repeat(css.slice(start, end).split('\n').length - 1),
    })
  }
  // Backwards: whether a declaration matters depends on what follows it.
  const visit = (nodes: readonly Node[], descriptors: boolean, later: Later): void => {
    let next: { prelude: string; later: Later } | undefined
    for (const node of nodes.toReversed()) {
      if (node.kind === 'declaration') {
        if (isHack(node)) put(node, mode === 'strip' ? '' : taken.hack(node))
        else if (!descriptors) {
          const fate = fateOf(node, later)
          if (fate !== 'plain') put(node, fate === 'fragile' ? taken.fragile(node) : '')
        }
      } else if (node.kind === 'rule') {
        const { start, prelude, body } = node
        const media = MEDIA.test(prelude)
        if (media && mode === 'strip') {
          put(node, '')
          continue
        }
        if (media || DPPX.test(prelude)) {
          put({ ...node, end: start + prelude.length }, taken.media(prelude))
        }
        if (!prelude.startsWith('@')) {
          for (const match of opaqueStrings(prelude).matchAll(PSEUDO)) {
            const at = start + match.index
            edits.push({ start: at, end: at + match[0].length, text: taken.pseudo(match[0]) })
          }
        }
        // Rules that follow each other and have the same selector become one.
        next = { prelude, later: next?.prelude === prelude ? next.later : new Map() }
        visit(body, DESCRIPTORS.test(prelude), next.later)
      }
    }
  }
  visit(parse(css), false, new Map())
  const { code, map } = edit(css, edits, sourceMap)
  return { code, map, taken }
}

/** The values that the rest of a rule gives to each property, apart by importance. */
type Later = Map<string, Set<string>>

/** Is the declaration one that only an old Internet Explorer reads? */
function isHack({ name, value }: Declaration): boolean {
  if (name.startsWith('--')) return false
  return STAR.test(name) || VALUE.test(value) || (FILTER.test(name) && ALPHA.test(value))
}

/**
 * What is to become of a declaration: `fragile` ones lightningcss would lose, or their meaning; `repeated` ones stand in the same rule
 * once more. Notes it for those before it.
 */
function fateOf({ name, value }: Declaration, later: Later): 'plain' | 'fragile' | 'repeated' {
  if (name.startsWith('--')) return 'plain'
  const importance = IMPORTANT.test(value) ? '!' : ''
  const key = importance + name
  const values = later.get(key) ?? new Set()
  const repeated = values.has(value)
  later.set(key, values.add(value))
  if (repeated) return 'repeated'
  // `background` covers `background-color`.
  const parts = name.split('-')
  const covered = parts.some(
    (_part, index) => index > 0 && later.has(importance + parts.slice(0, index).join('-')),
  )
  return covered || values.size > 1 || isMisread(name, value) ? 'fragile' : 'plain'
}

function isMisread(name: string, value: string): boolean {
  return GRADIENT.test(value) || MONOSPACE.test(value) || isUnitless(name, value)
}

function isUnitless(name: string, value: string): boolean {
  return !NUMERIC.test(name) && NUMBER.test(opaqueStrings(value).replaceAll(/\([^()]*\)/g, '()'))
}

/** What stands in strings made harmless, offsets unchanged. */
function opaqueStrings(text: string): string {
  return text.replaceAll(/"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'/g, (string) =>
    '_'.repeat(string.length),
  )
}
