/** What was worked out in another run: kept on disk under all that it depends on, so that nothing in it can be out of date. */
import { createHash } from 'node:crypto'
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { debuglog } from 'node:util'
import * as vite from 'vite'

const debug = debuglog('kovu:requirejs-amd')

/** Bounds of the folder. What a run has used is never removed by it. */
export interface CacheBounds {
  readonly bytes: number
  readonly files: number
}

const BOUNDS: CacheBounds = { bytes: 64 * 2 ** 20, files: 4000 }

/** Results by the content that they were made from. That a result cannot be kept is no error. */
export class Cache {
  readonly #folder: string
  readonly #bounds: CacheBounds
  readonly #used = new Set<string>()
  #written = 0

  /** @param folder Absolute path; it is made when there is something to keep. */
  constructor(folder: string, bounds: CacheBounds = BOUNDS) {
    this.#folder = folder
    this.#bounds = bounds
  }

  /**
   * The name of a result.
   *
   * @param parts All that it depends on, in order. The versions of this package, Vite and Rolldown count without being named.
   */
  key(...parts: readonly string[]): string {
    const hash = createHash('sha256').update(JSON.stringify(versions()))
    for (const part of parts) hash.update(`\0${part.length}\0`).update(part)
    return hash.digest('hex')
  }

  /** What was kept under a name, as JSON gives it back; undefined when there is nothing, or nothing whole. */
  read(key: string): unknown {
    const file = join(this.#folder, key)
    try {
      const text = readFileSync(file, 'utf8')
      const end = text.indexOf('\n')
      const json = text.slice(end + 1)
      if (text.slice(0, end) !== checksum(json)) return undefined
      const value: unknown = JSON.parse(json)
      this.#used.add(key)
      const now = new Date()
      utimesSync(file, now, now)
      return value
    } catch {
      return undefined
    }
  }

  /** Keeps a result. */
  write(key: string, value: object): void {
    const file = join(this.#folder, key)
    try {
      mkdirSync(this.#folder, { recursive: true })
      const json = JSON.stringify(value)
      // Renamed into place: another process never reads half of it.
      const temporary = `${file}.${process.pid}`
      writeFileSync(temporary, `${checksum(json)}\n${json}`)
      renameSync(temporary, file)
      this.#used.add(key)
      this.#written++
    } catch (error) {
      debug('cannot keep %s: %s', file, error)
    }
  }

  /** Removes what was not used for longest, as far as the folder is larger than it may be. */
  sweep(): void {
    if (this.#written === 0) return
    this.#written = 0
    try {
      let bytes = 0
      const kept = readdirSync(this.#folder)
        .map((name) => ({
          name,
          stat: statSync(join(this.#folder, name), { throwIfNoEntry: false }),
        }))
        .sort((a, b) => (b.stat?.mtimeMs ?? 0) - (a.stat?.mtimeMs ?? 0))
      for (const [at, { name, stat }] of kept.entries()) {
        bytes += stat?.size ?? 0
        const fits = bytes <= this.#bounds.bytes && at < this.#bounds.files
        if (!fits && !this.#used.has(name)) rmSync(join(this.#folder, name), { force: true })
      }
    } catch (error) {
      debug('cannot sweep %s: %s', this.#folder, error)
    }
  }
}

function checksum(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** Another version may read, link or minify otherwise. */
function versions(): readonly string[] {
  const own = createRequire(import.meta.url)('../package.json') as { version: string }
  return [own.version, vite.version, vite.rolldownVersion]
}
