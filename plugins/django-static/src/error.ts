import { inspect } from 'node:util'
import type { Rolldown } from 'vite'

/** Stable codes of what can go wrong; the README says what to do about each. */
export type ErrorCode =
  | 'DJANGO_STATIC_MANAGE'
  | 'DJANGO_STATIC_PYTHON'
  | 'DJANGO_STATIC_SETTINGS'
  | 'DJANGO_STATIC_APP'
  | 'DJANGO_STATIC_URL'
  | 'DJANGO_STATIC_ROOT'
  | 'DJANGO_STATIC_OPTION'
  | 'DJANGO_STATIC_REFERENCE'
  | 'DJANGO_STATIC_CYCLE'
  | 'DJANGO_STATIC_ENCODING'
  | 'DJANGO_STATIC_ENTRY'
  | 'DJANGO_STATIC_READ'
  | 'DJANGO_STATIC_PRIVATE'
  | 'DJANGO_STATIC_WRITE'
  | 'DJANGO_STATIC_RELEASE'

/** Where in a file an error is. */
export interface Position {
  readonly file: string
  /** One-based. */
  readonly line: number
  /** Zero-based, as Vite counts. */
  readonly column: number
  /** The lines around the place, ready to print. */
  readonly frame: string
}

/**
 * The plugin's own error: a sentence, a stable code and, when known, a place. It has the fields that Vite's overlay shows. What
 * it says is for the person at the terminal, so its stack is the sentence and the lines around the place.
 */
export class DjangoStaticError extends Error {
  declare readonly name: 'DjangoStaticError'
  declare readonly pluginCode: ErrorCode
  declare readonly id: string | undefined
  declare readonly loc:
    | { readonly file: string; readonly line: number; readonly column: number }
    | undefined
  declare readonly frame: string | undefined

  constructor(pluginCode: ErrorCode, message: string, position?: Position, cause?: unknown) {
    super(
      position === undefined
        ? message
        : `${message}\n  at ${position.file}:${position.line}:${position.column + 1}`,
      cause === undefined ? undefined : { cause },
    )
    const { file, line, column, frame } = position ?? {}
    const fields = {
      name: 'DjangoStaticError',
      pluginCode,
      id: file,
      loc: position && { file, line, column },
      frame,
    }
    // Not enumerable: who prints the error prints its stack, in which they are.
    Object.defineProperty(this, inspect.custom, { value: () => this.stack })
    for (const [name, value] of Object.entries(fields)) Object.defineProperty(this, name, { value })
    this.stack = [`[${pluginCode}] ${this.message}`, ...(frame === undefined ? [] : [frame])].join(
      '\n',
    )
  }
}

/**
 * Turns an offset into a line, a column and a frame of the lines around it.
 *
 * @param file Absolute path.
 * @param text The whole text of the file.
 * @param offset Zero-based offset in UTF-16 units.
 */
export function positionAt(file: string, text: string, offset: number): Position {
  const before = text.slice(0, offset)
  const line = before.split('\n').length
  const column = offset - (before.lastIndexOf('\n') + 1)
  const lines = text.split('\n')
  const frame: string[] = []
  for (let at = Math.max(1, line - 2); at <= Math.min(lines.length, line + 2); at += 1) {
    const source = (lines[at - 1] ?? '').replace(/\r$/, '')
    const from = at === line && column > 120 ? column - 60 : 0
    frame.push(`${String(at).padStart(4)} | ${source.slice(from, from + 160)}`)
    if (at === line) frame.push(`     | ${' '.repeat(column - from)}^`)
  }
  return { file, line, column, frame: frame.join('\n') }
}

/**
 * Reports any error from inside a hook: ours with its place and code, others as they are.
 *
 * @param context The hook's `this`.
 * @param cause What was thrown.
 * @throws Always.
 */
export function report(context: Rolldown.MinimalPluginContext, cause: unknown): never {
  if (!(cause instanceof DjangoStaticError)) throw cause
  const { message, pluginCode, id, loc, frame } = cause
  context.error({
    message,
    pluginCode,
    // Where in the plugin it was thrown helps nobody.
    stack: '',
    ...(cause.cause === undefined ? {} : { cause: cause.cause }),
    ...(id === undefined ? {} : { id }),
    ...(loc === undefined ? {} : { loc }),
    ...(frame === undefined ? {} : { frame }),
  })
}
