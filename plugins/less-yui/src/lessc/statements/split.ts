/**
 * What a top-level statement is, as one letter:
 *
 * - `h` the comments before the first statement, which is no statement;
 * - `r` a ruleset, which others may call as a mixin;
 * - `b` an at-rule with a block in which nobody else can look anything up (`@media`, `@font-face` …);
 * - `m` a mixin definition;
 * - `v` a variable, or a detached ruleset;
 * - `i` an import;
 * - `c` a call of a mixin, a detached ruleset or a function, which may define anything: what, is known only after it was evaluated;
 * - `d` a ruleset whose names are known only after it was evaluated (`.@{name}`, `&`, `when`);
 * - `o` anything else.
 */
type Kind = 'h' | 'r' | 'b' | 'm' | 'v' | 'i' | 'c' | 'd' | 'o'

/** A top-level statement of a LESS text. Places are offsets in the text. */
export interface Statement {
  readonly kind: Kind
  readonly start: number
  readonly end: number
  /** Where the next one starts: until there, comments belong to this one. */
  readonly next: number
  /** What others may know it by: `@name`, or the classes and ids of its selectors. */
  readonly names: readonly string[]
}

/** What ends a statement, and what may hide that. */
const OUTSIDE = /[{};()"'`\\]|\/[*/]|\burl\(|[@$]\{/g
/** The same within a block, which ends with its last brace. */
const INSIDE = /[{}"'`\\]|\/[*/]|\burl\(/g

/**
 * Divides a text into its top-level statements.
 *
 * @param text A LESS text without byte order mark, its lines ended by line feeds.
 * @returns The first is `h`. Undefined where it is not certain: the text is wrong or has inline JavaScript, an import is
 *   nested or has a variable in its name.
 */
export function split(text: string): Statement[] | undefined {
  const first = skip(text, 0)
  const statements: Statement[] = [{ kind: 'h', start: 0, end: 0, next: first, names: [] }]
  for (let start = first; start < text.length;) {
    const found = statement(text, start)
    if (!found) return undefined
    statements.push(found)
    start = found.next
  }
  if (!text.includes('@import') && !text.includes('@plugin')) return statements
  const isOdd = ({ kind, start, end }: Statement): boolean =>
    (kind === 'i' ? /@\{/ : /@(?:import|plugin)\b/).test(text.slice(start, end))
  return statements.some(isOdd) ? undefined : statements
}

const GAP = /[\s;]*/y

/** The first place behind white space, comments and semicolons. */
function skip(text: string, from: number): number {
  for (let at = from; ;) {
    GAP.lastIndex = at
    GAP.test(text)
    at = GAP.lastIndex
    if (text[at] !== '/') return at
    const end = opaque(text, at, text.slice(at, at + 2))
    if (end === undefined || end === at + 1) return at
    at = end
  }
}

/** Reads one statement; undefined if it has no end. */
function statement(text: string, start: number): Statement | undefined {
  let braces = 0
  let parens = 0
  let open: number | undefined
  for (let at = start; ;) {
    const pattern = braces > 0 ? INSIDE : OUTSIDE
    pattern.lastIndex = at
    const match = pattern.exec(text)
    if (!match) return undefined
    const [token] = match
    at = match.index + token.length
    if (token === '{') {
      // In parentheses it is an argument.
      if (parens === 0) open ??= match.index
      braces++
    } else if (token === '}') {
      if (--braces < 0) return undefined
      if (braces > 0 || parens > 0) continue
      return whole(text, start, at, open)
    } else if (token === '(') parens++
    else if (token === ')') {
      if (--parens < 0) return undefined
    } else if (token === ';') {
      if (parens > 0) continue
      return whole(text, start, at, open)
    } else {
      const end = opaque(text, match.index, token)
      if (end === undefined) return undefined
      at = end
    }
  }
}

/** The end of what begins with a token that hides what is in it; undefined if it has none. */
function opaque(text: string, at: number, token: string): number | undefined {
  switch (token) {
    case '/*':
      return after(text, '*/', at + 2)
    case '//':
      return after(text, '\n', at) ?? text.length
    case '"':
    case "'": {
      let end = text.indexOf(token, at + 1)
      while (end > 0 && isEscaped(text, end)) end = text.indexOf(token, end + 1)
      return end < 0 ? undefined : end + 1
    }
    case 'url(':
      // One with quotes is a string in parentheses.
      return /^\s*["']/.test(text.slice(at + 4, at + 40)) ? quoted(text, at) : after(text, ')', at)
    case '@{':
    case '${':
      return after(text, '}', at)
    case '\\':
      return at + 2
    case '`':
      return undefined
    default:
      return at + 1
  }
}

function after(text: string, what: string, from: number): number | undefined {
  const at = text.indexOf(what, from)
  return at < 0 ? undefined : at + what.length
}

/** The end of a `url("…")`. */
function quoted(text: string, at: number): number | undefined {
  const quote = /["']/g
  quote.lastIndex = at
  const first = quote.exec(text)
  const end = first ? opaque(text, first.index, first[0]) : undefined
  return end === undefined ? undefined : after(text, ')', end)
}

function isEscaped(text: string, at: number): boolean {
  let slashes = 0
  while (text[at - 1 - slashes] === '\\') slashes++
  return slashes % 2 === 1
}

/** A class or an id. */
export const NAME: RegExp = /[.#](?:[\w-]|\\.|[^\0-\x7F])+/g

function whole(text: string, start: number, end: number, open: number | undefined): Statement {
  const head = text.slice(start, open ?? end)
  const kind = kindOf(head, open !== undefined)
  let names: readonly string[] = []
  if (kind === 'v') names = /^@[\w-]+/.exec(head) ?? []
  else if (kind === 'r' || kind === 'd' || kind === 'm') names = head.match(NAME) ?? []
  return { kind, start, end, next: skip(text, end), names: [...names] }
}

/** At-rules with a scope of their own. */
const BLOCK = /^@(?:media|supports|font-face|(?:-[a-z]+-)?keyframes)\b/

/**
 * @param head The statement as far as its block, if it has one.
 * @param hasBlock Does it have one?
 */
function kindOf(head: string, hasBlock: boolean): Kind {
  if (head.startsWith('@')) {
    if (/^@import\b/.test(head)) return 'i'
    if (hasBlock ? /^@[\w-]+\s*:\s*$/.test(head) : /^@[\w-]+\s*:/.test(head)) return 'v'
    if (hasBlock) return BLOCK.test(head) ? 'b' : 'o'
    return /^@[\w-]+\s*[([]/.test(head) ? 'c' : 'o'
  }
  const first = head.charCodeAt(0)
  const named = first === 0x2e || first === 0x23
  if (!hasBlock) return named || /^[\w-]+\(/.test(head) ? 'c' : 'o'
  if (named && /^.(?:[\w-]|\\[^]|[^\0-\x7F])+\s*\(/.test(head)) return 'm'
  return /[@&$]|\bwhen\b/.test(head) ? 'd' : 'r'
}
