import { inspect } from 'node:util'
import { mask } from './secrets/names.ts'

/** The stable codes of this plugin's errors; the README has a row for each. */
export type ErrorCode =
  | 'M4_SETTINGS_SYNTAX'
  | 'M4_SETTINGS_INCLUDE'
  | 'M4_SETTINGS_REFUSED'
  | 'M4_SETTINGS_LIMIT'
  | 'M4_SETTINGS_EXIT'
  | 'M4_SETTINGS_LITERAL'
  | 'M4_SETTINGS_UNDEFINED'
  | 'M4_SETTINGS_INVALID'
  | 'M4_SETTINGS_MISSING'
  | 'M4_SETTINGS_MODE'
  | 'M4_SETTINGS_SEALED'
  | 'M4_SETTINGS_SERVING'
  | 'M4_SETTINGS_COMMAND'
  | 'M4_SETTINGS_OPTION'

/** A place in a file: `line` counts from 1, `column` from 0 (as Rollup's `loc` does). */
export interface Place {
  readonly file: string
  readonly line: number
  readonly column: number
}

/** An error of the pure core: what went wrong, and where if a place is to blame. */
export class M4SettingsError extends Error {
  override readonly name = 'M4SettingsError'
  readonly code: ErrorCode
  readonly place: Place | undefined
  /** Lines of a source, values of secrets masked: for the terminal, not for the browser. */
  readonly frame: string | undefined

  constructor(
    code: ErrorCode,
    message: string,
    details: { place?: Place | undefined; frame?: string | undefined; cause?: unknown } = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    this.place = details.place
    this.frame = details.frame
    speakPlainly(this, located(this))
  }
}

/** What Vite and Rollup understand: the fields of a `RollupError`. */
export interface LocatedError {
  readonly message: string
  readonly pluginCode: ErrorCode
  readonly id?: string
  readonly loc?: { file: string; line: number; column: number }
  readonly frame?: string
  readonly stack: ''
}

/**
 * Converts an error of the core for Vite: the only place that knows its fields. There is neither a stack, where our code
 * noticed, nor a cause: the sentence has its words, and Rolldown would print them once more.
 *
 * @returns The fields for `this.error`, or undefined when the error is not ours (the caller rethrows it).
 */
export function located(error: M4SettingsError): LocatedError
export function located(error: unknown): LocatedError | undefined
export function located(error: unknown): LocatedError | undefined {
  if (!(error instanceof M4SettingsError)) return undefined
  const { place, frame, code, message } = error
  return {
    message: place ? `${message}\n${place.file}:${place.line}:${place.column + 1}` : message,
    pluginCode: code,
    ...(place && { id: place.file, loc: { ...place } }),
    ...(frame !== undefined && { frame }),
    stack: '',
  }
}

/** The same as an `Error` object with its cause, for those who call outside of a hook (targets, servers). */
export function locatedError(error: unknown): unknown {
  const fields = located(error)
  if (!fields) return error
  const converted = new Error(fields.message, { cause: error })
  speakPlainly(converted, fields)
  return Object.assign(converted, fields, { plugin: 'm4-settings' })
}

/** What a terminal shows of an error that ends Vite: the sentence with its code, once, and the lines around the place. */
function speakPlainly(error: Error, { message, pluginCode, frame }: LocatedError): void {
  const [sentence = '', ...place] = message.split('\n')
  const lines = [`${sentence} (${pluginCode})`, ...place, ...(frame === undefined ? [] : [frame])]
  Object.defineProperty(error, inspect.custom, { value: () => lines.join('\n') })
}

/**
 * The line and column of an offset.
 *
 * @param text The whole file.
 * @param offset Counts from 0; beyond the end means the end.
 * @returns `line` from 1, `column` from 0.
 */
export function lineOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset)
  const start = before.lastIndexOf('\n') + 1
  let line = 1
  for (let at = before.indexOf('\n'); at >= 0; at = before.indexOf('\n', at + 1)) line++
  return { line, column: before.length - start }
}

/**
 * Draws the lines around a place, with a caret below its column. Values of secrets are masked.
 *
 * @param text The whole file.
 * @param place `line` from 1, `column` from 0.
 */
export function codeFrame(text: string, place: { line: number; column: number }): string {
  const lines = text.split(/\r\n|[\n\r]/)
  const from = Math.max(1, place.line - 2)
  const to = Math.min(lines.length, place.line + 2)
  const width = String(to).length
  const frame: string[] = []
  for (let number = from; number <= to; number++) {
    // A generated line would fill the screen: show the part around the column.
    const line = mask(lines[number - 1] ?? '')
    const cut = number === place.line && place.column > 100 ? place.column - 60 : 0
    frame.push(`${String(number).padStart(width)}  |  ${line.slice(cut, cut + 140)}`)
    if (number === place.line) {
      frame.push(`${' '.repeat(width)}  |  ${' '.repeat(Math.max(0, place.column - cut))}^`)
    }
  }
  return frame.join('\n')
}

/**
 * May an error wait for those who need the settings, and the last good files stand in? Not where they are of another mode.
 */
export function mayWait(error: unknown): boolean {
  return !(error instanceof M4SettingsError && error.code === 'M4_SETTINGS_SERVING')
}
