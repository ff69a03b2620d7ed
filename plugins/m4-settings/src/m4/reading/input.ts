import type { Builtin } from '../macro.ts'

/** A position in a file by its offset. */
export interface Origin {
  readonly file: string
  readonly offset: number
}

/** A text that is being read. Expansions are pushed on top of the file they came from. */
export interface Frame {
  readonly text: string
  at: number
  /** A file, the expansion of something in it, a text that is one token, or a builtin that `defn` gave. */
  readonly kind: 'file' | 'expansion' | 'literal' | 'builtin'
  readonly builtin?: Builtin
  /** Where it comes from: a file as it was named, and an offset (that of the call, for an expansion). */
  readonly file: string
  readonly origin: number
}

/** Nothing is left to read. */
export const END = -1
/** What comes next is no character but a literal or a builtin. */
export const OPAQUE = -2

/** The texts that are being read, the innermost last. Reading goes on in the next where one ends. */
export class Input {
  #frames: Frame[] = []
  #files = 0

  /** How many files are being read. */
  get files(): number {
    return this.#files
  }

  /** How many texts are being read. */
  get depth(): number {
    return this.#frames.length
  }

  /** The text that is read next. */
  get top(): Frame | undefined {
    return this.#frames.at(-1)
  }

  /** The place of the last character that was read from a file. */
  get last(): Origin | undefined {
    const frame = this.#frames.findLast(({ kind }) => kind === 'file')
    return frame && { file: frame.file, offset: Math.max(0, frame.at - 1) }
  }

  /** Begins anew, with one text or none. */
  start(frame?: Frame): void {
    this.#frames = []
    this.#files = 0
    if (frame) this.push(frame)
  }

  /** Begins a text before the rest of those that are being read. */
  push(frame: Frame): void {
    // Else a macro that ends in a call of itself would leave something behind each time.
    for (let top = this.top; top?.kind === 'expansion'; top = this.top) {
      if (top.at < top.text.length) break
      this.pop()
    }
    if (frame.kind === 'file') this.#files++
    this.#frames.push(frame)
  }

  pop(): Frame | undefined {
    const frame = this.#frames.pop()
    if (frame?.kind === 'file') this.#files--
    return frame
  }

  /** Reads other texts while `work` runs, then goes on where it was. */
  isolated<T>(work: () => T): T {
    const [frames, files] = [this.#frames, this.#files]
    this.#frames = []
    try {
      return work()
    } finally {
      this.#frames = frames
      this.#files = files
    }
  }

  /**
   * The next character, looking through exhausted texts.
   *
   * @param drop May they be dropped? The outermost stays.
   */
  peek(drop: boolean): number {
    for (let index = this.#frames.length - 1; index >= 0; index--) {
      const frame = this.#frames[index] as Frame
      if (frame.kind === 'literal' || frame.kind === 'builtin') return OPAQUE
      if (frame.at < frame.text.length) return frame.text.charCodeAt(frame.at)
      if (drop && index > 0) this.pop()
    }
    return END
  }

  /**
   * Does a delimiter come next? It may run over the end of a text.
   *
   * @param code The next character.
   */
  matches(code: number, delimiter: string, consume: boolean): boolean {
    if (delimiter === '' || delimiter.charCodeAt(0) !== code || code === 0) return false
    let matched = 0
    for (let index = this.#frames.length - 1; matched < delimiter.length; index--) {
      const frame = this.#frames[index]
      if (!frame || frame.kind === 'literal' || frame.kind === 'builtin') return false
      const part = frame.text.slice(frame.at, frame.at + delimiter.length - matched)
      if (!delimiter.startsWith(part, matched)) return false
      matched += part.length
    }
    if (consume) this.#skip(delimiter.length)
    return true
  }

  #skip(count: number): void {
    let left = count
    while (left > 0) {
      this.peek(true)
      const frame = this.#frames.at(-1) as Frame
      const step = Math.min(left, frame.text.length - frame.at)
      frame.at += step
      left -= step
    }
  }
}
