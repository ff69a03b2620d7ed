import { createHash } from 'node:crypto'
import { readFileSync, realpathSync } from 'node:fs'
import path from 'node:path'
import { codeFrame, LessYuiError, type Place } from '../error.ts'

/** A file a sheet depends on: the hash of its bytes, or null when it was looked for and is not there. */
export type Closure = Readonly<Record<string, string | null>>

/** A file that is asked for this often is importing itself. */
const CYCLE = 500

const COMMENT = /\/\*[\s\S]*?\*\/|\/\/[^\n]*/g

/** Everything one rendering has read, or looked for in vain. */
export class Recording {
  /** Why the rendering must not be kept: it depends on more than files. */
  volatile: string | undefined
  /** The statement that is being evaluated, as a number that somebody has given it. */
  statement: number | undefined
  /** The first refusal: less forgives errors of `@import (optional)`, we do not forgive these. */
  refused: LessYuiError | undefined
  readonly #roots: readonly string[] | undefined
  readonly #texts = new Map<string, string>()
  readonly #files = new Map<string, string | null>()
  readonly #asked = new Map<string, number>()
  readonly #embedded = new Map<string, Set<number>>()

  /** @param roots Folders that may be read from (real paths); undefined allows all. */
  constructor(roots: readonly string[] | undefined) {
    this.#roots = roots
  }

  /** Notes a file that was read. */
  read(file: string, bytes: Buffer | string): void {
    const full = path.resolve(file)
    this.#embed(full)
    this.#files.set(full, hash(bytes))
  }

  /** The hash of a file's bytes, if it was read already. */
  hashOf(file: string): string | undefined {
    return this.#files.get(path.resolve(file)) ?? undefined
  }

  /** The text of a file that was read. */
  text(file: string): string | undefined {
    return this.#texts.get(file)
  }

  /** Notes a file that was looked for and is not there. */
  missing(file: string): void {
    const full = path.resolve(file)
    this.#embed(full)
    if (!this.#files.has(full)) this.#files.set(full, null)
  }

  /** Imports are read before anything is evaluated; after that, only `data-uri()` and its like read files. */
  #embed(full: string): void {
    const known = this.#embedded.get(full)
    if (this.statement === undefined || (!known && this.#files.has(full))) return
    if (known) known.add(this.statement)
    else this.#embedded.set(full, new Set([this.statement]))
  }

  /** What each statement has read, or looked for in vain, while it was evaluated; none that was imported. */
  get embedded(): Map<number, string[]> {
    const found = new Map<number, string[]>()
    for (const [file, statements] of this.#embedded) {
      for (const each of statements) {
        const files = found.get(each)
        if (files) files.push(file)
        else found.set(each, [file])
      }
    }
    return found
  }

  /** Paths of all files, those that are not there among them. */
  get watch(): string[] {
    return [...this.#files.keys()]
  }

  get closure(): Closure {
    return Object.fromEntries(this.#files)
  }

  /**
   * May this file be read?
   *
   * @throws {@link LessYuiError} `LESS_YUI_OUTSIDE`, `LESS_YUI_CYCLE`.
   */
  admit(file: string): void {
    const asked = (this.#asked.get(file) ?? 0) + 1
    this.#asked.set(file, asked)
    if (asked > CYCLE) {
      throw this.#refuse(
        file,
        'LESS_YUI_CYCLE',
        `${file} imports itself without end (an import cycle with \`(multiple)\`).`,
      )
    }
    const real = this.#roots && realPath(file)
    if (real !== undefined && !this.#roots?.some((root) => contains(root, real))) {
      throw this.#refuse(
        file,
        'LESS_YUI_OUTSIDE',
        `${file} lies outside the project. Name its folder in the option \`roots\` if sheets may read it.`,
      )
    }
  }

  /**
   * Decodes a text file strictly.
   *
   * @throws {@link LessYuiError} `LESS_YUI_ENCODING` at the first byte that is no UTF-8.
   */
  decode(file: string, bytes: Buffer): string {
    const text = bytes.toString('utf8')
    this.#texts.set(file, text)
    if (hasJavaScript(text)) {
      this.volatile ??= `${file} has inline JavaScript`
    }
    if (!text.includes('\uFFFD') || bytes.equals(Buffer.from(text))) return text
    const before = validPrefix(bytes).split('\n')
    const place = { file, line: before.length, column: before.at(-1)?.length ?? 0 }
    throw this.#refuse(
      file,
      'LESS_YUI_ENCODING',
      `${file} is not UTF-8. Convert it (iconv -t utf-8).`,
      {
        place,
        frame: codeFrame(text, place),
      },
    )
  }

  /** Where a file is asked for by name, in any of the texts read so far; undefined if none names it. */
  mention(file: string): Place | undefined {
    const name = path.basename(file).replace(/\.less$/, '')
    for (const [from, text] of this.#texts) {
      for (const match of text.matchAll(/(?:["'(])([^"'()\n]+)(?=["')])/g)) {
        if (!match[1]?.includes(name)) continue
        const before = text.slice(0, match.index).split('\n')
        return { file: from, line: before.length, column: before.at(-1)?.length ?? 0 }
      }
    }
    return undefined
  }

  /** The first place that matches, in any of the texts read so far. */
  find(pattern: RegExp): Place | undefined {
    for (const [file, text] of this.#texts) {
      const match = pattern.exec(text)
      if (!match) continue
      const before = text.slice(0, match.index).split('\n')
      return { file, line: before.length, column: before.at(-1)?.length ?? 0 }
    }
    return undefined
  }

  #refuse(file: string, ...args: ConstructorParameters<typeof LessYuiError>): LessYuiError {
    const error = new LessYuiError(...args)
    error.file = file
    this.refused ??= error
    return error
  }
}

/** Is there a backtick in a text, outside of comments? */
export function hasJavaScript(text: string): boolean {
  return text.includes('`') && text.replace(COMMENT, '').includes('`')
}

/** Does every file of a closure still have the content it had? */
export function isFresh(closure: Closure): boolean {
  return Object.entries(closure).every(([file, wanted]) => {
    try {
      return hash(readFileSync(file)) === wanted
    } catch {
      return wanted === null
    }
  })
}

/** Does the folder contain the path, or is it the same? */
export function contains(folder: string, file: string): boolean {
  const relative = path.relative(folder, file)
  return relative === '' || (!/^\.\.(?:[/\\]|$)/.test(relative) && !path.isAbsolute(relative))
}

/** The path with its symbolic links followed, as far as it exists. */
export function realPath(file: string): string {
  try {
    return realpathSync.native(file)
  } catch {
    const parent = path.dirname(file)
    return parent === file ? file : path.join(realPath(parent), path.basename(file))
  }
}

/** A short content hash. */
export function hash(...parts: readonly (Buffer | string)[]): string {
  const sum = createHash('sha256')
  for (const part of parts) sum.update(part)
  return sum.digest('hex').slice(0, 32)
}

function validPrefix(bytes: Buffer): string {
  // Bisect: a prefix is valid when it survives the round trip (a character cut in two at its end aside).
  let low = 0
  let high = bytes.length
  while (high - low > 1) {
    const middle = (low + high) >> 1
    const decoder = new TextDecoder('utf-8', { fatal: true })
    try {
      decoder.decode(bytes.subarray(0, middle), { stream: true })
      low = middle
    } catch {
      high = middle
    }
  }
  return bytes
    .subarray(0, low)
    .toString('utf8')
    .replace(/\uFFFD$/, '')
}
