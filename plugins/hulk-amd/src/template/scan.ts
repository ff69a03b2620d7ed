import { TemplateError } from '../error.ts'

/** `_v` is `{{name}}`, `_t` literal text, `\n` a line's end; the others are the tag's own character. */
type TokenType = '#' | '^' | '<' | '$' | '/' | '!' | '>' | '{' | '&' | '_v' | '_t' | '\n'

/** A piece of a template, with its place. */
export interface Token {
  readonly type: TokenType
  /** The tag's name, or the literal text. */
  readonly text: string
  /** Offset of the first character of the tag or text. */
  readonly start: number
  /** Offset after the last character. */
  readonly end: number
  /** What generated code knows as the section's edge: after an opening tag, before a closing one. */
  readonly edge: number
  /** The delimiters in force. */
  readonly open: string
  readonly close: string
  /** The white space before a partial that stands alone on its line; by the specification, before a parent or block too. */
  indent?: string | undefined
}

const TAGS = new Set(['#', '^', '<', '$', '/', '!', '>', '=', '{', '&'])
/** Tags that may stand alone on a line, which then leaves no trace. */
const PARTIAL = new Set(['>'])
const INDENTED = new Set(['>', '<', '$'])
const STANDALONE = new Set(['#', '^', '<', '$', '/', '!', '>'])

/**
 * Cuts a template into tokens as hogan.js 3.0.2 does, lines of lone tags removed, but with places, and with an error
 * where hogan.js silently makes text of a tag that is not closed.
 *
 * @param text The template.
 * @param delimiters The two delimiters in force at its beginning, parted by a space.
 * @param spec Are parents and blocks indented, as the specification has it and hogan.js has not?
 * @throws {@link TemplateError} for an unclosed tag or delimiters that are not two words.
 */
export function scan(text: string, delimiters = '{{ }}', spec = false): Token[] {
  const tokens: Token[] = []
  let [open = '{{', close = '}}'] = delimiters.split(' ')
  let lineStart = 0
  let seenTag = false
  let newline = text.indexOf('\n')
  let i = 0

  const pushText = (start: number, end: number): void => {
    if (end <= start) return
    tokens.push({ type: '_t', text: text.slice(start, end), start, end, edge: end, open, close })
  }
  const endLine = (at: number): void => {
    const blank = seenTag && isBlank(tokens, lineStart)
    const place = blank && spec && isPlace(tokens, lineStart)
    if (blank) dropBlanks(tokens, lineStart, spec ? INDENTED : PARTIAL)
    if ((!blank || place) && at >= 0) {
      tokens.push({ type: '\n', text: '\n', start: at, end: at + 1, edge: at + 1, open, close })
    }
    seenTag = false
    lineStart = tokens.length
  }

  for (;;) {
    const tag = text.indexOf(open, i)
    const limit = tag < 0 ? text.length : tag
    if (newline >= 0 && newline < i) newline = text.indexOf('\n', i)
    while (newline >= 0 && newline < limit) {
      pushText(i, newline)
      endLine(newline)
      i = newline + 1
      newline = text.indexOf('\n', i)
    }
    pushText(i, limit)
    if (tag < 0) {
      endLine(-1)
      return tokens
    }
    seenTag = true
    const at = tag + open.length
    const mark = text.charAt(at)
    if (mark === '=') {
      const set = readDelimiters(text, { tag, from: at - 1, close })
      open = set.open
      close = set.close
      i = set.end
      continue
    }
    const type = (TAGS.has(mark) ? mark : '_v') as TokenType
    const nameStart = type === '_v' ? at : at + 1
    const nameEnd = text.indexOf(close, nameStart)
    if (nameEnd < 0) {
      const shown = text.slice(tag, tag + 30).split('\n', 1)[0]
      throw new TemplateError(
        'HULK_AMD_UNCLOSED_TAG',
        `The tag "${shown}" is not closed: no "${close}" follows`,
        tag,
      )
    }
    let name = text.slice(nameStart, nameEnd).trim()
    i = nameEnd + close.length
    const edge = type === '/' ? tag : i
    if (type === '{') {
      if (close === '}}') i++
      else if (name.endsWith('}')) name = name.slice(0, -1)
    }
    tokens.push({ type, text: name, start: tag, end: i, edge, open, close })
  }
}

/** Reads `{{=<% %>=}}`. hogan.js looks for both marks from the last character of the opening delimiter on. */
function readDelimiters(
  text: string,
  { tag, from, close }: { tag: number; from: number; close: string },
): { open: string; close: string; end: number } {
  const mark = `=${close}`
  const end = text.indexOf(mark, from)
  if (end < 0) {
    const message = `The change of delimiters is not closed: no "${mark}" follows`
    throw new TemplateError('HULK_AMD_DELIMITERS', message, tag)
  }
  const words = text
    .substring(text.indexOf('=', from) + 1, end)
    .trim()
    .split(' ')
  const first = words[0] ?? ''
  const last = words.at(-1) ?? ''
  if (first === '' || /\s/.test(first + last)) {
    const message = 'A change of delimiters takes two words parted by a space, as in {{=<% %>=}}'
    throw new TemplateError('HULK_AMD_DELIMITERS', message, tag)
  }
  return { open: first, close: last, end: end + mark.length }
}

/** Is there nothing but an empty block in a line? What is put there is a line. */
function isPlace(tokens: readonly Token[], from: number): boolean {
  const [first, second, ...more] = tokens.slice(from).filter(({ type }) => type !== '_t')
  return first?.type === '$' && second?.type === '/' && more.length === 0
}

function isBlank(tokens: readonly Token[], from: number): boolean {
  for (let j = from; j < tokens.length; j++) {
    const token = tokens[j] as Token
    if (!(token.type === '_t' ? !/\S/.test(token.text) : STANDALONE.has(token.type))) return false
  }
  return true
}

/**
 * Removes the white space of a line of lone tags. Of two neighbouring texts (a change of delimiters stood between
 * them) the second stays, as in hogan.js.
 */
function dropBlanks(tokens: Token[], from: number, indented: ReadonlySet<string>): void {
  let to = from
  for (let j = from; j < tokens.length; j++) {
    let token = tokens[j] as Token
    if (token.type === '_t') {
      const next = tokens[++j]
      if (!next) break
      if (indented.has(next.type)) next.indent = token.text
      token = next
    }
    tokens[to++] = token
  }
  tokens.length = to
}
