import { chmodSync, mkdirSync, readdirSync } from 'node:fs'
import { basename, dirname } from 'node:path'

const MODE = 0o755

/**
 * Makes a folder and those above it that are missing, with the same mode whatever the umask: a web server under another user
 * must be able to enter them. Folders that exist are left as they are.
 *
 * @param folder Absolute path.
 * @returns Is it a new one?
 */
export function makeFolder(folder: string): boolean {
  const first = mkdirSync(folder, { recursive: true })
  if (first === undefined) return false
  for (let made = folder; made.length >= first.length; made = dirname(made)) chmodSync(made, MODE)
  return true
}

/**
 * Where a file of STATIC_ROOT is. By hand: names are normal, and `path.join` on each of thousands costs more than to link them.
 *
 * @param root STATIC_ROOT.
 * @param name Path below it, with forward slashes.
 */
export function placeOf(root: string, name: string): string {
  return `${root}/${name}`
}

/** The folders that are written to: made when they are missing, listed once. */
export class Folders {
  readonly #names = new Map<string, ReadonlySet<string>>()

  /**
   * Is there something of this name, and was there before anything was written? The folder is there afterwards.
   *
   * @param file Absolute path.
   */
  holds(file: string): boolean {
    const folder = dirname(file)
    let names = this.#names.get(folder)
    if (names === undefined) {
      names = new Set(makeFolder(folder) ? [] : readdirSync(folder))
      this.#names.set(folder, names)
    }
    return names.size > 0 && names.has(basename(file))
  }
}
