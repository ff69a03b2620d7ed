/** What can be wrong with a template. Each code has a row in the README's Troubleshooting. */
export type ErrorCode =
  | 'HULK_AMD_UNCLOSED_TAG'
  | 'HULK_AMD_DELIMITERS'
  | 'HULK_AMD_UNCLOSED_SECTION'
  | 'HULK_AMD_SECTION_MISMATCH'
  | 'HULK_AMD_STRAY_CLOSE'
  | 'HULK_AMD_ILLEGAL_CONTENT'
  | 'HULK_AMD_TOO_DEEP'
  | 'HULK_AMD_BINARY'

/** Thrown by the pure core: what is wrong, and where in the text it was given. */
export class TemplateError extends Error {
  readonly code: ErrorCode
  /** Offset in the template's text. */
  readonly pos: number

  constructor(code: ErrorCode, message: string, pos: number) {
    super(message)
    this.name = 'TemplateError'
    this.code = code
    this.pos = pos
  }
}

/** A place in a file as Vite and Rollup print it: line from 1, column from 0. */
export interface Location {
  readonly file: string
  readonly line: number
  readonly column: number
}

/** The fields Vite's overlay and Rollup's log read from an error. */
export interface LocatedError extends Error {
  id: string
  loc: Location
  frame: string
  pluginCode: string
  plugin: string
}

/**
 * Turns an offset into a place.
 *
 * @param text The whole file.
 * @param pos Offset in it; past the end means the end.
 */
export function locate(file: string, text: string, pos: number): Location {
  const before = text.slice(0, pos)
  const lineStart = before.lastIndexOf('\n') + 1
  let line = 1
  for (let at = before.indexOf('\n'); at >= 0; at = before.indexOf('\n', at + 1)) line++
  return { file, line, column: before.length - lineStart }
}

/** The lines around a place with a caret under its column. Long lines are cut around it. */
export function frameOf(text: string, { line, column }: Location): string {
  const lines = text.split(/\r?\n/)
  const first = Math.max(1, line - 2)
  const width = String(line + 2).length
  const cut = column > 100 ? column - 60 : 0
  const out: string[] = []
  for (let n = first; n <= Math.min(lines.length, line + 2); n++) {
    out.push(`${String(n).padStart(width)} | ${(lines[n - 1] ?? '').slice(cut, cut + 160)}`)
    if (n === line) out.push(`${' '.repeat(width)} | ${' '.repeat(column - cut)}^`)
  }
  return out.join('\n')
}

/**
 * Converts the core's error for Vite and Rollup; any other error is returned as it is. The core's own is not its cause: all it
 * knows is in the fields, and Rolldown would print the sentence once more, with a stack.
 *
 * @param cause What was thrown.
 * @param file The template's file.
 * @param text The whole file, as read.
 * @param shift How many characters stand before the text the core was given.
 */
export function toLocatedError(
  cause: unknown,
  file: string,
  text: string,
  shift: number,
): LocatedError | Error {
  if (!(cause instanceof TemplateError)) return cause as Error
  const loc = locate(file, text, cause.pos + shift)
  const error = new Error(`${cause.message} (${file}:${loc.line}:${loc.column + 1})`)
  return Object.assign(error, {
    id: file,
    loc,
    frame: frameOf(text, loc),
    pluginCode: cause.code,
    plugin: 'hulk-amd',
    // Vite prints it below the frame: where our code noticed says nothing about the template.
    stack: '',
  })
}
