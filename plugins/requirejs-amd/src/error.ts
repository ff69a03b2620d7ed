/** One error class for the pure core, and its conversion for Vite and Rollup. */
import type { BuildNote } from './types.ts'

/** Stable codes of this plugin's errors. */
export type ErrorCode =
  | 'REQUIREJS_AMD_SYNTAX'
  | 'REQUIREJS_AMD_MISSING'
  | 'REQUIREJS_AMD_BUILD_FILE'
  | 'REQUIREJS_AMD_CONFIG'
  | 'REQUIREJS_AMD_ENTRIES'
  | 'REQUIREJS_AMD_OUTSIDE'
  | 'REQUIREJS_AMD_PLUGIN'
  | 'REQUIREJS_AMD_UNSUPPORTED'

/** Where an error is: a file, and an offset into its text when known. */
export interface Place {
  readonly file: string
  readonly text?: string | undefined
  readonly offset?: number | undefined
}

/** An error with a place. */
export class AmdError extends Error {
  override readonly name = 'AmdError'
  readonly code: ErrorCode
  readonly place: Place | undefined

  /**
   * @param code A stable code.
   * @param message What is wrong and what to do, in sentences.
   * @param place Where.
   */
  constructor(code: ErrorCode, message: string, place?: Place, options?: { cause?: unknown }) {
    super(message, options)
    this.code = code
    this.place = place
  }
}

/** What Vite's overlay and Rollup's reporter understand. */
export interface LocatedError extends Error {
  id?: string
  loc?: { file: string; line: number; column: number }
  frame?: string
  plugin?: string
  pluginCode?: string
}

/**
 * Gives an error of the core the fields that Vite and Rollup show.
 *
 * @param error Anything thrown.
 * @returns An error with `id`, `loc` and `frame` where the place is known; other errors as they are. Its cause is what was thrown
 *   below: the core's own error is no cause, as Rolldown would print its sentence once more, with a stack.
 */
export function toLocated(error: unknown): LocatedError {
  if (!(error instanceof AmdError)) return error instanceof Error ? error : new Error(String(error))
  const { place } = error
  const located: LocatedError = new Error(
    error.message,
    error.cause === undefined ? undefined : { cause: error.cause },
  )
  located.plugin = 'requirejs-amd'
  located.pluginCode = error.code
  // Vite prints it below the frame: where our code noticed says nothing about the module.
  located.stack = ''
  if (!place) return located
  located.id = place.file
  if (place.offset === undefined && !error.message.includes(place.file))
    located.message = `${error.message}\n  at ${place.file}`
  if (place.text !== undefined && place.offset !== undefined) {
    const { line, column } = positionAt(place.text, place.offset)
    located.loc = { file: place.file, line, column }
    located.frame = frameAt(place.text, line, column)
    located.message = `${error.message}\n  at ${place.file}:${line}:${column + 1}`
  }
  return located
}

/**
 * The line and column of an offset.
 *
 * @returns Line from 1, column from 0.
 */
export function positionAt(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset)
  const line = before.split('\n').length
  return { line, column: offset - (before.lastIndexOf('\n') + 1) }
}

/** A code frame: the line with two around it and a caret. */
function frameAt(text: string, line: number, column: number): string {
  const lines = text.split(/\r?\n/)
  const first = Math.max(1, line - 2)
  const last = Math.min(lines.length, line + 2)
  const width = String(last).length
  const frame: string[] = []
  for (let number = first; number <= last; number++) {
    frame.push(`${String(number).padStart(width)} | ${(lines[number - 1] ?? '').slice(0, 200)}`)
    if (number === line) frame.push(`${' '.repeat(width)} | ${' '.repeat(Math.min(column, 200))}^`)
  }
  return frame.join('\n')
}

/** A sentence for a key of a build file that is not honoured. */
export function noteSentence(file: string | undefined, note: BuildNote): string {
  return `${file ?? 'build file'}: \`${note.key}\` has no effect: ${note.reason}. Instead: ${note.instead}.`
}
