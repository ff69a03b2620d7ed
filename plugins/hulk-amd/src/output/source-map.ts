import type { Code } from './code.ts'

/** A source map as Vite and Rollup take it. */
export interface SourceMap {
  readonly version: 3
  readonly sources: string[]
  readonly sourcesContent: string[]
  readonly names: string[]
  readonly mappings: string
}

/**
 * Maps generated code to the template it was made from.
 *
 * @param code The whole output.
 * @param source What the map calls the template.
 * @param content The template as it stands in its file.
 * @param shift How many characters of the file stand before offset 0 of the marks.
 */
export function mapOf(
  { text, marks }: Code,
  source: string,
  content: string,
  shift: number,
): SourceMap {
  let mappings = ''
  /** What stands before a segment: nothing at a line's beginning. */
  let between = ''
  let lineStart = 0
  let nextBreak = text.indexOf('\n')
  const places = new Places(content)
  // A segment holds differences from the last one.
  let lastColumn = 0
  let lastLine = 0
  let lastSourceColumn = 0
  for (let at = 0; at < marks.length; at += 2) {
    const position = marks[at] as number
    while (nextBreak >= 0 && nextBreak < position) {
      mappings += ';'
      between = ''
      lastColumn = 0
      lineStart = nextBreak + 1
      nextBreak = text.indexOf('\n', lineStart)
    }
    places.go((marks[at + 1] as number) + shift)
    const { line, column: sourceColumn } = places
    const column = position - lineStart
    mappings += `${between}${vlq(column - lastColumn)}A${vlq(line - lastLine)}${vlq(sourceColumn - lastSourceColumn)}`
    between = ','
    lastColumn = column
    lastLine = line
    lastSourceColumn = sourceColumn
  }
  return { version: 3, sources: [source], sourcesContent: [content], names: [], mappings }
}

/** Lines and columns of offsets that mostly go forward. */
class Places {
  readonly starts: number[] = [0]
  line = 0
  column = 0

  constructor(content: string) {
    for (let at = content.indexOf('\n'); at >= 0; at = content.indexOf('\n', at + 1)) {
      this.starts.push(at + 1)
    }
  }

  go(offset: number): void {
    const { starts } = this
    // What stands in a block is written after what follows the block.
    while ((starts[this.line] as number) > offset) this.line--
    while ((starts[this.line + 1] ?? Infinity) <= offset) this.line++
    this.column = offset - (starts[this.line] as number)
  }
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** A number in the digits of source maps: five bits each, the lowest first, and of these the lowest is the sign. */
function vlq(value: number): string {
  let left = value < 0 ? (-value << 1) | 1 : value << 1
  if (left < 32) return DIGITS.charAt(left)
  let text = ''
  while (left > 31) {
    text += DIGITS.charAt((left & 31) | 32)
    left >>>= 5
  }
  return text + DIGITS.charAt(left)
}
