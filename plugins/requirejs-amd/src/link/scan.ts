/**
 * The minifier's newer syntax, found token by token. A tree of the output would cost as much as everything else the linker
 * does. The scan knows the tokens of ES5 as a printer writes them, and gives up at whatever it does not: the tree is right then.
 */
import type { Newer } from './newer-syntax.ts'

/** What stands before a token, as far as it tells what the token can be. */
type Before =
  /** An expression may begin; a brace opens an object. */
  | 'operator'
  /** A value has ended: a slash divides, a template is tagged. */
  | 'value'
  /** A statement may begin; a brace opens a block. */
  | 'statement'
  /** A block has ended, or a function that is a value. */
  | 'block'

/** A bracket that is open. */
interface Open {
  readonly kind: '(' | '[' | 'block' | 'object'
  /** Of a parenthesis: does a statement follow it (`if`, `for`, `while`, `with`)? */
  readonly head: boolean
  /** Question marks that wait for their colon. */
  ternaries: number
}

/** Words behind which an expression begins. */
const operators = new Set(
  'return typeof instanceof in new delete void throw case var break continue debugger'.split(' '),
)
/** Words behind which a block or a statement begins. */
const statements = new Set('else do try finally'.split(' '))
const heads = new Set('if for while with'.split(' '))
/** Words of ES2015 and later, as which ES5 may use some: those scripts are left to the tree. */
const later = new Set(
  'class const let async await yield import export super extends enum static'.split(' '),
)

