/** Which file is require.js. */
import { readFileSync, statSync } from 'node:fs'
import { isRequireJs } from '../module/amd-loader.ts'

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
    const yes = isRequireJs(readFileSync(file, 'utf8'))
    this.#known.set(file, { stamp, yes })
    return yes
  }
}
