import { codeFrame, lineOf, type Place } from '../error.ts'
import type { Piece } from '../m4/output.ts'

/** What a template became, and the way back from it to the sources. Texts are `latin1` bytes. */
export class Rendered {
  readonly text: string
  readonly #file: string
  readonly #pieces: readonly Piece[]
  readonly #starts: readonly number[]
  readonly #read: (file: string) => string

  /**
   * @param file The template.
   * @param pieces The output in order.
   * @param read The text of a file the pieces name.
   */
  constructor(file: string, pieces: readonly Piece[], read: (file: string) => string) {
    let length = 0
    this.#file = file
    this.#pieces = pieces
    this.#starts = pieces.map((piece) => (length += piece.text.length) - piece.text.length)
    this.text = pieces.map((piece) => piece.text).join('')
    this.#read = read
  }

  /** Is the output at an offset a value that was written as a literal? */
  isLiteral(offset: number): boolean {
    return this.#pieces[this.#indexOf(offset)]?.literal === true
  }

  /** Where in the sources an offset of the output comes from, with the lines around it. */
  source(offset: number): { place: Place; frame: string } {
    const index = this.#indexOf(offset)
    const piece = this.#pieces[index]
    if (!piece) return { place: { file: this.#file, line: 1, column: 0 }, frame: '' }
    const { file, offset: origin } = piece.origin
    const text = this.#read(file)
    const at = piece.direct ? origin + offset - (this.#starts[index] ?? 0) : origin
    const place = { file, ...lineOf(text, at) }
    return { place, frame: codeFrame(text, place) }
  }

  #indexOf(offset: number): number {
    return Math.max(
      0,
      this.#starts.findLastIndex((start) => start <= offset),
    )
  }

  /** The offset of a line of the output (from 1), and a column (from 0). */
  offsetOf(line: number, column = 0): number {
    let at = 0
    for (let left = line - 1; left > 0; left--) {
      const newline = this.text.indexOf('\n', at)
      if (newline < 0) break
      at = newline + 1
    }
    return at + column
  }
}
