import { decode, encode, type SourceMapSegment } from '@jridgewell/sourcemap-codec'
import type { Edit } from './edits.ts'
import { newlines } from './marks.ts'
import type { FileStatements } from './record.ts'
import type { Cut } from './splice.ts'

/** A source map as less makes it. */
interface LessMap {
  readonly sources: readonly string[]
  readonly sourcesContent?: readonly (string | null)[]
  readonly mappings: string
}

/** What the map of a sheet that was edited is made from. */
export interface MapJob {
  /** The sheet as it was, and its map (JSON; its sources are absolute paths). */
  readonly css: string
  readonly map: string
  readonly cuts: readonly Cut[]
  /** The map of what was rendered anew, if anything was, and where in it the lines of an edit start. */
  readonly made: string | undefined
  readonly lines: ReadonlyMap<Edit, number>
  /** The files as they were, and their texts as they are, by their numbers. */
  readonly files: readonly FileStatements[]
  readonly texts: readonly string[]
}

/**
 * Makes the source map of a sheet that was edited: lines of what was rendered anew in the place of others, and what is mapped to files that
 * were edited moved with their statements.
 *
 * @returns Undefined if something is mapped to a statement that is no more.
 */
export function spliceMap(job: MapJob): string | undefined {
  const { css, cuts, files, texts } = job
  const old = new Sources(job.map)
  const made = job.made === undefined ? undefined : new Sources(job.made)
  const numbers = new Map(files.map(({ file }, number) => [file, number]))
  const sources = new Map<string, number>()
  const mappings: SourceMapSegment[][] = []
  const indexOf = (name: string): number => {
    const known = sources.get(name) ?? sources.size
    sources.set(name, known)
    return known
  }
  const moved = new Map(cuts.map(({ edit }) => [files[edit.number]?.file, { edit }]))
  let isWhole = true
  const keep = (line: readonly SourceMapSegment[]): SourceMapSegment[] =>
    line.map((segment) => {
      if (segment.length === 1) return segment
      const name = old.sources[segment[1]] ?? ''
      const edit = moved.get(name)?.edit
      const file = edit && files[edit.number]
      const place =
        edit && file ? move([segment[2], segment[3]], file, edit) : [segment[2], segment[3]]
      if (!place) isWhole = false
      return [segment[0], indexOf(name), place?.[0] ?? 0, place?.[1] ?? 0]
    })
  let line = 0
  let at = 0
  for (const cut of cuts) {
    const start = line + newlines(css.slice(at, cut.start))
    for (; line < start; line++) mappings.push(keep(old.lines[line] ?? []))
    line += newlines(css.slice(cut.start, cut.end))
    const first = job.lines.get(cut.edit) ?? 0
    const count = newlines(cut.css.join(''))
    for (let index = 0; index < count; index++) {
      const each = made?.lines[first + index] ?? []
      mappings.push(
        each.map((segment) =>
          segment.length === 1
            ? segment
            : [segment[0], indexOf(made?.sources[segment[1]] ?? ''), segment[2], segment[3]],
        ),
      )
    }
    at = cut.end
  }
  for (; line < old.lines.length; line++) mappings.push(keep(old.lines[line] ?? []))
  while (mappings.at(-1)?.length === 0) mappings.pop()
  if (!isWhole) return undefined
  const sourcesContent = [...sources.keys()].map((name) => {
    const number = numbers.get(name)
    return number === undefined || (!moved.has(name) && old.contents.has(name))
      ? (old.contents.get(name) ?? null)
      : (texts[number] ?? null)
  })
  return JSON.stringify({
    ...old.parsed,
    sources: [...sources.keys()],
    mappings: encode(mappings),
    ...(old.parsed.sourcesContent && { sourcesContent }),
  })
}

class Sources {
  readonly parsed: LessMap
  readonly lines: SourceMapSegment[][]
  readonly contents: ReadonlyMap<string, string | null>

  constructor(map: string) {
    this.parsed = JSON.parse(map) as LessMap
    this.lines = decode(this.parsed.mappings)
    const { sources, sourcesContent = [] } = this.parsed
    this.contents = new Map(sources.map((name, index) => [name, sourcesContent[index] ?? null]))
  }

  get sources(): readonly string[] {
    return this.parsed.sources
  }
}

/** Where in a file that was edited a place is now. */
function move(
  [line, column]: readonly [number, number],
  { places = [] }: FileStatements,
  { was, is, printed }: Cut['edit'],
): readonly [number, number] | undefined {
  let low = 0
  let high = places.length / 2
  while (high - low > 1) {
    const middle = (low + high) >> 1
    const [startLine = 0, startColumn = 0] = places.slice(middle * 2, middle * 2 + 2)
    if (startLine < line || (startLine === line && startColumn <= column)) low = middle
    else high = middle
  }
  if (low >= was.from && low < was.to) return undefined
  const now = low < was.from ? low : low + is.to - was.to
  const [fromLine = 0, fromColumn = 0] = places.slice(low * 2, low * 2 + 2)
  const [toLine = 0, toColumn = 0] = (printed.places ?? []).slice(now * 2, now * 2 + 2)
  return [line - fromLine + toLine, line === fromLine ? column - fromColumn + toColumn : column]
}
