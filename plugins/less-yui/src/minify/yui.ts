import { GenMapping, maybeAddMapping, toEncodedMap } from '@jridgewell/gen-mapping'
import type { Mapped } from './edits.ts'
import { type Declaration, type Node, parse } from './parse.ts'
import { scan } from './scan.ts'

const BOX =
  /^(?:margin|padding|inset|scroll-(?:margin|padding)|border-(?:width|radius)|-(?:webkit|moz)-border-radius)$/
/** Where `0%` is the same length as `0`, whatever it is a percentage of. */
const OFFSET = /^(?:(?:margin|padding)(?:-.*)?|top|right|bottom|left|background(?:-position)?)$/
const NONE = /^(?:border(?:-(?:top|right|bottom|left))?|outline|background)$/
const FLEX = /^-?(?:webkit-|moz-|ms-)?(?:box-)?flex(?:-basis)?$/
const FILTER = /filter$/
const ALPHA = /progid:DXImageTransform\.Microsoft\.Alpha\(Opacity=/gi

/**
 * The YUI CSS compressor's documented transformations, on parsed CSS instead of text: strings, `url()`, custom properties and
 * at-rule preludes are opaque, nothing inside of `calc()` and its like is computed, and the time is linear.
 *
 * It removes comments (but `/*!` and the hacks for IE 5 on the Mac), white space, last semicolons and empty rules, and writes
 * `0px` as `0`, `0.5` as `.5`, `rgb()` and `#aabbcc` as `#abc`, `0 0 0 0` as `0`, `border: none` as `border:0` and Microsoft's
 * Alpha filter in its short form.
 *
 * @param css Any CSS; what is not understood is left as it is.
 */
export function yui(css: string): string {
  return print(css).code
}

/** The same with a source map; `file` is the name that the map gives to `css`. */
export function yuiMapped(css: string, file: string): Mapped {
  const { code, marks } = print(css)
  const map = new GenMapping({ file })
  const [placeInCode, placeInCss] = [places(code), places(css)]
  for (const [at, from] of marks) {
    const generated = placeInCode(at)
    maybeAddMapping(map, { generated, source: file, original: placeInCss(from) })
  }
  return { code, map: JSON.stringify(toEncodedMap(map)) }
}

/** Line (from 1) and column (from 0) of ever higher offsets. */
function places(text: string): (offset: number) => { line: number; column: number } {
  let line = 1
  let start = 0
  return (offset) => {
    for (let end = text.indexOf('\n', start); end >= 0 && end < offset;) {
      line++
      start = end + 1
      end = text.indexOf('\n', start)
    }
    return { line, column: offset - start }
  }
}

/** Offsets in the output, with those in the input that they come from. */
type Marks = [at: number, from: number][]

function print(css: string): { code: string; marks: Marks } {
  const state: State = { code: '', marks: [], charset: false, mac: false }
  printNodes(parse(css), state)
  return state
}

/** What has been written and seen so far. */
interface State {
  code: string
  readonly marks: Marks
  charset: boolean
  mac: boolean
}

function printNodes(nodes: readonly Node[], state: State): void {
  let open = false // a declaration or statement that still wants its semicolon
  const write = (node: Node, text: string): void => {
    if (open) state.code += ';'
    state.marks.push([state.code.length, node.start])
    state.code += text
  }
  for (const node of nodes) {
    switch (node.kind) {
      case 'comment': {
        const kept = comment(node.text, state)
        if (kept) {
          write(node, kept)
          open = false
        }
        break
      }
      case 'declaration':
        write(node, declaration(node))
        open = true
        break
      case 'statement':
        if (/^@charset\b/i.test(node.text)) {
          if (state.charset) break
          state.charset = true
        }
        write(node, node.text.startsWith('@') ? prelude(node.text) : node.text)
        open = true
        break
      default: {
        const at = node.prelude.startsWith('@')
        const before = state.code.length
        write(node, `${at ? prelude(node.prelude) : selector(node.prelude)}{`)
        const begun = state.code.length
        printNodes(node.body, state)
        if (state.code.length === begun && !at) {
          state.code = state.code.slice(0, before)
          while ((state.marks.at(-1)?.[0] ?? -1) >= before) state.marks.pop()
          break
        }
        state.code += '}'
        open = false
      }
    }
  }
  // At the top level an `@import` needs its semicolon even at the end; inside a block the `}` ends the last declaration.
  if (open && nodes.at(-1)?.kind === 'statement') state.code += ';'
}

function comment(text: string, state: State): string {
  if (text.startsWith('/*!')) return text
  if (state.mac) {
    state.mac = false
    return '/**/'
  }
  if (!text.endsWith('\\*/')) return ''
  state.mac = true
  return '/*\\*/'
}

/** At-rule preludes keep every token; only runs of white space and comments shrink. */
function prelude(text: string): string {
  return scan(text, { white: () => ' ' }).trim()
}

/** A selector list: no space around combinators and commas outside of brackets. */
function selector(text: string): string {
  const glue = new Set([',', '>', '+', '~', ''])
  return (
    scan(text, {
      // A comment after `>` hides the rule from old browsers.
      comment: (before) => (before.endsWith('>') ? '/**/' : ''),
      white: (before, after, depth) => {
        const last = before.endsWith('>/**/') ? '>' : (before.at(-1) ?? '')
        return depth === 0 && (glue.has(last) || glue.has(after)) ? '' : ' '
      },
    })
      .trim()
      // Internet Explorer 6 wants a space before what follows.
      .replaceAll(/:first-(line|letter)(?=,|$)/gi, ':first-$1 ')
  )
}

/**
 * One declaration, minified; what is not understood is left as it is.
 *
 * @returns `name:value`, without a semicolon.
 */
export function declaration({ name, value }: Declaration): string {
  if (name.startsWith('--')) return `${name}:${value}`
  const property = name.toLowerCase().replace(/^[*_]/, '')
  if (FILTER.test(property)) return `${name}:${filter(value)}`
  let text = scan(value, {
    white: (before, after) => (/[,(!]$/.test(before) || /^[,)!]?$/.test(after) ? '' : ' '),
    comment: () => '',
    word: (word, depth) => shorten(word, depth, property),
    call: rgb,
  }).trim()
  if (BOX.test(property) && /^0(?: 0){1,3}$/.test(text)) text = '0'
  if (NONE.test(property)) text = text.replace(/^none(?=$|!)/i, '0')
  if (/^background-position$|transform-origin$/.test(property)) {
    text = text.replace(/^0(?=$|!)/, '0 0')
  }
  return `${name}:${text}`
}

function filter(value: string): string {
  return scan(value, {
    white: (before, after) => (/[,(]$/.test(before) || /^[,)]?$/.test(after) ? '' : ' '),
    comment: () => '',
    string: (text) => text.replace(ALPHA, 'alpha(opacity='),
  })
    .replace(ALPHA, 'alpha(opacity=')
    .trim()
}

/** A word of a value: a number with its unit, a colour, or something to be left alone. */
function shorten(word: string, depth: number, property: string): string {
  if (/^#[\da-f]{6}$/i.test(word)) {
    const low = word.toLowerCase()
    return low.replace(/^#(.)\1(.)\2(.)\3$/, '#$1$2$3')
  }
  if (depth > 0 || /^(?:unicode-range|grid|src$)/.test(property)) return word
  if (/^0+(?:\.0+)?(?:px|em|in|cm|mm|pc|pt|ex)$/i.test(word) && !FLEX.test(property)) return '0'
  if (/^0+%$/.test(word) && OFFSET.test(property)) return '0'
  return word.replace(/^(-?)0+(\.\d)/, '$1$2')
}

/** `rgb(255, 0, 0)` → `#f00`; undefined for anything else. */
function rgb(text: string): string | undefined {
  const match = /^rgb\(\s*(\d{1,3})\s*,\s*(\d{1,3})\s*,\s*(\d{1,3})\s*\)$/i.exec(text)
  if (!match) return undefined
  const parts = match.slice(1).map((part) => Math.min(255, Number(part)))
  const hex = parts.map((part) => part.toString(16).padStart(2, '0')).join('')
  return shorten(`#${hex}`, 0, '')
}
