const MARK = '/*kovu-statement '
const END = '*/'

/** A comment that stands before what comes of a statement. */
export function mark(number: number): string {
  return MARK + String(number) + END
}

/** Could a text be taken for one with marks? */
export function hasMarks(text: string): boolean {
  return text.includes(MARK)
}

/** The number of the mark that a comment is; undefined if it is none. */
export function markOf(comment: unknown): number | undefined {
  if (typeof comment !== 'string' || !comment.startsWith(MARK)) return undefined
  return Number(comment.slice(MARK.length, -END.length))
}

/** A text whose marks have been taken out. */
export interface Unmarked {
  readonly css: string
  readonly map: string | undefined
  /** Characters before the first mark, and from each to the next. Undefined if the marks were not all there, one after the other. */
  readonly lengths: readonly number[] | undefined
}

/**
 * Takes the lines of marks out of a rendered sheet, and out of its source map.
 *
 * @param count How many marks there should be.
 */
export function unmark(css: string, map: string | undefined, count: number): Unmarked {
  const parts: string[] = []
  const lines: number[] = []
  let isWhole = true
  let line = 0
  let from = 0
  for (let at = css.indexOf(MARK); at >= 0; at = css.indexOf(MARK, from)) {
    const end = css.indexOf(END, at)
    if (Number(css.slice(at + MARK.length, end)) !== parts.length) isWhole = false
    const before = css.slice(from, at)
    parts.push(before)
    if (map !== undefined) {
      line += newlines(before)
      lines.push(line++)
    }
    from = css[end + END.length] === '\n' ? end + END.length + 1 : end + END.length
  }
  parts.push(css.slice(from))
  const lengths =
    isWhole && parts.length === count + 1 ? parts.map(({ length }) => length) : undefined
  return { css: parts.join(''), map: map === undefined ? undefined : without(map, lines), lengths }
}

/** Counts the line feeds of a text. */
export function newlines(text: string): number {
  let count = 0
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++
  return count
}

/** A source map without lines in which nothing is mapped: what follows them does not depend on them. */
function without(map: string, lines: readonly number[]): string {
  const parsed = JSON.parse(map) as { mappings: string }
  const out = new Set(lines)
  const mappings = parsed.mappings.split(';').filter((_line, index) => !out.has(index))
  return JSON.stringify({ ...parsed, mappings: mappings.join(';') })
}
