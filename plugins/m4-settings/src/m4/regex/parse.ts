/** What an anchor looks at: the bytes before and behind, undefined at the ends of the text. */
export type Anchor = (before: number | undefined, behind: number | undefined) => boolean

/** A parsed regular expression. */
export type Tree =
  | { readonly op: 'set'; readonly set: readonly boolean[] }
  | { readonly op: 'anchor'; readonly holds: Anchor }
  | { readonly op: 'group'; readonly index: number; readonly body: Tree; optional: boolean }
  | { readonly op: 'sequence'; readonly items: readonly Tree[] }
  | { readonly op: 'either'; readonly choices: readonly [Tree, Tree] }
  | { readonly op: 'star'; readonly body: Tree }
  | { readonly op: 'back'; readonly index: number }

/** A pattern that is no regular expression, in the words of the C library. */
export class PatternError extends Error {}

const NEWLINE = 10
const EMPTY: Tree = { op: 'sequence', items: [] }
const MAX_DEPTH = 250

const isWord = (code: number | undefined): boolean =>
  code !== undefined && /\w/.test(String.fromCharCode(code))

const LINE_START: Anchor = (before) => before === undefined || before === NEWLINE
const LINE_END: Anchor = (_, behind) => behind === undefined || behind === NEWLINE

const ESCAPED_ANCHORS: Readonly<Record<string, Anchor>> = {
  '<': (before, behind) => !isWord(before) && isWord(behind),
  '>': (before, behind) => isWord(before) && !isWord(behind),
  b: (before, behind) => isWord(before) !== isWord(behind),
  B: (before, behind) => isWord(before) === isWord(behind),
  '`': (before) => before === undefined,
  "'": (_, behind) => behind === undefined,
}

const CLASSES: Readonly<Record<string, RegExp>> = { w: /\w/, W: /\W/, s: /\s/, S: /\S/ }

function setOf(accepts: (code: number) => boolean): Tree {
  return { op: 'set', set: Array.from({ length: 256 }, (_, code) => accepts(code)) }
}

/**
 * Parses a regular expression as GNU m4 1.4 does: the basic syntax of GNU Emacs. `\(`, `\)` and `\|` are special, `*`,
 * `+` and `?` too, unless they have nothing to repeat; there are no intervals and no `[:classes:]`.
 *
 * @returns The tree and the number of groups.
 * @throws {@link PatternError}
 */
export function parsePattern(pattern: string): { tree: Tree; groups: number; backs: boolean } {
  return new PatternParser(pattern).parse()
}

class PatternParser {
  readonly #text: string
  #at = 0
  #groups = 0
  #depth = 0
  #backs = false
  /** Groups that a back reference may name here. */
  #closed = new Set<number>()

  constructor(text: string) {
    this.#text = text
  }

