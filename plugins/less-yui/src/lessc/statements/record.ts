import { hash } from 'node:crypto'
import type { Statement } from './split.ts'

/**
 * What is remembered of a rendered sheet: which part of the CSS came from which statement of which file, and what is needed to tell whether
 * an edit of some of them matters to the others.
 */
export interface Statements {
  /** In the order in which their statements come in the CSS; the sheet itself is the first. */
  readonly files: readonly FileStatements[]
  /** Characters of CSS before the first statement: an `@charset`. */
  readonly lead: number
  /** The selectors that are extended. */
  readonly targets: readonly string[]
  /** Names of the rulesets that calls have brought: those who ask for one after its name was evaluated find it, those before do not. */
  readonly brought: readonly string[]
}

/** One file of a sheet. */
export interface FileStatements {
  /** Absolute path. */
  readonly file: string
  /** One letter for each statement. */
  readonly kinds: string
  /** {@link PRINT} characters for each statement. */
  readonly prints: string
  /** Prints of the comments behind a statement, by its number. */
  readonly comments: Readonly<Record<number, string>>
  /** Names of each statement, with spaces between them; a line for each. */
  readonly names: string
  /** Characters of CSS that came from each statement. */
  readonly lengths: readonly number[]
  /** Numbers of statements that extend something. */
  readonly extending: readonly number[]
  /** Numbers of statements that ask first for a mixin that is a ruleset. */
  readonly asking: readonly number[]
  /** Names of what came of a call, or of a ruleset whose names are not known before (`c` and `d`), by its number. */
  readonly offers: Readonly<Record<number, readonly string[]>>
  /** Files that a statement has read while it was evaluated (`data-uri()`), or looked for in vain, by its number. */
  readonly embedded: Readonly<Record<number, readonly string[]>>
  /** The number of the file that each import brings, in their order; -1 for one that brings none. */
  readonly imports: readonly number[]
  /** Line (from 0) and column of each statement, where there is a source map. */
  readonly places?: readonly number[]
}

/** Characters of a print: 60 bits. */
const PRINT = 10

/** Tells texts apart. */
function print(text: string): string {
  return hash('sha1', text, 'base64').slice(0, PRINT)
}

/** What a file's statements are, without what became of them. */
export type Printed = Pick<FileStatements, 'kinds' | 'prints' | 'comments' | 'names' | 'places'>

/**
 * @param places Will somebody ask for lines and columns?
 */
export function printed(text: string, statements: readonly Statement[], places: boolean): Printed {
  const comments: Record<number, string> = {}
  for (const [index, { end, next }] of statements.entries()) {
    const behind = end === next ? '' : blockComments(text.slice(end, next))
    if (behind !== '') comments[index] = print(behind)
  }
  return {
    kinds: statements.map(({ kind }) => kind).join(''),
    prints: statements.map(({ start, end }) => print(text.slice(start, end))).join(''),
    comments,
    names: statements.map(({ kind, names }) => (kind === 'r' ? names.join(' ') : '')).join('\n'),
    ...(places && { places: placesOf(text, statements) }),
  }
}

/** The print of a statement. */
export function printOf({ prints }: Printed, index: number): string {
  return prints.slice(index * PRINT, (index + 1) * PRINT)
}

/** Those that may come out: `//` never do. */
function blockComments(gap: string): string {
  return gap.includes('/*') ? (gap.match(/\/\/[^\n]*|\/\*[^]*?\*\//g) ?? []).join('') : ''
}

function placesOf(text: string, statements: readonly Statement[]): number[] {
  let line = 0
  let lineStart = 0
  return statements.flatMap(({ start }) => {
    for (let at = text.indexOf('\n', lineStart); at >= 0 && at < start;) {
      line++
      lineStart = at + 1
      at = text.indexOf('\n', lineStart)
    }
    return [line, start - lineStart]
  })
}
