import type { Builtin } from '../macro.ts'
import { END, type Frame, Input, OPAQUE, type Origin } from './input.ts'

export type { Origin } from './input.ts'

/**
 * What the lexer found. `text` is everything without a meaning of its own; a run of such characters is one token, but
 * for a space that starts it. `builtin` is what `defn` of a builtin pushed back.
 */
export type Kind = 'end' | 'word' | 'string' | 'open' | 'comma' | 'close' | 'text' | 'builtin'

const OPEN = 40
const COMMA = 44
const CLOSE = 41

const WORD_START = table(/[A-Za-z_]/)
const WORD_PART = table(/[A-Za-z0-9_]/)

function table(pattern: RegExp): boolean[] {
  return Array.from({ length: 256 }, (_, code) => pattern.test(String.fromCharCode(code)))
}

/**
 * Reads tokens from a stack of texts, as GNU m4 1.4 does: comments win over words, words over quotes, and every token
 * but a word's parenthesis may run over the end of an expansion into what follows it.
 *
 * Texts are bytes, one character each (`latin1`).
 */
export class Lexer {
  /** The text of the last token, without its outer quotes. */
  text: string = ''
  /** The builtin of the last `builtin` token. */
  builtin: Builtin | undefined
  /** Did the last word stand in a file, and not in an expansion? */
  direct: boolean = false
  /** Where the last token started. */
  origin: Origin = { file: '', offset: 0 }
  leftQuote: string = '`'
  rightQuote: string = "'"
  leftComment: string = '#'
  rightComment: string = '\n'
  /** Was the token pushed by {@link pushLiteral}? */
  literal: boolean = false
  /** Called for what never ends; must throw. */
  readonly unfinished: (what: 'string' | 'comment', origin: Origin) => never
  readonly #input = new Input()
  #special: boolean[] = []
  #apart = false

  constructor(unfinished: (what: 'string' | 'comment', origin: Origin) => never) {
    this.unfinished = unfinished
    this.#respecial()
  }

  /** How many texts are being read. */
  get depth(): number {
    return this.#input.depth
  }

  /** How many files are being read. */
  get files(): number {
    return this.#input.files
  }

  /** Begins a file that no other text goes on after. */
  start(file: string, text: string): void {
    this.#input.start()
    this.pushFile(file, text)
  }

  pushFile(file: string, text: string): void {
    this.#input.push({ text, at: 0, kind: 'file', file, origin: 0 })
  }

  /** An expansion, to be read again. */
  push(text: string, { file, offset }: Origin): void {
    if (text !== '') this.#input.push({ text, at: 0, kind: 'expansion', file, origin: offset })
  }

  /** A text that is one string token, whatever stands in it. */
  pushLiteral(text: string, { file, offset }: Origin): void {
    this.#input.push({ text, at: 0, kind: 'literal', file, origin: offset })
  }

  pushBuiltin(builtin: Builtin, { file, offset }: Origin): void {
    this.#input.push({ text: ' ', at: 0, kind: 'builtin', builtin, file, origin: offset })
  }

