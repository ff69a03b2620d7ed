import { existsSync } from 'node:fs'
import path from 'node:path'

/** An id or specifier, taken apart. */
export interface Request {
  /** Everything before the query. */
  readonly file: string
  /** The query with its `?`, or ''. */
  readonly query: string
}

/** Ids that may be a derived sheet; the hooks' filters. */
export const sheetRE: RegExp = /\.css(?:$|\?)/
/** Specifiers that may name a sheet or its source. */
export const specifierRE: RegExp = /\.(?:css|less)(?:$|\?)/

/** Splits an id at its query. */
export function parseRequest(id: string): Request {
  const at = id.indexOf('?')
  return at < 0 ? { file: id, query: '' } : { file: id.slice(0, at), query: id.slice(at) }
}

/** Does the query have this word: `?direct`, `?t=1&direct`? */
export function hasFlag(query: string, name: string): boolean {
  return new RegExp(`[?&]${name}(?:&|=|$)`).test(query)
}

/** `/abs/x.less` → `/abs/x.css`. */
export function cssOf(source: string): string {
  return source.replace(/\.less$/, '.css')
}

/**
 * The source of a sheet.
 *
 * @param css Absolute path of an `x.css` that may not exist.
 * @param preferSource Does the source win over a file of that name? Inside of node_modules it never does: there the
 *   `.css` is what the package ships, not what an old Makefile left.
 * @returns The absolute path of `x.less` if the sheet is to be made from it.
 */
export function sourceOf(css: string, preferSource: boolean): string | undefined {
  if (!css.endsWith('.css') || !path.isAbsolute(css)) return undefined
  const source = `${css.slice(0, -4)}.less`
  if (!existsSync(source)) return undefined
  const wins = preferSource && !css.includes('/node_modules/')
  return wins || !existsSync(css) ? source : undefined
}

/** A path with forward slashes, as module ids have them. */
export function slashed(file: string): string {
  return path.sep === '\\' ? file.replaceAll('\\', '/') : file
}
