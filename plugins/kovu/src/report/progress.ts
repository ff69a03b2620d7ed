import { stripVTControlCharacters, styleText } from 'node:util'

import type { Log } from '@kovu/protocol'

import type { RunEvent } from '../graph/run.ts'

/** Where lines go. */
export interface Terminal {
  write(text: string): void
  /** Colours and a live status line only make sense for a person at a terminal. */
  readonly isTTY: boolean
  /** May a terminal's lines have colours? Not where `NO_COLOR` is set. @default true */
  readonly hasColours?: boolean | undefined
  /** How many characters a terminal's line has; it changes with the window. */
  readonly columns?: number | undefined
}

/** Shows a run: a line for each target as it ends, and what is running now where the terminal can show it. */
export class Progress {
  readonly #terminal: Terminal
  readonly #running = new Map<string, number>()
  #timer: NodeJS.Timeout | undefined
  #statusShown = false
  readonly log: Log

  constructor(terminal: Terminal) {
    this.#terminal = terminal
    this.log = {
      info: (message) => this.#line(message),
      warn: (message) => this.#line(this.#style('yellow', message)),
      error: (message) => this.#line(this.#style('red', message)),
    }
  }

  /**
   * Takes an event of the run; see {@link RunEvent}.
   *
   * @param why Say why a target runs?
   */
  report(event: RunEvent, why = false): void {
    if (event.type === 'skip') {
      this.#line(this.#style('dim', `· ${event.name} is up to date`))
      return
    }
    if (event.type === 'start') {
      if (why && event.why !== undefined) {
        this.#line(this.#style('dim', `${event.name} runs: ${event.why}`))
      }
      this.#running.set(event.name, performance.now())
      this.#timer ??= this.#terminal.isTTY
        ? setInterval(() => this.#status(), 100).unref()
        : undefined
      return
    }
    this.#running.delete(event.name)
    const time = this.#style('dim', seconds(event.time))
    if (event.type === 'cancel') this.#line(`– ${event.name} was given up ${time}`)
    else if (event.type === 'end') this.#line(`${this.#style('green', '✓')} ${event.name} ${time}`)
    else this.#line(`${this.#style('red', '✗')} ${event.name} ${time}`)
  }

  /** Ends the live status line. */
  close(): void {
    clearInterval(this.#timer)
    this.#clear()
  }

  #line(text: string): void {
    this.#clear()
    this.#terminal.write(`${this.#isColourful ? text : stripVTControlCharacters(text)}\n`)
  }

  #status(): void {
    if (this.#running.size === 0) return
    const names = [...this.#running].map(
      ([name, started]) => `${name} ${seconds(performance.now() - started)}`,
    )
    this.#clear()
    // What goes on to a second line could not be cleared.
    const line = `… ${names.join('  ')}`.slice(0, (this.#terminal.columns ?? Infinity) - 1)
    this.#terminal.write(this.#style('dim', line))
    this.#statusShown = true
  }

  #clear(): void {
    if (this.#statusShown) this.#terminal.write('\r\u001B[K')
    this.#statusShown = false
  }

  get #isColourful(): boolean {
    return this.#terminal.isTTY && this.#terminal.hasColours !== false
  }

  #style(format: Parameters<typeof styleText>[0], text: string): string {
    return this.#isColourful ? styleText(format, text, { validateStream: false }) : text
  }
}

/** A duration for people: `0.34 s`. */
export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(milliseconds < 10_000 ? 2 : 1)} s`
}
