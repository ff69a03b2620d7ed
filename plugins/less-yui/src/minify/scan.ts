import { commentEnd, stringEnd, urlEnd } from './parse.ts'

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

/**
 * Walks over a prelude or value once; strings and `url()` are copied as they are.
 *
 * @param text A prelude or the value of a declaration.
 */
export function scan(text: string, rewrite: Rewrite): string {
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
