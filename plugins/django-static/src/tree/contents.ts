import { createHash } from 'node:crypto'
import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'

/** Files up to this size, in bytes, are kept in memory between hashing and writing … */
export const SMALL: number = 256 * 1024
/** … as long as all of them together are not more than this. */
const KEPT = 64 * 1024 * 1024
const CHUNK = 1024 * 1024
/** A file that changed this shortly before it was read may change again without a trace in its time. */
const RACY_MS = 2000

type Row = readonly [size: number, modified: number, changed: number, md5: string]

/** Contents and digests of files: reads each once, in memory that does not grow with the files. */
export class Contents {
  readonly #cacheFile: string | undefined
  readonly #kept = new Map<string, Buffer>()
  readonly #buffer = Buffer.allocUnsafe(CHUNK)
  readonly #known: Map<string, Row>
  readonly #rows = new Map<string, Row>()
  #keptSize = 0
  #changed = false

  /**
   * @param cacheFile Where digests are kept between builds; none when left out.
   */
  constructor(cacheFile?: string) {
    this.#cacheFile = cacheFile
    this.#known = cacheFile === undefined ? new Map() : readRows(cacheFile)
  }

  /**
   * The MD5 of a file as Django has it in names: twelve hexadecimal digits. A file whose size and times are those of the
   * last build is not read.
   *
   * @param file Absolute path.
   * @throws When the file cannot be read.
   */
  digest(file: string): string {
    const done = this.#rows.get(file)
    if (done !== undefined) return done[3]
    const handle = openSync(file, 'r')
    try {
      const { size, mtimeMs, ctimeMs } = fstatSync(handle)
      const known = this.#known.get(file)
      if (known?.[0] === size && known[1] === mtimeMs && known[2] === ctimeMs) {
        this.#rows.set(file, known)
        return known[3]
      }
      const kept = this.#kept.get(file)
      const md5 =
        kept === undefined
          ? this.#hash(handle, file)
          : createHash('md5').update(kept).digest('hex').slice(0, 12)
      this.#changed = true
      const isSettled = Date.now() - Math.max(mtimeMs, ctimeMs) > RACY_MS
      this.#rows.set(file, [isSettled ? size : -1, mtimeMs, ctimeMs, md5])
      return md5
    } finally {
      closeSync(handle)
    }
  }

  /**
   * The content of a file.
   *
   * @param file Absolute path.
   * @throws When the file cannot be read.
   */
  read(file: string): Uint8Array {
    const kept = this.#kept.get(file)
    if (kept !== undefined) return kept
    const content = readFileSync(file)
    if (content.length <= SMALL) this.#keep(file, content)
    return content
  }

  /** The content of a file, if it is in memory. */
  kept(file: string): Uint8Array | undefined {
    return this.#kept.get(file)
  }

  /** Keeps the digests for the next build. */
  save(): void {
    if (this.#cacheFile === undefined) return
    if (!this.#changed && this.#rows.size === this.#known.size) return
    mkdirSync(dirname(this.#cacheFile), { recursive: true })
    const temporary = `${this.#cacheFile}.${process.pid}`
    writeFileSync(temporary, JSON.stringify([...this.#rows]))
    renameSync(temporary, this.#cacheFile)
  }

  #hash(handle: number, file: string): string {
    const hash = createHash('md5')
    let total = 0
    for (;;) {
      const length = readSync(handle, this.#buffer, 0, CHUNK, null)
      if (length === 0) break
      const part = this.#buffer.subarray(0, length)
      hash.update(part)
      total += length
      if (length < CHUNK && total === length && length <= SMALL) this.#keep(file, Buffer.from(part))
    }
    return hash.digest('hex').slice(0, 12)
  }

  #keep(file: string, content: Buffer): void {
    if (this.#keptSize + content.length > KEPT) return
    this.#keptSize += content.length
    this.#kept.set(file, content)
  }
}

function readRows(file: string): Map<string, Row> {
  try {
    return new Map(JSON.parse(readFileSync(file, 'utf8')) as [string, Row][])
  } catch {
    return new Map()
  }
}
