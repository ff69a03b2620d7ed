import { codeFrame, lineOf, type Place } from './error.ts'
import type { Piece } from './m4/output.ts'

/** What a template became, and the way back from it to the sources. Texts are `latin1` bytes. */
export class Rendered {
  readonly text: string
  readonly #pieces: readonly Piece[]
  readonly #starts: readonly number[]
  readonly #read: (file: string) => string

  /**
   * @param pieces The output in order.
   * @param read The text of a file the pieces name.
   */
  constructor(pieces: readonly Piece[], read: (file: string) => string) {
    let length = 0
    this.#pieces = pieces
    this.#starts = pieces.map((piece) => (length += piece.text.length) - piece.text.length)
    this.text = pieces.map((piece) => piece.text).join('')
    this.#read = read
  }

  /** Where in the sources an offset of the output comes from, with the lines around it. */
  source(offset: number): { place: Place; frame: string } {
    const index = Math.max(
      0,
      this.#starts.findLastIndex((start) => start <= offset),
    )
    const piece = this.#pieces[index]
    if (!piece) return { place: { file: '', line: 1, column: 0 }, frame: '' }
    const { file, offset: origin } = piece.origin
    const text = this.#read(file)
    const at = piece.direct ? origin + offset - (this.#starts[index] ?? 0) : origin
    const place = { file, ...lineOf(text, at) }
    return { place, frame: codeFrame(text, place) }
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
