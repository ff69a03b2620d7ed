import type { Less } from '../implementation.ts'
import type { Recording } from '../recording.ts'
import { type Asked, Lookups } from './lookups.ts'
import { isCertain } from './certain.ts'
import { hasMarks, mark, markOf, unmark, type Unmarked } from './marks.ts'
import { needs } from './needs.ts'
import { printed, type FileStatements, type Statements } from './record.ts'
import { split, type Statement } from './split.ts'
import { commentsOf, extended, namesOf, pluginOf, type TreeNode } from './tree.ts'
import { type ParsedSheet, type Step, walk, withMarks } from './walk.ts'

/** What a rendering is about. */
export interface MarkedSheet {
  readonly source: string
  /** How many variables less writes before and behind it. */
  readonly around: readonly [before: number, behind: number]
  readonly sourceMap: boolean
  /** Knows the texts of all files by the time that something is evaluated. */
  readonly recording: Recording
}

/**
 * Follows the statements of a sheet through one rendering: what comes of each is found again in the CSS by comments between them, which
 * are taken out afterwards.
 */
export class Marking {
  readonly #less: Less
  readonly #sheet: MarkedSheet
  readonly #targets: string[] = []
  readonly #brought = new Set<string>()
  readonly #extending = new Set<number>()
  readonly #lookups = new Lookups()
  readonly #asking = new Set<number>()
  /** The mark that was reached last. */
  #reached = -1
  /** Names of what was evaluated, by the numbers of marks. */
  readonly #offers = new Map<number, Set<string>>()
  readonly #texts = new Map<string, string>()
  #parsed: ParsedSheet | undefined
  /** The statements that have marks, by the numbers of these. */
  #steps: readonly Step[] = []

  constructor(less: Less, sheet: MarkedSheet) {
    this.#less = less
    this.#sheet = sheet
  }

  /** The plugin for less. */
  get plugin(): object {
    return pluginOf(
      (root) => this.#mark(root),
      (root) => this.#look(root),
    )
  }

  /** Takes the marks out of what was rendered. */
  unmark(css: string, map: string | undefined): Unmarked {
    return this.#parsed ? unmark(css, map, this.#steps.length) : { css, map, lengths: undefined }
  }

