import type { Origin } from './reading/lexer.ts'

/** A part of the output, and where it comes from. */
export interface Piece {
  text: string
  readonly origin: Origin
  /** Does `text` stand in the file as it is? Then each of its characters has a place of its own. */
  readonly direct: boolean
  /** Is it a value that m4 does not read, whatever stands in it? */
  readonly literal: boolean
}

/** Where m4's output goes: numbered diversions, of which the 0th is the output itself. */
export class Output {
  /** The current diversion; below 0, output is thrown away. */
  current: number = 0
  #diversions = new Map<number, Piece[]>()

  write({ text, origin, direct, literal }: Piece): void {
    if (text === '' || this.current < 0) return
    const pieces = this.#of(this.current)
    const last = pieces.at(-1)
    const follows =
      direct &&
      last?.direct === true &&
      last.origin.file === origin.file &&
      last.origin.offset + last.text.length === origin.offset
    if (follows) last.text += text
    else pieces.push({ text, origin, direct, literal })
  }

  /** Appends a diversion to the current one and empties it. Under `divert(-1)` it is lost, as in GNU m4. */
  undivert(number: number): void {
    if (number <= 0 || number === this.current) return
    const pieces = this.#diversions.get(number)
    if (!pieces) return
    this.#diversions.delete(number)
    if (this.current < 0) return
    const target = this.#of(this.current)
    for (const piece of pieces) target.push(piece)
  }

  /** All diversions in ascending order. */
  undivertAll(): void {
    for (const number of [...this.#diversions.keys()].sort((a, b) => a - b)) this.undivert(number)
  }

  /** What has come out so far. */
  get pieces(): readonly Piece[] {
    return this.#diversions.get(0) ?? []
  }

  #of(number: number): Piece[] {
    let pieces = this.#diversions.get(number)
    if (!pieces) this.#diversions.set(number, (pieces = []))
    return pieces
  }
}
