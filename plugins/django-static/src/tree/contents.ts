import { createHash } from 'node:crypto'
import {
  chmodSync,
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import type { Source } from './source.ts'

/** Files up to this size, in bytes, are kept in memory between hashing and writing … */
export const SMALL: number = 256 * 1024
/** … as long as all of them together are not more than this. */
const KEPT = 32 * 1024 * 1024
const CHUNK = 1024 * 1024
/** A file that changed this shortly before it was read may change again without a trace in its time. */
const RACY_MS = 2000

type Row = readonly [size: number, modified: number, changed: number, md5: string]

/** What was made is kept in memory up to this many bytes, and on disk beyond. */
const MADE = 16 * 1024 * 1024

/** Contents and digests of files: reads each once, in memory that does not grow with the files. */
export class Contents {
  readonly #cacheFile: string | undefined
  readonly #kept = new Map<string, Buffer>()
  readonly #buffer = Buffer.allocUnsafe(CHUNK)
  readonly #known: Map<string, Row>
  readonly #rows = new Map<string, Row>()
  #keptSize = 0
  #madeSize = 0
  #slab = Buffer.alloc(0)
  #slabUsed = 0
  #spooled = 0
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
    return this.#row(file)[3]
  }

  /**
   * Size and time of a file whose digest was asked for, as they were then.
   *
   * @param file Absolute path.
   */
  seen(file: string): { readonly size: number; readonly mtimeMs: number } | undefined {
    const [size, mtimeMs] = this.#rows.get(file) ?? []
    return size === undefined || size < 0 || mtimeMs === undefined ? undefined : { size, mtimeMs }
  }

  /**
   * When a file was changed whose digest was asked for.
   *
   * @param file Absolute path.
   */
  modified(file: string): Date | undefined {
    const row = this.#rows.get(file)
    return row && new Date(row[1])
  }

  #row(file: string): Row {
    const done = this.#rows.get(file)
    if (done !== undefined) return done
    const known = this.#known.get(file)
    if (known !== undefined) {
      const { size, mtimeMs, ctimeMs } = statSync(file)
      if (known[0] === size && known[1] === mtimeMs && known[2] === ctimeMs) {
        this.#rows.set(file, known)
        return known
      }
    }
    const handle = openSync(file, 'r')
    try {
      const { size, mtimeMs, ctimeMs } = fstatSync(handle)
      const kept = this.#kept.get(file)
      const md5 =
        kept === undefined
          ? this.#hash(handle, file, size)
          : createHash('md5').update(kept).digest('hex').slice(0, 12)
      this.#changed = true
      const isSettled = Date.now() - Math.max(mtimeMs, ctimeMs) > RACY_MS
      const row: Row = [isSettled ? size : -1, mtimeMs, ctimeMs, md5]
      this.#rows.set(file, row)
      return row
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

  /**
   * Keeps content that was made until it is published.
   *
   * @param content The content.
   * @param from What it was made from, for messages.
   */
  hold(content: Uint8Array, from: string): Source {
    this.#madeSize += content.length
    if (this.#madeSize <= MADE || this.#cacheFile === undefined) return { content, from }
    this.#spooled += 1
    mkdirSync(this.#spool, { recursive: true })
    const file = join(this.#spool, String(this.#spooled))
    writeFileSync(file, content)
    // It may be published by a link: whatever the umask.
    chmodSync(file, 0o644)
    return { file }
  }

  /** Forgets what was made. */
  close(): void {
    if (this.#spooled > 0) rmSync(this.#spool, { recursive: true, force: true })
    this.#spooled = 0
  }

  get #spool(): string {
    return `${this.#cacheFile ?? ''}.${process.pid}.made`
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

  #hash(handle: number, file: string, size: number): string {
    const hash = createHash('md5')
    let total = 0
    for (;;) {
      const length = readSync(handle, this.#buffer, 0, CHUNK, null)
      if (length === 0) break
      const part = this.#buffer.subarray(0, length)
      hash.update(part)
      total += length
      if (total === length && length === size && length <= SMALL) {
        this.#keep(file, this.#copy(part))
        break
      }
    }
    return hash.digest('hex').slice(0, 12)
  }

  /** Many small copies in few buffers: the garbage collector counts buffers. */
  #copy(part: Buffer): Buffer {
    if (part.length > this.#slab.length - this.#slabUsed) {
      this.#slab = Buffer.allocUnsafe(Math.max(CHUNK, part.length))
      this.#slabUsed = 0
    }
    const copy = this.#slab.subarray(this.#slabUsed, this.#slabUsed + part.length)
    this.#slabUsed += part.copy(copy)
    return copy
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
