import type { Edit } from './edits.ts'
import type { Environment } from './environment.ts'
import { newlines } from './marks.ts'
import type { FileStatements } from './record.ts'
import type { Statement } from './split.ts'

/** A file without what is not needed. */
export interface ReducedFile {
  readonly text: string
  readonly statements: readonly Statement[]
  /** Which of the statements is the first that was edited, if any was. */
  readonly first: number | undefined
}

/** The files of a sheet without what is not needed for what was edited, on the lines and columns where they were. */
export class Reduced {
  readonly #files: readonly FileStatements[]
  readonly #texts: readonly string[]
  readonly #edits: ReadonlyMap<number, Edit>
  readonly #environment: Environment
  readonly #made = new Map<number, ReducedFile>()

  /** @param environment Keeps what the edits look up. */
  constructor(
    files: readonly FileStatements[],
    {
      edits,
      texts,
      environment,
    }: { edits: readonly Edit[]; texts: readonly string[]; environment: Environment },
  ) {
    this.#files = files
    this.#texts = texts
    this.#edits = new Map(edits.map((edit) => [edit.number, edit]))
    this.#environment = environment
    this.#make(0)
  }

  /** By absolute path; files that bring nothing are not imported at all. */
  file(file: string): ReducedFile | undefined {
    return this.#made.get(this.#files.findIndex((each) => each.file === file))
  }

  /** @returns Is anything left of it? */
  #make(number: number): boolean {
    const known = this.#files[number]
    const text = this.#texts[number] ?? ''
    if (!known) return false
    const kept = this.#environment.kept(number)
    const edit = this.#edits.get(number)
    const imports = known.imports.map((each) => each >= 0 && this.#make(each))
    const isEmpty = !edit && kept.size === 0 && !imports.includes(true)
    if (isEmpty && number > 0) return false
    const statements = this.#environment.statements(number) ?? []
    const pieces: Piece[] = []
    let first: number | undefined
    for (const [index, statement] of statements.entries()) {
      const isEdited = edit !== undefined && index >= edit.is.from && index < edit.is.to
      const isNeeded = statement.kind === 'i' ? imports.shift() : kept.has(statement)
      if (isEdited && index === edit.is.from) first = index === 0 ? 0 : pieces.length + 1
      if (isEdited) pieces.push({ statement, end: statement.next })
      else if (isNeeded) pieces.push({ statement, end: statement.end })
    }
    const head: Statement = { kind: 'h', start: 0, end: 0, next: 0, names: [] }
    const own = pieces.map(({ statement }) => statement)
    this.#made.set(number, {
      text: joined(text, pieces),
      statements: first === 0 ? own : [head, ...own],
      first,
    })
    return true
  }
}

/** A statement, with the comments behind it if they are wanted, too. */
interface Piece {
  readonly statement: Statement
  readonly end: number
}

/** The pieces of a text where they were, and white space between them. */
function joined(text: string, pieces: readonly Piece[]): string {
  let made = ''
  let at = 0
  for (const { statement, end } of pieces) {
    made += blank(text.slice(at, statement.start)) + text.slice(statement.start, end)
    at = end
  }
  return made
}

function blank(text: string): string {
  return '\n'.repeat(newlines(text)) + ' '.repeat(text.length - 1 - text.lastIndexOf('\n'))
}
