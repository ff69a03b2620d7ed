/**
 * The source map of a linked file. A linked file is a row of parts, each copied from one place of one source, so a
 * position is found by arithmetic rather than by a map of the concatenation.
 */
import { dirname, resolve } from 'node:path/posix'
import {
  addSegment,
  GenMapping,
  setSourceContent,
  toEncodedMap,
  fromMap,
  toDecodedMap,
} from '@jridgewell/gen-mapping'
import type { SourceMapLike } from '../types.ts'

/** Where a part's text comes from. */
export interface Origin {
  /** Absolute path of the source. */
  readonly file: string
  /** The text that the part was copied from. */
  readonly code: string
  /** Offset of the part's first character in `code`. */
  readonly offset: number
  /** Map of `code` to the sources it was made from; without it `code` is the source. */
  readonly map: SourceMapLike | undefined
}

/** A piece of a linked file. */
export interface Part {
  readonly text: string
  /** Undefined for text that the linker made. */
  readonly origin: Origin | undefined
}

/** A segment of a decoded map: column, then source, line, column and name. All count from 0. */
type Segment = readonly number[]

/** A replacement in a text whose map is known. */
export interface Patch {
  readonly start: number
  readonly end: number
  readonly text: string
}

/** Positions of a linked text. */
interface Placed {
  readonly part: Part
  readonly start: number
  readonly lines: LineTable
  readonly decoded: DecodedMap | undefined
}

interface DecodedMap {
  readonly mappings: readonly (readonly Segment[])[]
  readonly sources: readonly (string | null)[]
  readonly contents: readonly (string | null)[]
  readonly names: readonly string[]
}

/** Offsets at which the lines of a text start. */
class LineTable {
  readonly starts: number[] = [0]

  constructor(text: string) {
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1))
      this.starts.push(at + 1)
  }

  /** Line and column (from 0) of an offset. */
  at(offset: number): { line: number; column: number } {
    const line = lastNotAfter(this.starts, offset, (start) => start)
    return { line, column: offset - (this.starts[line] ?? 0) }
  }
}

/**
 * Makes the map of a file from the map of its minification (or, without one, from its parts).
 *
 * @param parts The linked text, before minification.
 * @param name The name of the file the map is of.
 * @param sourceName How a source (absolute path, or a name in a given map) is to be named in the map.
 * @param minified The text after minification with its map to the linked text, and what was replaced in it since.
 * @returns The map, version 3, with the sources' content.
 */
export function layerMap(
  parts: readonly Part[],
  name: string,
  sourceName: (file: string) => string,
  minified?: { code: string; map: SourceMapLike; patches: readonly Patch[]; shift: number },
): SourceMapLike {
  const gen = new GenMapping({ file: name })
  const placed: Placed[] = []
  let text = ''
  for (const part of parts) {
    placed.push({
      part,
      start: text.length,
      lines: new LineTable(part.origin?.code ?? ''),
      decoded: part.origin?.map === undefined ? undefined : decode(part.origin.map),
    })
    text += part.text
  }
  const named = new Map<string, string>()
  const add = (line: number, column: number, offset: number, name: string | undefined): void => {
    const found = trace(placed, offset)
    if (found === undefined) return
    let source = named.get(found.file)
    if (source === undefined) {
      source = sourceName(found.file)
      named.set(found.file, source)
      setSourceContent(gen, source, found.content)
    }
    const original = found.name ?? name
    if (original === undefined) addSegment(gen, line, column, source, found.line, found.column)
    else addSegment(gen, line, column, source, found.line, found.column, original)
  }
  if (minified === undefined) eachWord(text, add)
  else eachSegment(text, minified, add)
  return toEncodedMap(gen) as SourceMapLike
}

