import { readFileSync } from 'node:fs'

/** The stable codes of this plugin's errors; the README has a row for each. */
export type ErrorCode =
  | 'LESS_YUI_SYNTAX'
  | 'LESS_YUI_IMPORT'
  | 'LESS_YUI_OUTSIDE'
  | 'LESS_YUI_ENCODING'
  | 'LESS_YUI_CYCLE'
  | 'LESS_YUI_MINIFY'
  | 'LESS_YUI_OPTION'
  | 'LESS_YUI_IMPLEMENTATION'

/** A place in a file: `line` counts from 1, `column` from 0 (as Rollup's `loc` does). */
export interface Place {
  readonly file: string
  readonly line: number
  readonly column: number
}

/** An error of the pure core: what went wrong, and where if a place is to blame. */
export class LessYuiError extends Error {
  override readonly name = 'LessYuiError'
  readonly code: ErrorCode
  readonly place: Place | undefined
  readonly frame: string | undefined
  /** The file that the error is about, where that is not the place. */
  file: string | undefined
  /** What is to be watched for the sheet to recover (absolute paths; some may not exist yet). */
  watch: readonly string[] = []

  constructor(
    code: ErrorCode,
    message: string,
    details: { place?: Place | undefined; frame?: string | undefined; cause?: unknown } = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    this.place = details.place
    this.frame = details.frame
  }
}

/** What Vite and Rollup understand: the fields of a `RollupError`. */
export interface LocatedError {
  readonly message: string
  readonly pluginCode: ErrorCode
  readonly id?: string
  readonly loc?: { file: string; line: number; column: number }
  readonly frame?: string
  /** Empty: where our code noticed says nothing about the sheet. */
  readonly stack: string
}

/**
 * Converts an error of the core for Vite: the only place that knows its fields. The core's own error is no cause of it, as Rolldown
 * would print its sentence once more.
 *
 * @returns The fields for `this.error`, or undefined when the error is not ours (the caller rethrows it).
 */
export function located(error: unknown): LocatedError | undefined {
  if (!(error instanceof LessYuiError)) return undefined
  const { place, frame, code, message } = error
  return {
    message: place ? `${message}\n${place.file}:${place.line}:${place.column + 1}` : message,
    pluginCode: code,
    ...(place && { id: place.file, loc: { ...place } }),
    ...(frame !== undefined && { frame }),
    stack: '',
  }
}

/** The same as an `Error` object, for those who call outside of a hook (`derives.render`, targets). */
export function locatedError(error: unknown): unknown {
  const fields = located(error)
  return fields ? Object.assign(new Error(fields.message), fields, { plugin: 'less-yui' }) : error
}

/**
 * Draws the lines around a place, with a caret below its column.
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
    // A minified line would fill the screen: show the part around the column.
    const line = lines[number - 1] ?? ''
    const cut = number === place.line && place.column > 100 ? place.column - 60 : 0
    frame.push(`${String(number).padStart(width)}  |  ${line.slice(cut, cut + 140)}`)
    if (number === place.line) {
      frame.push(`${' '.repeat(width)}  |  ${' '.repeat(Math.max(0, place.column - cut))}^`)
    }
  }
  return frame.join('\n')
}

/** What every version of less rejects with, as far as it sets the fields. */
interface LessFailure {
  type?: string
  message?: string
  filename?: string | null
  line?: number | null
  column?: number | null
  index?: number
}

/**
 * Converts what a less implementation rejected with.
 *
 * @param cause The rejection.
 * @param source The sheet that was rendered, for failures that name no file.
 */
export function fromLess(cause: unknown, source: string): LessYuiError {
  if (cause instanceof LessYuiError) return cause
  const failure = (typeof cause === 'object' && cause !== null ? cause : {}) as LessFailure
  const text = String(failure.message ?? cause)
  const file = failure.filename ?? source
  // A file that cannot be opened is named like a missing import by every version.
  const missing =
    failure.type === 'File' || / wasn't found|^E(?:ISDIR|NOENT|ACCES|PERM)\b/.test(text)
  const place =
    typeof failure.line === 'number'
      ? { file, line: failure.line, column: Math.max(0, failure.column ?? 0) }
      : { file, line: 1, column: 0 }
  return new LessYuiError(missing ? 'LESS_YUI_IMPORT' : 'LESS_YUI_SYNTAX', text, {
    place,
    frame: frameOf(file, place),
    cause,
  })
}

/** The frame of a place in a file on disk; undefined when it cannot be read. */
export function frameOf(file: string, place: { line: number; column: number }): string | undefined {
  try {
    return codeFrame(readFileSync(file, 'utf8'), place)
  } catch {
    return undefined
  }
}
