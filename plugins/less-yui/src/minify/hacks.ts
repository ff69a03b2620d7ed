import { type Declaration, type Node, parse } from './parse.ts'

/** CSS whose hacks have been taken out, and the way to put them back. */
export interface Unhacked {
  readonly css: string
  /** Puts the hacks back into the minified text. */
  restore(minified: string): string
}

const STAR = /^[*_$](?![*_$])/
const VALUE = /\\[09]\s*(?:!\s*\w+\s*)?$|\bprogid:|\bexpression\s*\(/i
const FILTER = /^-?(?:ms-)?filter$/i
const ALPHA = /^["']?\s*(?:alpha|chroma|gray|mask|xray|dropshadow|glow)\s*\(|^\w+\s*=/i
const SCREEN = /\\0\s*screen|screen\s*\\[09]/i
const PLACE = /-kovu-hack-(\d+)-([fb]):1(;?)/g

/**
 * Takes what no modern parser understands out of the sheet before it is minified: `*zoom`, `_height`, `\9`, `progid:`,
 * `expression()`, and media queries such as `\0screen`.
 *
 * In `keep`, each stands for the time being as a declaration `-kovu-hack-N-…: 1`, which minifiers leave alone but may move; it is put
 * back at the end of its rule, where it wins as it did (or at the front, if a plain declaration of the same property followed it).
 *
 * @param css A sheet.
 * @param mode `strip` leaves the hacks out for good.
 */
export function takeHacks(css: string, mode: 'keep' | 'strip'): Unhacked {
  const edits: { start: number; end: number; text: string }[] = []
  const taken: string[] = []
  const stand = (text: string, side: 'f' | 'b'): string => {
    taken.push(text)
    return `-kovu-hack-${taken.length - 1}-${side}:1`
  }
  const visit = (nodes: readonly Node[]): void => {
    for (const [index, node] of nodes.entries()) {
      if (node.kind === 'declaration' && isHack(node)) {
        const text = mode === 'keep' ? stand(tidy(node), side(node, nodes.slice(index + 1))) : ''
        edits.push({ start: node.start, end: node.end, text })
      } else if (node.kind === 'rule') {
        if (/^@media\b/i.test(node.prelude) && SCREEN.test(node.prelude)) {
          if (mode === 'strip') {
            edits.push({ start: node.start, end: node.end, text: '' })
            continue
          }
          taken.push(node.prelude.replace(/\s+/g, ' '))
          const name = `@media (-kovu-hack:${taken.length - 1})`
          edits.push({ start: node.start, end: node.start + node.prelude.length, text: name })
        }
        visit(node.body)
      }
    }
  }
  visit(parse(css))
  if (edits.length === 0) return { css, restore: (minified) => minified }
  return {
    css: apply(css, edits),
    restore: (minified) => (taken.length > 0 ? putBack(minified, taken) : minified),
  }
}

/** Is the declaration one that only an old Internet Explorer reads? */
function isHack({ name, value }: Declaration): boolean {
  if (name.startsWith('--')) return false
  if (STAR.test(name)) return true
  return VALUE.test(value) || (FILTER.test(name) && ALPHA.test(value))
}

/** The property a hack is about. */
function plainName(name: string): string {
  return name.replace(STAR, '').toLowerCase()
}

function side(hack: Declaration, after: readonly Node[]): 'f' | 'b' {
  const name = plainName(hack.name)
  const followed = after.some(
    (node) => node.kind === 'declaration' && node.name.toLowerCase() === name && !isHack(node),
  )
  return followed ? 'f' : 'b'
}

function tidy({ name, value }: Declaration): string {
  return `${name}:${value.replace(/\s*\n\s*/g, ' ')}`
}

function apply(
  css: string,
  edits: readonly { start: number; end: number; text: string }[],
): string {
  let result = ''
  let at = 0
  for (const { start, end, text } of edits) {
    result += css.slice(at, start) + text
    at = end
  }
  return result + css.slice(at)
}

function putBack(minified: string, taken: readonly string[]): string {
  const edits: { start: number; end: number; text: string }[] = []
  const visit = (nodes: readonly Node[]): void => {
    for (const node of nodes) {
      if (node.kind !== 'rule') continue
      const media = /\(\s*-kovu-hack\s*:\s*(\d+)\s*\)/.exec(node.prelude)
      if (media) {
        const end = node.start + node.prelude.length
        edits.push({ start: node.start, end, text: taken[Number(media[1])] ?? '' })
      }
      const open = minified.indexOf('{', node.start + node.prelude.length) + 1
      const hacks = node.body.filter(
        (child): child is Declaration =>
          child.kind === 'declaration' && child.name.startsWith('-kovu-hack-'),
      )
      if (hacks.length === 0) {
        visit(node.body)
        continue
      }
      edits.push({
        start: open,
        end: node.end,
        text: reorder(minified.slice(open, node.end), taken),
      })
    }
  }
  visit(parse(minified))
  return apply(minified, edits)
}

/** Rewrites the inside of one rule: front hacks, plain declarations, then the hacks that come last. */
function reorder(body: string, taken: readonly string[]): string {
  const closed = body.endsWith('}')
  const front: string[] = []
  const back: string[] = []
  const plain = (closed ? body.slice(0, -1) : body).replaceAll(
    PLACE,
    (_match, index: string, where: string) => {
      ;(where === 'f' ? front : back).push(taken[Number(index)] ?? '')
      return ''
    },
  )
  const parts = [...front, plain.replace(/^\s*;+|;+\s*$/g, '').trimEnd(), ...back]
  return parts.filter((part) => part.trim() !== '').join(';') + (closed ? '}' : '')
}
