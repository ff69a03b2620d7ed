/** The files that loader plugins see: static files by their paths, and what plugins write beside them. */
import { Buffer } from 'node:buffer'
import { readFileSync } from 'node:fs'
import { isAbsolute, posix } from 'node:path'
import { normalizePath } from 'vite'

/** Static files as a folder. */
export class PluginFiles {
  /** Path of the static root. */
  readonly home: string
  readonly #find: (publicName: string) => string | undefined
  readonly #written = new Map<string, string>()
  #read = new Set<string>()

  /**
   * @param home Path that stands for the static root.
   * @param find The file behind a public name.
   */
  constructor(home: string, find: (publicName: string) => string | undefined) {
    this.home = home
    this.#find = find
  }

  /** What plugins have written, by public name. */
  get written(): ReadonlyMap<string, string> {
    return this.#written
  }

  /** The files that were read since the last question. */
  takeRead(): readonly string[] {
    const read = [...this.#read]
    this.#read = new Set()
    return read
  }

  /** What plugins use of Node's `fs`. */
  get fs(): Record<string, unknown> {
    const exists = (path: unknown): boolean => {
      const name = this.#nameOf(path)
      return name !== undefined && (this.#written.has(name) || this.#find(name) !== undefined)
    }
    return {
      existsSync: exists,
      statSync: (path: unknown) => {
        if (!exists(path)) throw this.#missing(path)
        return { isFile: () => true, isDirectory: () => false }
      },
      readFileSync: (path: unknown, options?: unknown) => {
        const text = this.#text(path)
        return options === undefined || options === null ? Buffer.from(text) : text
      },
      writeFileSync: (path: unknown, content: unknown) => this.#write(path, String(content)),
      // A folder is there as soon as there is a file in it.
      mkdirSync: () => {},
    }
  }

  /**
   * The text of a file.
   *
   * @param path As plugins have it.
   * @throws A sentence, when it is no static file.
   */
  text(path: string): string {
    return this.#text(path)
  }

  #text(path: unknown): string {
    const name = this.#nameOf(path)
    const written = name === undefined ? undefined : this.#written.get(name)
    if (written !== undefined) return written
    const file = name === undefined ? undefined : this.#find(name)
    if (file === undefined) throw this.#missing(path)
    this.#read.add(file)
    return readFileSync(file, 'utf8')
  }

  #write(path: unknown, content: string): void {
    const name = this.#nameOf(path)
    if (name === undefined) {
      throw new Error(`${String(path)} is not below the static root: nothing is written there`)
    }
    this.#written.set(name, content)
  }

  #nameOf(path: unknown): string | undefined {
    const given = normalizePath(String(path))
    // A path relative to the folder of the process is none of a static file.
    if (!isAbsolute(given)) return undefined
    const name = posix.relative(this.home, given)
    return name === '' || name === '..' || name.startsWith('../') ? undefined : name
  }

  #missing(path: unknown): Error {
    return new Error(`there is no static file ${String(path).replace(`${this.home}/`, '')}`)
  }
}