/** Where an offset of the linked text comes from. */
function trace(
  placed: readonly Placed[],
  offset: number,
):
  | { file: string; content: string | null; line: number; column: number; name: string | undefined }
  | undefined {
  const at = placed[lastNotAfter(placed, offset, (entry) => entry.start)]
  const origin = at?.part.origin
  if (at === undefined || origin === undefined) return undefined
  const { line, column } = at.lines.at(offset - at.start + origin.offset)
  if (at.decoded === undefined) {
    return { file: origin.file, content: origin.code, line, column, name: undefined }
  }
  const segments = at.decoded.mappings[line] ?? []
  const segment = segments[lastNotAfter(segments, column, (entry) => entry[0] ?? 0)]
  const source = segment?.[1]
  if (segment === undefined || source === undefined || (segment[0] ?? 0) > column) return undefined
  return {
    file: sourceFile(at.decoded.sources[source], origin.file),
    content: at.decoded.contents[source] ?? null,
    line: segment[2] ?? 0,
    column: segment[3] ?? 0,
    name: segment[4] === undefined ? undefined : at.decoded.names[segment[4]],
  }
}

/** A source named in a map, which may be relative to the mapped file. */
function sourceFile(source: string | null | undefined, file: string): string {
  if (source === null || source === undefined) return file
  return /^[a-z][\w+.-]+:/i.test(source) ? source : resolve(dirname(file), source)
}

/** Every word of an unminified text. */
function eachWord(
  text: string,
  add: (line: number, column: number, offset: number, name: string | undefined) => void,
): void {
  const lines = new LineTable(text)
  for (const match of text.matchAll(/[\w$]+|[^\w$\s]|(?<=\n)[ \t]+/g)) {
    const { line, column } = lines.at(match.index)
    add(line, column, match.index, undefined)
  }
}

/** Every segment of the minifier's map, moved by the patches and the lines put in front. */
function eachSegment(
  text: string,
  minified: { code: string; map: SourceMapLike; patches: readonly Patch[]; shift: number },
  add: (line: number, column: number, offset: number, name: string | undefined) => void,
): void {
  const { mappings, names } = decode(minified.map)
  const from = new LineTable(text)
  const before = new LineTable(minified.code)
  const after = new LineTable(patched(minified.code, minified.patches))
  let next = 0
  let moved = 0
  mappings.forEach((segments, line) => {
    for (const segment of segments) {
      const [column, source, fromLine, fromColumn, name] = segment
      if (column === undefined || source === undefined) continue
      const offset = (before.starts[line] ?? 0) + column
      for (;;) {
        const patch = minified.patches[next]
        if (patch === undefined || patch.end > offset || patch.start === offset) break
        moved += patch.text.length - (patch.end - patch.start)
        next++
      }
      const place = after.at(offset + moved)
      add(
        place.line + minified.shift,
        place.column,
        (from.starts[fromLine ?? 0] ?? 0) + (fromColumn ?? 0),
        name === undefined ? undefined : names[name],
      )
    }
  })
}

/**
 * Replaces ranges of a text.
 *
 * @param code The text.
 * @param patches What to replace, in order, without overlaps.
 * @returns The new text.
 */
export function patched(code: string, patches: readonly Patch[]): string {
  let text = ''
  let at = 0
  for (const patch of patches) {
    text += code.slice(at, patch.start) + patch.text
    at = patch.end
  }
  return text + code.slice(at)
}

function decode(map: SourceMapLike): DecodedMap {
  const decoded = toDecodedMap(fromMap(map as Parameters<typeof fromMap>[0]))
  return {
    mappings: decoded.mappings,
    sources: map.sources,
    contents: map.sourcesContent ?? [],
    names: map.names,
  }
}

/** Index of the last entry whose key is not above the value; 0 when there is none. */
function lastNotAfter<T>(list: readonly T[], value: number, key: (entry: T) => number): number {
  let low = 0
  let high = list.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    const entry = list[middle]
    if (entry !== undefined && key(entry) <= value) low = middle
    else high = middle - 1
  }
  return low
}