const space = /[ \t\r\n\u2028\u2029\uFEFF]+/y
const comment = /\/\*[^]*?\*\/|\/\/[^\n\r\u2028\u2029]*/y
const word = /(?:[\w$]|[^\s\0-\x7F])+/y
const number = /0[xXbBoO][\da-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y
// Runs of plain characters in one step: one step for each would be too many for a text of some megabytes.
const text = /'[^'\\\n\r]*(?:\\[^][^'\\\n\r]*)*'|"[^"\\\n\r]*(?:\\[^][^"\\\n\r]*)*"/y
const template = /`[^`\\$]*(?:(?:\\[^]|\$(?!\{))[^`\\$]*)*`/y
const pattern = /\/(?:[^/\\[\n\r]|\\[^\n\r]|\[(?:[^\]\\\n\r]|\\[^\n\r])*\])+\/([a-z]*)/y

/**
 * Finds templates that could be strings, and properties without a key, in a minified script.
 *
 * @param code The script; it parses.
 * @returns The places, in order; undefined when the script holds what only its tree tells.
 */
export function scanNewerSyntax(code: string): readonly Newer[] | undefined {
  return new Scan(code).run()
}

class Scan {
  readonly #code: string
  readonly #found: Newer[] = []
  readonly #open: Open[] = [{ kind: 'block', head: false, ternaries: 0 }]
  #at = 0
  #before: Before = 'statement'
  /** The last word, where what follows depends on it. */
  #word = ''

  constructor(code: string) {
    this.#code = code
  }

  run(): readonly Newer[] | undefined {
    while (this.#at < this.#code.length) if (!this.#token()) return undefined
    return this.#open.length === 1 ? this.#found : undefined
  }

  /** The end of what a sticky pattern matches here. */
  #match(sticky: RegExp): number | undefined {
    sticky.lastIndex = this.#at
    try {
      return sticky.test(this.#code) ? sticky.lastIndex : undefined
    } catch {
      // A text of millions of escapes is more than the engine's stack holds.
      return undefined
    }
  }

  #value(end: number | undefined): boolean {
    if (end === undefined) return false
    this.#at = end
    this.#before = 'value'
    this.#word = ''
    return true
  }

  #sign(length: number, before: Before): boolean {
    this.#at += length
    this.#before = before
    this.#word = ''
    return true
  }

  /** Takes one token. False when it is none that is known here. */
  #token(): boolean {
    const code = this.#code
    switch (code[this.#at]) {
      case ' ':
      case '\t':
      case '\n':
      case '\r':
      case '\u2028':
      case '\u2029':
      case '\uFEFF':
        this.#at = this.#match(space) ?? code.length
        return true
      case '"':
      case "'":
        return this.#value(this.#match(text))
      case '`':
        return this.#template()
      case '/':
        return this.#slash()
      case '(':
      case '[':
        return this.#opened(code[this.#at] as '(' | '[')
      case '{':
        return this.#brace()
      case ')':
      case ']':
      case '}':
        return this.#closed(code[this.#at] as ')' | ']' | '}')
      case ';':
        // Between the parts of a `for`, expressions begin.
        return this.#sign(1, this.#top().kind === 'block' ? 'statement' : 'operator')
      case ',': {
        this.#sign(1, 'operator')
        return this.#top().kind !== 'object' || this.#key()
      }
      case '?':
        return this.#question()
      case ':':
        return this.#colon()
      case '.':
        return this.#dot()
      case '+':
      case '-':
        // `a++` is a value, as `a` was; `++a` begins one.
        if (code[this.#at + 1] === code[this.#at]) return this.#sign(2, this.#before)
        return this.#sign(1, 'operator')
      case '=':
        return code[this.#at + 1] !== '>' && this.#sign(1, 'operator')
      case '*':
        return this.#word !== 'function' && this.#sign(1, 'operator')
      case '!':
      case '%':
      case '&':
      case '<':
      case '>':
      case '^':
      case '|':
      case '~':
        return this.#sign(1, 'operator')
      default:
        return this.#name()
    }
  }

  #top(): Open {
    return this.#open.at(-1) as Open
  }

  #template(): boolean {
    const end = this.#match(template)
    if (end === undefined || this.#before === 'block') return false
    if (this.#before !== 'value') this.#found.push({ start: this.#at, end, key: undefined })
    return this.#value(end)
  }

  #slash(): boolean {
    const next = this.#code[this.#at + 1]
    if (next === '/' || next === '*') {
      const end = this.#match(comment)
      if (end !== undefined) this.#at = end
      return end !== undefined
    }
    if (this.#before === 'block') return false
    if (this.#before === 'value') return this.#sign(1, 'operator')
    const end = this.#match(pattern)
    // Brackets nest under that flag.
    if (end === undefined || /\/[a-z]*v[a-z]*$/.test(this.#code.slice(end - 9, end))) return false
    return this.#value(end)
  }

  #opened(kind: '(' | '['): boolean {
    this.#open.push({ kind, head: kind === '(' && heads.has(this.#word), ternaries: 0 })
    return this.#sign(1, 'operator')
  }

  #brace(): boolean {
    const kind = this.#braceKind()
    if (kind === undefined) return false
    this.#open.push({ kind, head: false, ternaries: 0 })
    this.#sign(1, kind === 'block' ? 'statement' : 'operator')
    return kind === 'block' || this.#key()
  }

  #braceKind(): 'block' | 'object' | undefined {
    if (this.#before === 'operator') return 'object'
    if (this.#before === 'statement' || this.#before === 'block') return 'block'
    // Behind parameters, `switch (x)` and `catch (error)`.
    return this.#code[this.#last()] === ')' ? 'block' : undefined
  }

  /** Where the last token ended. */
  #last(): number {
    let at = this.#at - 1
    while (at > 0 && /\s/.test(this.#code[at] ?? '')) at--
    return at
  }

  #closed(sign: ')' | ']' | '}'): boolean {
    const open = this.#open.pop()
    if (open === undefined || this.#open.length === 0 || open.ternaries > 0) return false
    const fits =
      sign === '}'
        ? open.kind === 'block' || open.kind === 'object'
        : open.kind === (sign === ')' ? '(' : '[')
    if (!fits) return false
    return this.#sign(1, open.head ? 'statement' : open.kind === 'block' ? 'block' : 'value')
  }

  #question(): boolean {
    const next = this.#code[this.#at + 1] ?? ''
    if (next === '?' || (next === '.' && !/\d/.test(this.#code[this.#at + 2] ?? ''))) return false
    this.#top().ternaries++
    return this.#sign(1, 'operator')
  }

  #colon(): boolean {
    const top = this.#top()
    if (top.ternaries > 0) {
      top.ternaries--
      return this.#sign(1, 'operator')
    }
    if (top.kind === 'object') return this.#sign(1, 'operator')
    // Behind a label or a case.
    return top.kind === 'block' && this.#sign(1, 'statement')
  }

  #dot(): boolean {
    if (/\d/.test(this.#code[this.#at + 1] ?? '')) return this.#value(this.#match(number))
    if (this.#code[this.#at + 1] === '.') return false
    this.#sign(1, 'operator')
    // Whatever word follows is a property's name.
    return this.#value(this.#match(word))
  }

  #name(): boolean {
    if (/\d/.test(this.#code[this.#at] ?? '')) return this.#value(this.#match(number))
    const end = this.#match(word)
    if (end === undefined) return false
    const name = this.#code.slice(this.#at, end)
    if (later.has(name)) return false
    this.#at = end
    this.#word = name
    this.#before = operators.has(name) ? 'operator' : statements.has(name) ? 'statement' : 'value'
    return true
  }

  /** Where a property begins, or its object ends. */
  #key(): boolean {
    this.#skip()
    if (this.#code[this.#at] === '}') return true
    const start = this.#at
    const end = this.#property()
    if (end === undefined) return false
    const name = this.#code.slice(start, end)
    this.#value(end)
    this.#skip()
    const next = this.#code[this.#at] ?? ''
    if (next === ':') return true
    if (next === ',' || next === '}') {
      this.#found.push({ start, end: start, key: name })
      return /^[^\d'"]/.test(name)
    }
    // `get name() {}`
    return (name === 'get' || name === 'set') && this.#value(this.#property())
  }

  #property(): number | undefined {
    return /\d/.test(this.#code[this.#at] ?? '')
      ? this.#match(number)
      : (this.#match(word) ?? this.#match(text))
  }

  #skip(): void {
    this.#at = this.#match(space) ?? this.#at
  }
}
