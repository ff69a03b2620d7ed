/** A piece of CSS by its place in the text: offsets, `end` exclusive. */
interface Span {
  readonly start: number
  readonly end: number
}

/** `name: value`, without the semicolon. `value` is trimmed and still has its `!important`. */
export interface Declaration extends Span {
  readonly kind: 'declaration'
  readonly name: string
  readonly value: string
}

/** `prelude { body }`: a style rule or an at-rule with a block. */
interface Rule extends Span {
  readonly kind: 'rule'
  readonly prelude: string
  readonly body: Node[]
}

/** `@import …;`, or anything else that is neither a declaration nor a rule. */
interface Statement extends Span {
  readonly kind: 'statement'
  readonly text: string
}

/** A comment between statements. Comments inside of a prelude or value stay part of it. */
interface Comment extends Span {
  readonly kind: 'comment'
  readonly text: string
}

export type Node = Declaration | Rule | Statement | Comment

const DECLARATION = /^([*_$]?-{0,2}(?:[\w-]|[^\0-\x7F]|\\[^\n])+)\s*:/

/**
 * Splits CSS into rules and declarations in one pass, forgiving as browsers are. Strings, `url()`, comments and brackets are
 * opaque; nothing is decoded or normalised.
 *
 * @param css Any text.
 * @returns The top-level nodes in order.
 */
export function parse(css: string): Node[] {
  const top: Node[] = []
  const stack: { nodes: Node[]; start: number; prelude: string }[] = []
  let nodes = top
  let at = 0
  while (at < css.length) {
    const char = css.charCodeAt(at)
    if (isSpace(char) || char === SEMICOLON) {
      at++
    } else if (char === CLOSE) {
      const open = stack.pop()
      at++
      if (open) {
        const rule: Rule = {
          kind: 'rule',
          start: open.start,
          end: at,
          prelude: open.prelude,
          body: nodes,
        }
        nodes = open.nodes
        nodes.push(rule)
      }
    } else if (css.startsWith('/*', at)) {
      const end = commentEnd(css, at)
      nodes.push({ kind: 'comment', start: at, end, text: css.slice(at, end) })
      at = end
    } else if (css.startsWith('<!--', at) || css.startsWith('-->', at)) {
      at += css[at] === '<' ? 4 : 3
    } else {
      const end = statementEnd(css, at)
      const text = css.slice(at, end).trimEnd()
      if (css.charCodeAt(end) === OPEN) {
        stack.push({ nodes, start: at, prelude: text })
        nodes = []
        at = end + 1
      } else {
        nodes.push(leaf(text, at))
        at = end
      }
    }
  }
  // Like a browser: what is still open ends with the file.
  for (let open = stack.pop(); open; open = stack.pop()) {
    const { start, prelude } = open
    open.nodes.push({ kind: 'rule', start, end: css.length, prelude, body: nodes })
    nodes = open.nodes
  }
  return top
}

const OPEN = 123
const CLOSE = 125
const SEMICOLON = 59

function leaf(text: string, start: number): Declaration | Statement {
  const end = start + text.length
  const match = text.startsWith('@') ? null : DECLARATION.exec(text)
  return match
    ? {
        kind: 'declaration',
        start,
        end,
        name: match[1] ?? '',
        value: text.slice(match[0].length).trim(),
      }
    : { kind: 'statement', start, end, text }
}

/** Where the statement that begins here ends: at its `;`, `{` or `}`, or at the end of the text. */
function statementEnd(css: string, start: number): number {
  // The value of a custom property may hold whole blocks.
  const custom = /^--[^\s:;{}]*\s*:/.test(css.slice(start, start + 200))
  let depth = 0
  let at = start
  while (at < css.length) {
    const char = css.charCodeAt(at)
    switch (char) {
      case 92: // backslash
        at += 2
        continue
      case 34: // "
      case 39: // '
        at = stringEnd(css, at)
        continue
      case 47: // slash
        at = css.charCodeAt(at + 1) === 42 ? commentEnd(css, at) : at + 1
        continue
      case 40: // (
        if (/url$/i.test(css.slice(Math.max(0, at - 3), at))) {
          at = urlEnd(css, at)
          continue
        }
        depth++
        break
      case 91: // [
        depth++
        break
      case 41: // )
      case 93: // ]
        depth = Math.max(0, depth - 1)
        break
      case OPEN:
        if (!custom && depth === 0) return at
        depth++
        break
      case CLOSE:
        // An unclosed bracket must not swallow the rest of the sheet.
        if (depth === 0 || !custom) return at
        depth--
        break
      case SEMICOLON:
        if (depth === 0) return at
        break
      default:
    }
    at++
  }
  return css.length
}

/** The offset behind the string that begins here (at a newline, if it is not closed). */
export function stringEnd(css: string, start: number): number {
  const quote = css.charCodeAt(start)
  for (let at = start + 1; at < css.length; at++) {
    const char = css.charCodeAt(at)
    if (char === 92) at++
    else if (char === quote) return at + 1
    else if (char === 10) return at
  }
  return css.length
}

/** The offset behind the comment that begins here. */
export function commentEnd(css: string, start: number): number {
  const end = css.indexOf('*/', start + 2)
  return end < 0 ? css.length : end + 2
}

/** The offset behind `url(…)`, given that of its `(`. */
export function urlEnd(css: string, open: number): number {
  let at = open + 1
  while (isSpace(css.charCodeAt(at))) at++
  const first = css.charCodeAt(at)
  if (first === 34 || first === 39) {
    const end = css.indexOf(')', stringEnd(css, at))
    return end < 0 ? css.length : end + 1
  }
  for (; at < css.length; at++) {
    const char = css.charCodeAt(at)
    if (char === 92) at++
    else if (char === 41) return at + 1
  }
  return css.length
}

function isSpace(char: number): boolean {
  return char === 32 || (char >= 9 && char <= 13)
}
