import type { Edit } from './edits.ts'
import type { FileStatements, Statements } from './record.ts'

/** What came of the statements that were edited in one file. */
export interface Part {
  readonly edit: Edit
  /** The CSS of each of them. */
  readonly css: readonly string[]
  /** Which of them, counted from 0, may ask first for a mixin that is a ruleset. */
  readonly asking: readonly number[]
  /** The files that each has embedded. */
  readonly embedded: readonly (readonly string[])[]
}

/** A part, and where it goes. */
export interface Cut extends Part {
  /** Where in the CSS the text is that it takes the place of. */
  readonly start: number
  readonly end: number
}

/** The length of the CSS that is remembered. */
export function lengthOf({ lead, files }: Statements): number {
  return files.reduce((sum, { lengths }) => lengths.reduce((all, each) => all + each, sum), lead)
}

/**
 * Finds where the parts go.
 *
 * @param before What is remembered of the sheet as it was.
 * @returns In the order of the text.
 */
export function cuts(before: Statements, parts: readonly Part[]): Cut[] {
  const byFile = new Map(parts.map((part) => [part.edit.number, part]))
  const found: Cut[] = []
  let at = before.lead
  const go = (number: number): void => {
    const file = before.files[number]
    if (!file) return
    const part = byFile.get(number)
    const imports = [...file.imports]
    let start = at
    for (const [index, length] of [...file.lengths, 0].entries()) {
      if (index === part?.edit.was.from) start = at
      if (part && index === part.edit.was.to) found.push({ ...part, start, end: at })
      const imported = file.kinds[index] === 'i' ? (imports.shift() ?? -1) : -1
      if (imported >= 0) go(imported)
      // What is behind an import comes behind all that it brings.
      at += length
    }
  }
  go(0)
  return found
}

/** The text with the parts in their places. */
export function splice(css: string, found: readonly Cut[]): string {
  let made = ''
  let at = 0
  for (const cut of found) {
    made += css.slice(at, cut.start) + cut.css.join('')
    at = cut.end
  }
  return made + css.slice(at)
}

/** What is to be remembered of the sheet as it is. */
export function remember(before: Statements, parts: readonly Part[]): Statements {
  const byFile = new Map(parts.map((part) => [part.edit.number, part]))
  const files = before.files.map((file, number): FileStatements => {
    const part = byFile.get(number)
    if (!part) return file
    const { was, is, printed } = part.edit
    // None of those that were edited is among them.
    const shift = (each: number): number => (each < was.from ? each : each + is.to - was.to)
    return {
      ...file,
      ...printed,
      lengths: [
        ...file.lengths.slice(0, was.from),
        ...part.css.map(({ length }) => length),
        ...file.lengths.slice(was.to),
      ],
      offers: moved(file.offers, part.edit),
      embedded: embeddedNow(file, part),
      extending: file.extending.map(shift),
      asking: [...file.asking.map(shift), ...part.asking.map((each) => is.from + each)].sort(
        (a, b) => a - b,
      ),
    }
  })
  return { ...before, files }
}

function embeddedNow({ embedded }: FileStatements, part: Part): Record<number, readonly string[]> {
  const now = moved(embedded, part.edit)
  for (const [index, files] of part.embedded.entries())
    if (files.length > 0) now[part.edit.is.from + index] = files
  return now
}

/** What belonged to statements that were not edited, by their numbers as they are. */
export function moved<T>(
  known: Readonly<Record<number, T>>,
  { was, is }: Pick<Edit, 'was' | 'is'>,
): Record<number, T> {
  const now: Record<number, T> = {}
  for (const [name, value] of Object.entries(known)) {
    const index = Number(name)
    if (index < was.from) now[index] = value
    else if (index >= was.to) now[index + is.to - was.to] = value
  }
  return now
}
