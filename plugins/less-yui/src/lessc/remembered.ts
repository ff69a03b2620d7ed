import path from 'node:path'
import type { ImportedFile, ImportManager } from './implementation.ts'

/** Files whose parsed text is kept; a large framework has about two hundred. */
const MOST = 2000
/** Imports that less changes while it evaluates them, or whose meaning is not in their text. */
const CHANGING =
  /@plugin\b|@import\s*(?:\/[*/]|[^;]*@\{|\([^)]*\b(?:reference|multiple|inline|css)\b|[^;]*\b(?:layer|supports|url)\b|(?:\([^)]*\)\s*)?(["'])[^"']*\1\s*[^;\s])/i

/** A parsed text. */
interface Parsed {
  readonly hash: string
  readonly file: ImportedFile
}

/**
 * What less parsed out of the files that sheets import, for the next rendering: less parses every one of them again each time, which is a
 * third of a warm rendering. What it evaluates depends on every variable and mixin in sight, and cannot be kept.
 */
export class Remembered {
  /** By the folder of the sheet, which parsed nodes know of; then by file. */
  readonly #folders = new Map<string, Map<string, Parsed>>()

  /**
   * Begins a rendering. No other may be under way.
   *
   * @param source The sheet.
   * @param input Its text.
   * @param manager Gives less's import manager of this rendering, as soon as there is one.
   */
  begin(source: string, input: string, manager: () => ImportManager | undefined): Rendering {
    const folder = path.dirname(source)
    const known = this.#folders.get(folder) ?? new Map<string, Parsed>()
    // Taken out while in use: an evaluation that fails leaves marks in the trees.
    this.#folders.delete(folder)
    return new Rendering(known, input, manager, (parsed) => this.#keep(folder, known, parsed))
  }

  #keep(folder: string, known: Map<string, Parsed>, parsed: ReadonlyMap<string, Parsed>): void {
    for (const [file, tree] of parsed) known.set(file, tree)
    this.#folders.set(folder, known)
    let count = 0
    for (const files of this.#folders.values()) count += files.size
    for (const [oldest, files] of this.#folders) {
      if (count <= MOST) break
      this.#folders.delete(oldest)
      count -= files.size
    }
  }
}

/** One rendering's use of what was parsed before. */
export class Rendering {
  readonly #manager: () => ImportManager | undefined
  readonly #known: ReadonlyMap<string, Parsed>
  readonly #keep: (parsed: ReadonlyMap<string, Parsed>) => void
  readonly #hashes = new Map<string, string>()
  #usable: boolean
  #evaluated: Evaluated | undefined

  constructor(
    known: ReadonlyMap<string, Parsed>,
    input: string,
    manager: () => ImportManager | undefined,
    keep: (parsed: ReadonlyMap<string, Parsed>) => void,
  ) {
    this.#manager = manager
    this.#known = known
    this.#keep = keep
    this.#usable = !CHANGING.test(input)
  }

  /**
   * Less is about to parse this text: spares it that, if it has done so before.
   *
   * @param hash The hash of the file.
   */
  load(filename: string, text: string, hash: string): void {
    const before = this.#known.get(filename)
    const known = before?.hash === hash
    // What is known has been found not to change.
    if (!known && CHANGING.test(text)) this.#usable = false
    const files = this.#manager()?.files
    if (!this.#usable || !files) return
    this.#hashes.set(filename, hash)
    if (known) files[filename] ??= before.file
  }

  /** Less has evaluated the sheet. */
  evaluated(root: object): void {
    this.#evaluated = root
  }

  /** The sheet came out well, and is written: its imports are good for another rendering. */
  done(): void {
    if (!this.#usable) return
    if (this.#evaluated) dismantle(this.#evaluated)
    const parsed = new Map<string, Parsed>()
    for (const [filename, file] of Object.entries(this.#manager()?.files ?? {})) {
      const known = this.#hashes.get(filename)
      if (known === undefined) continue
      forget(file.root)
      parsed.set(filename, { hash: known, file })
    }
    this.#keep(parsed)
  }
}

/** A node of what less has evaluated. */
interface Evaluated {
  rules?: readonly Evaluated[] | null
  selectors?: unknown
  paths?: unknown
  parent?: unknown
  /** Only what was evaluated has it: a parsed node may stand in this tree, too. */
  originalRuleset?: unknown
  resetCache?(): void
}

/**
 * Parsed nodes know as their parent what was evaluated of them, and through that all of the sheet: ten megabytes and more that the garbage
 * collector would copy about, although nobody needs them.
 */
function dismantle(node: Evaluated): void {
  for (const rule of node.rules ?? []) dismantle(rule)
  if (node.originalRuleset === undefined) return
  node.rules = null
  node.selectors = null
  node.paths = undefined
  node.parent = undefined
  node.resetCache?.()
}

/** A node of less's tree, as far as its caches go. */
interface Caching {
  readonly rules?: readonly Caching[] | null
  readonly ruleset?: Caching
  readonly value?: unknown
  resetCache?(): void
}

/** Rulesets remember what their variables and mixins were, and with them all that was evaluated in this rendering. */
function forget(node: Caching): void {
  node.resetCache?.()
  for (const rule of node.rules ?? []) forget(rule)
  if (node.ruleset) forget(node.ruleset)
  const { value } = node
  if (typeof value === 'object' && value !== null && 'ruleset' in value) forget(value as Caching)
}
