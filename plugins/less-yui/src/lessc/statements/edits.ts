import { type FileStatements, type Printed, printed, printOf } from './record.ts'
import type { Statement } from './split.ts'

/** What was edited in one file: a run of its statements. */
export interface Edit {
  /** The number of the file in the record. */
  readonly number: number
  readonly text: string
  readonly printed: Printed
  /** The statements that were, from and to (the latter is none of them). */
  readonly was: Run
  /** The statements that are. */
  readonly is: Run
}

/** A file that was edited. */
export interface EditedFile {
  /** Its number in the record. */
  readonly number: number
  readonly text: string
  readonly statements: readonly Statement[]
  readonly sourceMap: boolean
}

/** Some statements that follow each other: `to` is behind the last. */
interface Run {
  readonly from: number
  readonly to: number
}

/**
 * Finds what was edited, if that can matter to nothing but what comes of it: what others may look up is the same as before.
 *
 * @param before The file as it was.
 * @param file The file as it is.
 * @param isCalled May a ruleset of these names be called as a mixin, from anywhere?
 * @returns Undefined if it may matter to others.
 */
export function editOf(
  before: FileStatements,
  { number, text, statements, sourceMap }: EditedFile,
  isCalled: (names: readonly string[]) => boolean,
): Edit | undefined {
  const now = printed(text, statements, sourceMap)
  const count = before.kinds.length
  const same = (was: number, is: number): boolean =>
    printOf(before, was) === printOf(now, is) && before.comments[was] === now.comments[is]
  const shorter = Math.min(count, statements.length)
  let from = 0
  while (from < shorter && same(from, from)) from++
  let behind = 0
  while (behind < shorter - from && same(count - 1 - behind, statements.length - 1 - behind)) {
    behind++
  }
  const was = { from, to: count - behind }
  const is = { from, to: statements.length - behind }
  const special = [...before.extending, ...before.asking]
  if (special.some((each) => each >= was.from && each < was.to)) return undefined
  const left = visible(before, was, isCalled)
  const right = visible(now, is, isCalled)
  if (left === undefined || left !== right) return undefined
  return { number, text, printed: now, was, is }
}

/** Kinds that only others of their run could look up. */
const HIDDEN = new Set(['h', 'b'])

/** Kinds of which only their evaluation shows what comes of them. */
const UNKNOWN = new Set(['i', 'c', 'd'])

/** What others may see of a run of statements, in its order; undefined if that is not known before it was evaluated. */
function visible(
  file: Printed,
  { from, to }: Run,
  isCalled: (names: readonly string[]) => boolean,
): string | undefined {
  const names = file.names.split('\n')
  let seen = ''
  for (let index = from; index < to; index++) {
    const kind = file.kinds[index] ?? ''
    if (HIDDEN.has(kind)) continue
    if (UNKNOWN.has(kind)) return undefined
    const own = names[index] ?? ''
    if (kind === 'r' && (own === '' || !isCalled(own.split(' ')))) continue
    seen += printOf(file, index)
  }
  return seen
}