  /**
   * Reads only `text` while `work` runs, then goes on where it was. The end of `text` ends a comment.
   *
   * @returns What `work` returns.
   */
  isolated<T>(text: string, work: () => T): T {
    const apart = this.#apart
    this.#apart = true
    try {
      return this.#input.isolated(() => {
        this.push(text, this.origin)
        return work()
      })
    } finally {
      this.#apart = apart
    }
  }

  /** An undefined left quote means the defaults; an empty one, no quotes at all. */
  setQuotes(left: string | undefined, right: string | undefined): undefined {
    this.leftQuote = left ?? '`'
    const missing = left === undefined || right === undefined || (left !== '' && right === '')
    this.rightQuote = missing ? "'" : right
    this.#respecial()
    return undefined
  }

  /** An undefined start means no comments. */
  setComment(left: string | undefined, right: string | undefined): undefined {
    this.leftComment = left ?? ''
    const missing = right === undefined || (left !== '' && right === '')
    this.rightComment = left === undefined ? '' : missing ? '\n' : right
    this.#respecial()
    return undefined
  }

  /** Offset of the next character in the file that is being read, and the file's name. */
  here(): Origin {
    const frame = this.#input.top
    if (!frame) return this.origin
    return { file: frame.file, offset: frame.kind === 'file' ? frame.at : frame.origin }
  }

  /** The place of the last character that was read from a file. */
  get last(): Origin {
    return this.#input.last ?? this.origin
  }

  next(): Kind {
    const code = this.#input.peek(true)
    this.origin = this.here()
    this.literal = false
    if (code === END) return 'end'
    const frame = this.#input.top as Frame
    if (code === OPAQUE) {
      this.#input.pop()
      this.builtin = frame.builtin
      this.text = frame.text
      this.literal = frame.kind === 'literal'
      return frame.kind === 'builtin' ? 'builtin' : 'string'
    }
    if (this.#input.matches(code, this.leftComment, true)) return this.#comment()
    if (WORD_START[code]) return this.#word(frame)
    if (this.#input.matches(code, this.leftQuote, true)) return this.#string()
    frame.at++
    if (code === OPEN) return this.#one('(', 'open')
    if (code === COMMA) return this.#one(',', 'comma')
    if (code === CLOSE) return this.#one(')', 'close')
    return this.#run(frame)
  }

  /** Does an argument list follow? */
  opens(): boolean {
    const code = this.#input.peek(false)
    return (
      code === OPEN &&
      !this.#input.matches(code, this.leftComment, false) &&
      !this.#input.matches(code, this.leftQuote, false)
    )
  }

  /**
   * Discards the rest of the line (`dnl`).
   *
   * @returns Was there a newline?
   */
  skipLine(): boolean {
    for (;;) {
      const code = this.#input.peek(true)
      if (code === END) return false
      const frame = this.#input.top as Frame
      if (code === OPAQUE) {
        this.#input.pop()
        continue
      }
      const newline = frame.text.indexOf('\n', frame.at)
      frame.at = newline < 0 ? frame.text.length : newline + 1
      if (newline >= 0) return true
    }
  }

  #one(text: string, kind: Kind): Kind {
    this.text = text
    return kind
  }

  #word(first: Frame): Kind {
    this.direct = first.kind === 'file'
    let word = ''
    for (;;) {
      const frame = this.#input.top
      if (!frame || frame.kind === 'literal' || frame.kind === 'builtin') break
      const { text } = frame
      const from = frame.at
      let at = from
      while (at < text.length && WORD_PART[text.charCodeAt(at)]) at++
      word += text.slice(from, at)
      frame.at = at
      if (at < text.length) break
      // What follows may go on with the word; if not, the exhausted text stays where it is.
      const code = this.#input.peek(false)
      if (code < 0 || !WORD_PART[code]) break
      this.#input.pop()
    }
    this.text = word
    return 'word'
  }

  /** Characters without a meaning, up to the next that may have one. */
  #run(frame: Frame): Kind {
    const { text } = frame
    const from = frame.at - 1
    let { at } = frame
    while (at < text.length && !this.#special[text.charCodeAt(at)]) at++
    frame.at = at
    const run = text.slice(from, at)
    this.text = run.includes('\0') ? run.replaceAll('\0', '') : run
    return 'text'
  }

  #comment(): Kind {
    let text = this.leftComment
    for (;;) {
      const code = this.#input.peek(true)
      if (code === END && this.#apart) break
      if (code === END) this.unfinished('comment', this.origin)
      if (code === OPAQUE) {
        text += this.#input.pop()?.text ?? ''
      } else if (this.#input.matches(code, this.rightComment, true)) {
        text += this.rightComment
        break
      } else {
        text += this.#until(this.rightComment, '')
      }
    }
    this.text = beforeNul(text)
    return 'string'
  }

  #string(): Kind {
    let text = ''
    let level = 1
    for (;;) {
      const code = this.#input.peek(true)
      if (code === END) this.unfinished('string', this.origin)
      if (code === OPAQUE) {
        text += this.#input.pop()?.text ?? ''
      } else if (this.#input.matches(code, this.rightQuote, true)) {
        if (--level === 0) break
        text += this.rightQuote
      } else if (this.#input.matches(code, this.leftQuote, true)) {
        level++
        text += this.leftQuote
      } else {
        text += this.#until(this.rightQuote, this.leftQuote)
      }
    }
    this.text = beforeNul(text)
    return 'string'
  }

  /** One character at least, then all before one that may start either delimiter. */
  #until(one: string, other: string): string {
    const frame = this.#input.top as Frame
    const { text } = frame
    const from = frame.at
    const a = one === '' ? NaN : one.charCodeAt(0)
    const b = other === '' ? NaN : other.charCodeAt(0)
    let at = from + 1
    for (; at < text.length; at++) {
      const code = text.charCodeAt(at)
      if (code === a || code === b) break
    }
    frame.at = at
    return text.slice(from, at)
  }

  #respecial(): void {
    this.#special = [...WORD_START]
    for (const code of [OPEN, COMMA, CLOSE]) this.#special[code] = true
    for (const delimiter of [this.leftQuote, this.leftComment]) {
      if (delimiter !== '') this.#special[delimiter.charCodeAt(0)] = true
    }
  }
}

function beforeNul(text: string): string {
  const nul = text.indexOf('\0')
  return nul < 0 ? text : text.slice(0, nul)
}