  parse(): { tree: Tree; groups: number; backs: boolean } {
    const tree = this.#choices()
    if (this.#at < this.#text.length) throw new PatternError('Unmatched ) or \\)')
    return { tree, groups: this.#groups, backs: this.#backs }
  }

  #choices(): Tree {
    // A back reference may name what was before the choice, or before it in its own branch.
    const before = new Set(this.#closed)
    let tree = this.#branch()
    while (this.#text.startsWith('\\|', this.#at)) {
      this.#at += 2
      const others = this.#closed
      this.#closed = new Set(before)
      tree = { op: 'either', choices: [tree, this.#branch()] }
      this.#closed = new Set([...others, ...this.#closed])
    }
    return tree
  }

  #branch(): Tree {
    const items: Tree[] = []
    while (!/^(?:$|\\[|)])/.test(this.#text.slice(this.#at, this.#at + 2))) {
      const tree = this.#atom(items.length === 0)
      // An anchor cannot be repeated: what follows it is a character.
      items.push(tree.op === 'anchor' ? tree : this.#repeated(tree))
    }
    return items.length === 1 ? (items[0] as Tree) : { op: 'sequence', items }
  }

  #repeated(atom: Tree): Tree {
    let tree = atom
    for (;;) {
      const operator = this.#text[this.#at]
      if (operator !== '*' && operator !== '+' && operator !== '?') return tree
      this.#at++
      if (++this.#depth > MAX_DEPTH) throw new PatternError('Regular expression too big')
      const once = tree
      // The repeated copy is optional, the first of `+` is not.
      const again: Tree = tree.op === 'group' ? { ...tree, optional: true } : tree
      if (operator === '?') tree = { op: 'either', choices: [again, EMPTY] }
      else tree = { op: 'star', body: again }
      if (operator === '+') tree = { op: 'sequence', items: [once, tree] }
    }
  }

  #atom(start: boolean): Tree {
    const text = this.#text
    const char = text[this.#at++] as string
    if (char === '\\') return this.#escaped()
    if (char === '[') return this.#bracket()
    if (char === '.') return setOf((code) => code !== NEWLINE)
    if (char === '^' && start) return { op: 'anchor', holds: LINE_START }
    const last = /^(?:$|\\[|)])/.test(text.slice(this.#at, this.#at + 2))
    if (char === '$' && last) return { op: 'anchor', holds: LINE_END }
    return one(char)
  }

  #escaped(): Tree {
    const char = this.#text[this.#at++]
    if (char === undefined) throw new PatternError('Trailing backslash')
    if (char === '(') return this.#group()
    if (/[1-9]/.test(char)) {
      const index = Number(char)
      if (!this.#closed.has(index)) throw new PatternError('Invalid back reference')
      this.#backs = true
      return { op: 'back', index }
    }
    const holds = ESCAPED_ANCHORS[char]
    if (holds) return { op: 'anchor', holds }
    const kind = CLASSES[char]
    if (!kind) return one(char)
    // Beyond ASCII nothing is a letter or a space.
    return setOf((code) => (code < 128 ? kind.test(String.fromCharCode(code)) : char < 'a'))
  }

  #group(): Tree {
    const index = ++this.#groups
    if (++this.#depth > MAX_DEPTH) throw new PatternError('Regular expression too big')
    const body = this.#choices()
    this.#depth--
    if (!this.#text.startsWith('\\)', this.#at)) throw new PatternError('Unmatched ( or \\(')
    this.#at += 2
    this.#closed.add(index)
    return { op: 'group', index, body, optional: false }
  }

  #bracket(): Tree {
    const set = new Set<number>()
    const text = this.#text
    const negated = text[this.#at] === '^'
    if (negated) this.#at++
    let first = true
    for (;;) {
      if (!first && text[this.#at] === ']') break
      const from = this.#element(first)
      first = false
      const range = text[this.#at] === '-' && text[this.#at + 1] !== ']'
      if (range) {
        this.#at++
        const to = this.#element(true)
        for (let code = from; code <= to; code++) set.add(code)
      } else set.add(from)
    }
    this.#at++
    return setOf((code) => set.has(code) !== negated)
  }

  /** A byte in brackets. A `-` that is neither first nor last is an error unless it makes a range. */
  #element(hyphen: boolean): number {
    const text = this.#text
    const char = text[this.#at]
    if (char === undefined) throw new PatternError('Unmatched [, [^, [:, [., or [=')
    const collating =
      char === '[' ? /^\[([.=])([\s\S])\1\]/.exec(text.slice(this.#at, this.#at + 5)) : null
    if (collating) {
      this.#at += 5
      return (collating[2] as string).charCodeAt(0)
    }
    if (char === '[' && /[.=]/.test(text[this.#at + 1] ?? '')) {
      throw new PatternError('Invalid collation character')
    }
    this.#at++
    if (char === '-' && !hyphen && text[this.#at] !== ']')
      throw new PatternError('Invalid range end')
    return char.charCodeAt(0)
  }
}

function one(char: string): Tree {
  const only = char.charCodeAt(0)
  return setOf((code) => code === only)
}
