/** The dependencies of a factory in CommonJS form. */
import type { DepLiteral } from '../types.ts'

/** Comments, with the character before a line comment, which may be part of a URL or a string. */
const COMMENTS = /\/\*[^]*?\*\/|(^|[^"':=])\/\/.*$/gm

/** `require('id')`, not as a method. */
const REQUIRES = /[^.]\s*require\s*\(\s*["']([^\s"']+)["']\s*\)/g

/**
 * The ids that RequireJS reads off a factory's text, each once. It does not parse: a renamed `require` is none to it, and
 * a call in a branch that never runs is one.
 *
 * @param text The factory.
 * @param offset Where the factory stands in its source.
 */
export function sugarIn(text: string, offset: number): DepLiteral[] {
  const found = new Map<string, DepLiteral>()
  const bare = text.replaceAll(COMMENTS, (_comment, before: string | undefined) => before ?? '')
  for (const [, id = ''] of bare.matchAll(REQUIRES)) {
    if (found.has(id)) continue
    const at = new RegExp(String.raw`require\s*\(\s*["']${escaped(id)}["']`).exec(text)
    const start = offset + (at === null ? 0 : at.index + at[0].length - id.length - 2)
    found.set(id, { id, start, end: start + id.length + 2 })
  }
  return [...found.values()]
}

function escaped(text: string): string {
  return text.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`)
}
