/** Which file is require.js. */
import { readFileSync, statSync } from 'node:fs'

/** Tells by content, and remembers by modification time. */
export class Recogniser {
  readonly #known = new Map<string, { readonly stamp: string; readonly yes: boolean }>()

  /**
   * Is the file require.js, whole and alone? A bundle that begins with it is not, and almond is not: it loads nothing.
   *
   * @param file Absolute path.
   */
  isRequireJs(file: string): boolean {
    if (!file.endsWith('.js')) return false
    const stat = statSync(file, { throwIfNoEntry: false })
    if (!stat?.isFile() || stat.size < 10_000 || stat.size > 200_000) return false
    const stamp = `${stat.mtimeMs}:${stat.size}`
    const known = this.#known.get(file)
    if (known?.stamp === stamp) return known.yes
    const yes = looksLikeRequireJs(readFileSync(file, 'utf8'))
    this.#known.set(file, { stamp, yes })
    return yes
  }
}

/** The same question for a text. */
export function looksLikeRequireJs(text: string): boolean {
  return (
    /\bvar\s+requirejs\s*,\s*require\s*,\s*define\b/.test(text) &&
    text.includes('data-main') &&
    text.includes('onResourceLoad') &&
    // Modules behind it would be lost.
    !/\bdefine\s*\(\s*["'[]/.test(text)
  )
}