  /** What is to be remembered; undefined if it is not certain what came of which statement. */
  record({ lengths }: Unmarked): Statements | undefined {
    if (!this.#parsed || !lengths || !this.#isSteady(this.#parsed)) return undefined
    const { files } = this.#parsed
    const { sourceMap, recording } = this.#sheet
    const isExtending = this.#targets.length > 0
    for (const { file, statements } of files) {
      if (!isCertain(recording.text(file) ?? '', { isExtending, sourceMap })) return undefined
      if (statements.some(({ kind }) => kind === 'd')) return undefined
    }
    const steps = this.#steps
    const [lead = 0, ...each] = lengths
    const ofFile = files.map(({ statements }) => statements.map(() => 0))
    const extending = files.map((): number[] => [])
    const asking = files.map((): number[] => [])
    const embedded = files.map((): Record<number, string[]> => ({}))
    for (const [number, names] of this.#sheet.recording.embedded) {
      const step = steps[number]
      const ofStep = step && embedded[step.file]
      if (ofStep) ofStep[step.statement] = names
    }
    const offers = files.map((): Record<number, string[]> => ({}))
    for (const [number, names] of this.#offers) {
      const step = steps[number]
      const ofStep = step && offers[step.file]
      if (ofStep) ofStep[step.statement] = [...names]
    }
    for (const [number, { file, statement }] of steps.entries()) {
      const own = ofFile[file]
      if (own) own[statement] = each[number] ?? 0
      if (this.#extending.has(number)) extending[file]?.push(statement)
      if (this.#asking.has(number)) asking[file]?.push(statement)
    }
    return {
      lead,
      targets: [...new Set(this.#targets)],
      brought: [...this.#brought],
      files: files.map(({ file, statements, imports }, index): FileStatements => {
        const text = this.#text(file)
        return Object.assign(printed(text, statements, this.#sheet.sourceMap), {
          file,
          lengths: ofFile[index] ?? [],
          extending: extending[index] ?? [],
          asking: asking[index] ?? [],
          offers: offers[index] ?? {},
          embedded: embedded[index] ?? {},
          imports,
        })
      }),
    }
  }

  /** Puts the marks between the statements. */
  #mark(root: TreeNode): void {
    const { source, around, recording } = this.#sheet
    const parsed = walk(root, source, around, (file) => this.#split(file))
    if (!parsed) return
    const numbers = parsed.files.map((): number[] => [])
    const steps = parsed.steps.filter(({ isBorder }) => isBorder)
    for (const [number, { file, statement }] of steps.entries()) {
      const ofFile = numbers[file]
      if (ofFile) ofFile[statement] = number
    }
    const comment = commentsOf(this.#less)
    for (const [index, { root: holder }] of parsed.files.entries()) {
      const skipped = index === 0 ? around[0] : 0
      const kinds = parsed.files[index]?.statements ?? []
      const at = (statement: number): TreeNode | undefined => {
        const number = numbers[index]?.[statement]
        if (number === undefined) return undefined
        // What a variable reads it reads forever: no edit that is rendered alone changes one.
        const reads = kinds[statement]?.kind === 'v' ? undefined : number
        return comment(mark(number), (tree) => {
          this.#ask(tree)
          this.#reached = number
          recording.statement = reads
        })
      }
      holder.rules = withMarks(holder.rules ?? [], skipped, {
        marks: (statement) => (kinds[statement]?.kind === 'i' ? undefined : at(statement)),
        behind: at,
      })
    }
    this.#parsed = parsed
    this.#steps = steps
  }

  /**
   * Does every variable mean the same whoever asks first for any? A detached ruleset, and what comes of a mixin, may take other variables
   * before it was evaluated than afterwards; and less keeps what it was given first.
   */
  #isSteady({ files }: ParsedSheet): boolean {
    return files.every(({ file, statements }) => {
      const text = this.#text(file)
      return statements.every(({ kind, start, end }) => {
        if (kind !== 'v') return true
        const value = text.slice(text.indexOf(':', start), end)
        return !(value.includes('{') ? /@/ : CALL).test(value)
      })
    })
  }

  /** The statement that was reached last is done. */
  #ask(root: Asked): void {
    if (this.#lookups.found(root)) this.#asking.add(this.#reached)
  }

  #offer(number: number, names: readonly string[]): void {
    if (names.length === 0) return
    const known = this.#offers.get(number) ?? new Set()
    this.#offers.set(number, known)
    for (const name of names) known.add(name)
  }

  #split(file: string): readonly Statement[] | undefined {
    const text = this.#text(file)
    return hasMarks(text) ? undefined : split(text)
  }

  #text(file: string): string {
    const known = this.#texts.get(file) ?? asParsed(this.#sheet.recording.text(file) ?? '')
    this.#texts.set(file, known)
    return known
  }

  /** Looks at what was evaluated for what extends, and what has come of calls. */
  #look(root: TreeNode): void {
    this.#ask(root)
    this.#sheet.recording.statement = undefined
    const unknown = new Set<number>()
    for (const [number, { file, statement }] of this.#steps.entries())
      if (/[cd]/.test(this.#parsed?.files[file]?.statements[statement]?.kind ?? ''))
        unknown.add(number)
    let number = -1
    for (const node of root.rules ?? []) {
      number = markOf(node.value) ?? number
      const before = this.#targets.length
      if (node.rules || node.selector) extended(node, this.#targets)
      if (this.#targets.length > before) this.#extending.add(number)
      if (!unknown.has(number)) continue
      const names = namesOf(node)
      this.#offer(number, names)
      if (node.type === 'Ruleset') for (const name of names) this.#brought.add(name)
    }
  }
}

/** A mixin or a namespace that is asked for something. */
const CALL = /[.#][\w-]+\s*[([>]/

/** A text as less reads it before it parses it. */
export function asParsed(text: string): string {
  const bare = text.startsWith('\uFEFF') ? text.slice(1) : text
  return bare.includes('\r') ? bare.replace(/\r\n?/g, '\n') : bare
}

/** Functions that read files. */
const READING = /data-uri|image-/

/**
 * The variables that less writes around a sheet, for its options.
 *
 * @param options Render options.
 */
export function aroundOf(options: Readonly<Record<string, unknown>>): Around {
  const [before = [], behind = []] = ['globalVars', 'modifyVars'].map((name) =>
    Object.values((options[name] ?? {}) as Readonly<Record<string, unknown>>).map(String),
  )
  const values = [...before, ...behind]
  return {
    around: [before.length, behind.length],
    names: needs(values.map((value) => `${value};`).join('')),
    reads: values.some((value) => READING.test(value)),
  }
}

/** Variables around a sheet. */
interface Around {
  /** How many there are. */
  readonly around: readonly [before: number, behind: number]
  /** What they look up. */
  readonly names: ReadonlySet<string>
  /** Does one of them read a file? */
  readonly reads: boolean
}
