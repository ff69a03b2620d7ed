const SPACE = /[ \t\n\r]*/y
const STRING = /"(?:[^"\\\p{Cc}]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"/uy
const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?|true|false|null/y
const MAX_DEPTH = 1000

/**
 * Where a text stops being JSON. The engine's own message would show parts of the text, which may be secret, and often
 * gives no position.
 *
 * @returns Undefined when the text is JSON.
 */
export function jsonError(text: string): { message: string; offset: number } | undefined {
  try {
    JSON.parse(text)
    return undefined
  } catch {
    return new Scanner(text).scan()
  }
}

class Scanner {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  scan(): { message: string; offset: number } {
    const message =
      this.#value(0) ??
      (this.#at < this.#text.length ? 'something follows its end' : 'it is too deep')
    return { message, offset: this.#at }
  }

  /** Passes over a value; gives what is wrong with it. */
  #value(depth: number): string | undefined {
    this.#take(SPACE)
    const open = this.#text[this.#at]
    if (depth > MAX_DEPTH) return 'it is too deep'
    const wrong =
      open === '{' || open === '['
        ? this.#list(open === '{', depth)
        : open === '"'
          ? this.#string()
          : this.#take(SCALAR)
            ? undefined
            : 'a value is missing or is none'
    if (wrong === undefined) this.#take(SPACE)
    return wrong
  }

  #list(object: boolean, depth: number): string | undefined {
    const close = object ? '}' : ']'
    this.#at++
    this.#take(SPACE)
    if (this.#text[this.#at] === close) {
      this.#at++
      return undefined
    }
    for (;;) {
      if (object) {
        this.#take(SPACE)
        const wrong = this.#string()
        if (wrong !== undefined) return wrong === '' ? wrong : `a name: ${wrong}`
        this.#take(SPACE)
        if (this.#text[this.#at] !== ':') return 'a colon is missing'
        this.#at++
      }
      const wrong = this.#value(depth + 1)
      if (wrong !== undefined) return wrong
      const next = this.#text[this.#at]
      if (next !== ',' && next !== close) return `a comma or \`${close}\` is missing`
      this.#at++
      if (next === close) return undefined
    }
  }

  #string(): string | undefined {
    if (this.#text[this.#at] !== '"') return 'a string in double quotes is missing'
    return this.#take(STRING)
      ? undefined
      : 'a string does not end on its line, or holds what must be escaped'
  }

  #take(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)
    if (found) this.#at += found[0].length
    return found !== null
  }
}
