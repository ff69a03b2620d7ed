import type { Less } from '../implementation.ts'
import type { Recording } from '../recording.ts'
import type { Edit } from './edits.ts'
import { type Asked, Lookups } from './lookups.ts'
import { mark, markOf, newlines, unmark } from './marks.ts'
import type { Reduced } from './reduced.ts'
import type { Part } from './splice.ts'
import { commentsOf, extended, isComment, pluginOf, type TreeNode } from './tree.ts'
import { walk, withMarks } from './walk.ts'

/** What came of the statements that were edited. */
export interface Made {
  readonly parts: readonly Part[]
  /** The source map of all that was rendered. */
  readonly map: string | undefined
  /** Where in it the lines of an edit start. */
  readonly lines: ReadonlyMap<Edit, number>
}

/** A sheet that was edited. */
export interface EditedSheet {
  readonly source: string
  /** How many variables less writes before and behind it. */
  readonly around: readonly [before: number, behind: number]
  /** Its files, by their numbers. */
  readonly files: readonly { readonly file: string }[]
  readonly edits: readonly Edit[]
  readonly reduced: Reduced
  readonly recording: Recording
}

/** Follows the statements that were edited through the rendering of a reduced sheet: what comes of them stands between comments. */
export class Editing {
  readonly #less: Less
  readonly #sheet: EditedSheet
  /** For each edit the number of its first mark; there is one more than it has statements. */
  readonly #first = new Map<Edit, number>()
  readonly #lookups = new Lookups()
  readonly #asking = new Set<number>()
  /** The mark that was reached last. */
  #reached = -1
  #count = 0
  #isExtending = false

  constructor(less: Less, sheet: EditedSheet) {
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

  /** Finds in what was rendered what came of the edits; undefined if it is not certain, or extends something. */
  made(css: string, map: string | undefined): Made | undefined {
    const unmarked = unmark(css, map, this.#count)
    const { lengths } = unmarked
    const isMarked = this.#sheet.edits.every(
      (edit) => edit.is.from === edit.is.to || this.#first.has(edit),
    )
    if (!lengths || this.#isExtending || !isMarked) return undefined
    const starts = [0]
    for (const length of lengths) starts.push((starts.at(-1) ?? 0) + length)
    const lines = new Map<Edit, number>()
    const { embedded } = this.#sheet.recording
    const parts = this.#sheet.edits.map((edit) => {
      const first = this.#first.get(edit) ?? 0
      const own = starts.slice(first + 1, first + 2 + edit.is.to - edit.is.from)
      lines.set(edit, newlines(unmarked.css.slice(0, own[0])))
      return {
        edit,
        css: own.slice(1).map((end, index) => unmarked.css.slice(own[index], end)),
        asking: own
          .slice(1)
          .flatMap((_end, index) => (this.#asking.has(first + index) ? index : [])),
        embedded: own.slice(1).map((_end, index) => embedded.get(first + index) ?? []),
      }
    })
    return { parts, map: unmarked.map, lines }
  }

  #mark(root: TreeNode): void {
    const { source, around, edits, files, reduced, recording } = this.#sheet
    const parsed = walk(root, source, around, (file) => reduced.file(file)?.statements)
    if (!parsed) return
    const marks = parsed.files.map((): Map<number, number> => new Map())
    for (const { file, statement } of parsed.steps) {
      const name = parsed.files[file]?.file
      const edit = edits.find(({ number }) => files[number]?.file === name)
      const first = name === undefined ? undefined : reduced.file(name)?.first
      if (!edit || first === undefined) continue
      const nth = statement - first
      const count = edit.is.to - edit.is.from
      if (nth < 0 || nth >= count) continue
      if (nth === 0) this.#first.set(edit, this.#count)
      marks[file]?.set(statement, this.#count++)
      if (nth === count - 1) marks[file]?.set(statement + 1, this.#count++)
    }
    const last = this.#last()
    const comment = commentsOf(this.#less)
    for (const [index, { root: holder }] of parsed.files.entries()) {
      const skipped = index === 0 ? around[0] : 0
      holder.rules = withMarks(holder.rules ?? [], skipped, {
        marks: (statement) => {
          const number = marks[index]?.get(statement)
          if (number === undefined) return undefined
          const kind = parsed.files[index]?.statements[statement]?.kind
          // What a variable reads, it has read before.
          const reads = last.has(number) || kind === 'v' ? undefined : number
          return comment(mark(number), (tree) => {
            this.#ask(tree)
            this.#reached = number
            recording.statement = reads
          })
        },
      })
    }
  }

  /** The statement that was reached last is done. */
  #ask(root: Asked): void {
    if (this.#lookups.found(root)) this.#asking.add(this.#reached)
  }

  /** The numbers of the marks behind the edits. */
  #last(): ReadonlySet<number> {
    return new Set([...this.#first].map(([{ is }, first]) => first + is.to - is.from))
  }

  /** Looks at what was evaluated between the marks for what extends. */
  #look(root: TreeNode): void {
    this.#ask(root)
    this.#sheet.recording.statement = undefined
    const last = this.#last()
    let isEdited = false
    const found: string[] = []
    for (const node of root.rules ?? []) {
      const number = isComment(node) ? markOf(node.value) : undefined
      if (number !== undefined) isEdited = !last.has(number)
      else if (isEdited) extended(node, found)
    }
    this.#isExtending = found.length > 0
  }
}
