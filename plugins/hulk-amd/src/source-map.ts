import { addSegment, GenMapping, setSourceContent, toEncodedMap } from '@jridgewell/gen-mapping'
import type { Pieces } from './generate.ts'

/** A source map as Vite and Rollup take it. */
export interface SourceMap {
  readonly version: 3
  readonly sources: string[]
  readonly sourcesContent: string[]
  readonly names: string[]
  readonly mappings: string
}

/** Joins pieces of code, leaving the places out. */
export function textOf(pieces: Pieces): string {
  let text = ''
  for (const piece of pieces) if (typeof piece === 'string') text += piece
  return text
}

/**
 * Maps generated code to the template it was made from.
 *
 * @param pieces The whole output.
 * @param source What the map calls the template.
 * @param content The template as it stands in its file.
 * @param shift How many characters of the file stand before offset 0 of the pieces.
 */
export function mapOf(pieces: Pieces, source: string, content: string, shift: number): SourceMap {
  const map = new GenMapping()
  setSourceContent(map, source, content)
  const starts = [0]
  for (let at = content.indexOf('\n'); at >= 0; at = content.indexOf('\n', at + 1)) {
    starts.push(at + 1)
  }
  let line = 0
  let column = 0
  for (const piece of pieces) {
    if (typeof piece === 'number') {
      const offset = piece + shift
      const at = lineAt(starts, offset)
      addSegment(map, line, column, source, at, offset - (starts[at] as number))
      continue
    }
    const lastBreak = piece.lastIndexOf('\n')
    if (lastBreak < 0) {
      column += piece.length
    } else {
      line += piece.split('\n').length - 1
      column = piece.length - lastBreak - 1
    }
  }
  const { mappings } = toEncodedMap(map)
  return { version: 3, sources: [source], sourcesContent: [content], names: [], mappings }
}

/** The last line that begins at or before an offset. */
function lineAt(starts: readonly number[], offset: number): number {
  let low = 0
  let high = starts.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((starts[middle] as number) <= offset) low = middle
    else high = middle - 1
  }
  return low
}
