import { commentEnd, type Declaration, type Node, parse, stringEnd, urlEnd } from './parse.ts'

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
  return print(parse(css), { charset: false, mac: false })
}

/** What has been seen so far. */
interface State {
  charset: boolean
  mac: boolean
}

function print(nodes: readonly Node[], state: State): string {
  let out = ''
  let open = false // a declaration or statement that still wants its semicolon
  const separate = (): string => (open ? ';' : '')
  for (const node of nodes) {
    switch (node.kind) {
      case 'comment': {
        const kept = comment(node.text, state)
        if (kept) {
          out += separate() + kept
          open = false
        }
        break
      }
      case 'declaration':
        out += separate() + declaration(node)
        open = true
        break
      case 'statement':
        if (/^@charset\b/i.test(node.text)) {
          if (state.charset) break
          state.charset = true
        }
        out += separate() + (node.text.startsWith('@') ? prelude(node.text) : node.text)
        open = true
        break
      default: {
        const body = print(node.body, state)
        const at = node.prelude.startsWith('@')
        if (body === '' && !at) break
        out += `${separate()}${at ? prelude(node.prelude) : selector(node.prelude)}{${body}}`
        open = false
      }
    }
  }
  // At the top level an `@import` needs its semicolon even at the end; inside a block the `}` ends the last declaration.
  return open && nodes.at(-1)?.kind === 'statement' ? `${out};` : out
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

function declaration({ name, value }: Declaration): string {
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

/** `url( "x" )` → `url("x")`; line breaks in base64 data go too. */
function tidyUrl(text: string): string {
  const open = text.indexOf('(') + 1
  if (!text.endsWith(')')) return text
  const inside = text.slice(open, -1).trim()
  const data = /^["']?data:[^,]*;base64,/i.test(inside)
  return `${text.slice(0, open)}${data ? inside.replaceAll(/\s+/g, '') : inside})`
}

/** How {@link scan} rewrites the pieces of a text; a piece without a function stays. */
interface Rewrite {
  /** A run of white space, given what has been written and the character that follows ('' at the end). */
  white(before: string, after: string, depth: number): string
  comment?(before: string): string
  string?(text: string): string
  word?(word: string, depth: number): string
  call?(text: string): string | undefined
}

const WORD = /[\w#.%+\-\\\u0080-\uFFFF]+/y
const SPACE = /[ \t\r\n\f]+/y
const RGB = /rgb\([^()]*\)/iy

/** Walks over a prelude or value once; strings and `url()` are copied as they are. */
function scan(text: string, rewrite: Rewrite): string {
  let out = ''
  let depth = 0
  let at = 0
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at
    return pattern.exec(text)?.[0]
  }
  while (at < text.length) {
    const char = text[at] ?? ''
    const from = at
    if (char === '"' || char === "'") {
      at = stringEnd(text, at)
      const string = text.slice(from, at)
      out += rewrite.string ? rewrite.string(string) : string
      continue
    }
    if (text.startsWith('/*', at)) {
      at = commentEnd(text, at)
      out += rewrite.comment ? rewrite.comment(out) : text.slice(from, at)
      continue
    }
    const white = match(SPACE)
    if (white) {
      at += white.length
      const after = text[at] ?? ''
      // White space on both sides of a dropped comment is one run.
      if (!/\s$/.test(out.at(-1) ?? '')) out += rewrite.white(out, after, depth)
      continue
    }
    const colour = rewrite.call && !/[\w-]/.test(text[at - 1] ?? '') ? match(RGB) : undefined
    const hex = colour === undefined ? undefined : rewrite.call?.(colour)
    if (colour !== undefined && hex !== undefined) {
      at += colour.length
      out += hex
      continue
    }
    const word = match(WORD)
    if (word) {
      at += word.length
      if (/^url$/i.test(word) && text[at] === '(') {
        at = urlEnd(text, at)
        out += tidyUrl(text.slice(from, at))
      } else {
        out += rewrite.word && text[at] !== '(' ? rewrite.word(word, depth) : word
      }
      continue
    }
    if (char === '(' || char === '[') depth++
    else if (char === ')' || char === ']') depth--
    // A space before `,` or `)` has been written already only if the rewriter wanted it.
    out += char
    at++
  }
  return out
}
