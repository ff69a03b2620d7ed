import { StringDecoder } from 'node:string_decoder'
import { stripVTControlCharacters } from 'node:util'

/** Colours are the only escapes a process may send to the terminal. */
const escapeRE =
  // oxlint-disable-next-line no-control-regex -- terminal escapes are control characters
  /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[PX^_][^\u001b]*\u001b\\|[ -/]*[0-~])/g
// oxlint-disable-next-line no-control-regex -- terminal escapes are control characters
const colourRE = /^\u001b\[[0-9;:]*m$/
// oxlint-disable-next-line no-control-regex -- all but tab and escape, which is handled before
const controlRE = /[\u0000-\u0008\u000a-\u001a\u001c-\u001f\u007f\u0080-\u009f]/g
const maxLine = 4000

/** Cuts what a process writes into lines, whatever the chunks. */
export class LineSplitter {
  readonly #decoder = new StringDecoder('utf8')
  readonly #emit: (line: string) => void
  #rest = ''

  constructor(emit: (line: string) => void) {
    this.#emit = emit
  }

  /** Takes the next bytes. */
  push(chunk: Buffer): void {
    const lines = (this.#rest + this.#decoder.write(chunk)).split('\n')
    this.#rest = lines.pop() ?? ''
    for (const line of lines) this.#line(line)
    if (this.#rest.length > maxLine) this.end()
  }

  /** Emits what has no line break yet. */
  end(): void {
    if (this.#rest !== '') this.#line(this.#rest)
    this.#rest = ''
  }

  #line(line: string): void {
    this.#emit(line.endsWith('\r') ? line.slice(0, -1) : line)
  }
}

/**
 * A line of a process, safe to print: no escape but colours, and those only on a terminal.
 *
 * @param colours Does the line go to a terminal that shows colours?
 */
export function printable(line: string, colours: boolean): string {
  const kept = line.replace(escapeRE, (escape) => (colours && colourRE.test(escape) ? escape : ''))
  const clean = kept.replace(controlRE, '')
  if (!colours) return clean.replaceAll('\u001b', '')
  // A half escape at the end would swallow what is printed next.
  // oxlint-disable-next-line no-control-regex -- terminal escapes are control characters
  const safe = clean.replace(/\u001b(?!\[[0-9;:]*m)/g, '')
  return safe.includes('\u001b') ? `${safe}\u001b[0m` : safe
}

/** A line without any escape, for pages. */
export function plain(line: string): string {
  return printable(stripVTControlCharacters(line), false)
}
