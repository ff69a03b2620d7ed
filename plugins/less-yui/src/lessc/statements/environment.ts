import { ANY_VARIABLE, needs } from './needs.ts'
import type { FileStatements } from './record.ts'
import { split, type Statement } from './split.ts'

/** A number or a colour: they look like names. */
const LITERAL = /^(?:\.\d|#[\da-f]{3,8}$)/i

/** The texts of a sheet, and who in them may look up whom. */
export class Environment {
  readonly #files: readonly Source[]
  readonly #needed = new Set<string>()
  readonly #called = new Map<string, boolean>()

  /** @param texts The text of each file, by its number. */
  constructor(texts: readonly string[]) {
    this.#files = texts.map((text) => new Source(text))
  }

  /** Tells what has come of some statements of a file, by their numbers. */
  offer(number: number, offers: FileStatements['offers']): void {
    this.#files[number]?.offer(offers)
  }

  /** The statements of a file; undefined if they are not certain. */
  statements(number: number): readonly Statement[] | undefined {
    return this.#files[number]?.statements
  }

  /** May any statement call one of these names as a mixin? */
  isCalled(names: readonly string[]): boolean {
    return names.some((name) => {
      const known = this.#called.get(name) ?? this.#files.some((file) => file.calls(name))
      this.#called.set(name, known)
      return known
    })
  }

  /**
   * Keeps whatever has one of these names, and all that it may look up.
   *
   * @returns False if that is not certain.
   */
  need(names: Iterable<string>): boolean {
    const waiting = [...names]
    for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
      if (this.#needed.has(name)) continue
      this.#needed.add(name)
      for (const file of this.#files) {
        if (!file.mentions(name)) continue
        if (!file.statements) return false
        for (const statement of file.defining(name)) {
          if (!this.#isSteady(name, file, statement)) return false
          waiting.push(...file.keep(statement))
        }
      }
    }
    return true
  }

  /**
   * Does a statement mean the same to who looks it up by this name before it was evaluated, and afterwards? A ruleset that is called as a mixin does if
   * it has no variables, conditions and at-rules, and calls nothing that its callers may have of their own.
   */
  #isSteady(name: string, { text }: Source, { kind, start, end }: Statement): boolean {
    if (name.startsWith('@') || kind === 'm') return true
    const own = text.slice(start, end)
    if (kind !== 'r' || /@|\bwhen\b/.test(own)) return false
    const names = [...needs(own)]
    // What is called may be another thing where this is called from.
    if (names.some((each) => !LITERAL.test(each))) return false
    return !names.some((each) => this.#files.some((file) => file.hides(each)))
  }

  /** What is kept of a file. */
  kept(number: number): ReadonlySet<Statement> {
    return this.#files[number]?.kept ?? new Set()
  }
}

/** One text, looked into as far as somebody asks. */
class Source {
  readonly text: string
  readonly kept = new Set<Statement>()
  #statements: readonly Statement[] | undefined | null = null
  #byName: Map<string, Statement[]> | undefined
  readonly #needs = new Map<Statement, ReadonlySet<string>>()
  /** Numbers of statements, by the names of what came of them. */
  readonly #offers = new Map<string, number[]>()

  constructor(text: string) {
    this.text = text
  }

  offer(offers: FileStatements['offers']): void {
    for (const [number, names] of Object.entries(offers)) {
      for (const name of names) add(this.#offers, name, Number(number))
      if (names.some((name) => name.startsWith('@')))
        add(this.#offers, ANY_VARIABLE, Number(number))
    }
  }

  /** Undefined if they are not certain. */
  get statements(): readonly Statement[] | undefined {
    if (this.#statements === null) this.#statements = split(this.text)
    return this.#statements
  }

  /** May the text define this name? A quick look. */
  mentions(name: string): boolean {
    if (this.#offers.has(name) || name === ANY_VARIABLE) return true
    if (!name.startsWith('@')) return this.text.includes(name)
    for (let at = this.text.indexOf(name); at >= 0; at = this.text.indexOf(name, at + 1)) {
      let end = at + name.length
      while (this.text.charCodeAt(end) <= 0x20) end++
      if (this.text[end] === ':') return true
    }
    return false
  }

  /** The statements that others may know by this name. */
  defining(name: string): readonly Statement[] {
    const { statements = [] } = this
    this.#byName ??= byName(statements)
    const offering = (this.#offers.get(name) ?? []).flatMap((number) => statements[number] ?? [])
    return [...(this.#byName.get(name) ?? []), ...offering]
  }

  /** Keeps a statement, and says what it may look up; nothing if it was kept before. */
  keep(statement: Statement): Iterable<string> {
    if (this.kept.has(statement)) return []
    this.kept.add(statement)
    return this.#looksUp(statement)
  }

  /** May any of the statements call this name? */
  calls(name: string): boolean {
    if (!this.text.includes(name)) return false
    // What cannot be divided might.
    if (!this.statements) return true
    return this.statements.some(
      (statement) =>
        this.text.slice(statement.start, statement.end).includes(name) &&
        this.#looksUp(statement).has(name),
    )
  }

  /** May a block have something of this name of its own? */
  hides(name: string): boolean {
    if (!this.text.includes(name)) return false
    return (this.statements ?? []).some(({ start, end }) => {
      const own = this.text.slice(start, end)
      if (!own.includes(name)) return false
      const block = own.slice(own.indexOf('{') + 1)
      for (let at = block.indexOf(name); at >= 0; at = block.indexOf(name, at + 1)) {
        if (/^[^{};]*(?:\([^{}]*\)[^{};]*)?\{/.test(block.slice(at + name.length))) return true
      }
      return false
    })
  }

  #looksUp(statement: Statement): ReadonlySet<string> {
    const known = this.#needs.get(statement)
    if (known) return known
    const found = needs(this.text.slice(statement.start, statement.end))
    this.#needs.set(statement, found)
    return found
  }
}

function byName(statements: readonly Statement[]): Map<string, Statement[]> {
  const found = new Map<string, Statement[]>()
  for (const statement of statements) {
    for (const name of statement.names) add(found, name, statement)
    if (statement.kind === 'v') add(found, ANY_VARIABLE, statement)
  }
  return found
}

function add<T>(found: Map<string, T[]>, name: string, value: T): void {
  const known = found.get(name)
  if (known) known.push(value)
  else found.set(name, [value])
}
