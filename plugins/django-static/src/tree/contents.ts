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
  type Stats,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { contentHash } from './names.ts'
import type { Source } from './source.ts'

/** Files up to this size, in bytes, are kept in memory between hashing and writing … */
const SMALL = 256 * 1024
/** … as long as all of them together are not more than this: the others are read twice. */
const KEPT = 20 * 1024 * 1024
/** What was made is kept in memory up to this many bytes, and on disk beyond. */
const MADE = 4 * 1024 * 1024
const CHUNK = 1024 * 1024
/** A file that changed this shortly before it was read may change again without a trace in its time. */
const RACY_MS = 2000

/** What is remembered of a file: what tells that it is the same (size -1: it may have changed since), and what was found in it. */
type Row = readonly [size: number, modified: number, changed: number, md5: string, plain: 0 | 1]

/** A file as it was found in this build. */
interface Seen {
  readonly size: number
  readonly mtimeMs: number
  readonly ctimeMs: number
  md5: string | undefined
  content: Buffer | undefined
  /** Is there nothing in it that could be a reference? */
  plain: boolean
}

/** Contents and digests of files: reads each once, in memory that does not grow with the files. */
export class Contents {
  readonly #cacheFile: string | undefined
  readonly #known: Map<string, Row>
  readonly #seen = new Map<string, Seen>()
  /** For files that are not kept. */
  readonly #buffer = Buffer.allocUnsafe(CHUNK)
  /** Many small contents in few buffers: the garbage collector counts buffers. */
  #slab = Buffer.alloc(0)
  #slabUsed = 0
  #keptSize = 0
  #madeSize = 0
  #spooled = 0

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
    const seen = this.#seen.get(file) ?? this.#recall(file) ?? this.#load(file)
    return (seen.md5 ??= contentHash(seen.content ?? this.read(file)))
  }

  /**
   * Was there nothing in a file that could be a reference, and is it the same still? Then it need not be read.
   *
   * @param file Absolute path.
   */
  isPlain(file: string): boolean {
    return (this.#seen.get(file) ?? this.#recall(file))?.plain ?? false
  }

  /** Remembers that there is nothing in a file, which was read, that could be a reference. */
  notePlain(file: string): void {
    const seen = this.#seen.get(file)
    if (seen !== undefined) seen.plain = true
  }

  /**
   * Size and time of a file that was looked at, as they were then.
   *
   * @param file Absolute path.
   */
  seen(file: string): { readonly size: number; readonly mtimeMs: number } | undefined {
    return this.#seen.get(file)
  }

  /**
   * The content of a file.
   *
   * @param file Absolute path.
   * @throws When the file cannot be read.
   */
  read(file: string): Uint8Array {
    const { content } = this.#seen.get(file) ?? this.#load(file)
    return content ?? readFileSync(file)
  }

  /**
   * The content of a file that was looked at, for a moment: the bytes hold until the next call.
   *
   * @param file Absolute path.
   * @returns Undefined for a file that is large, or was not looked at.
   * @throws When the file cannot be read.
   */
  glimpse(file: string): Uint8Array | undefined {
    const seen = this.#seen.get(file)
    if (seen === undefined || seen.size > SMALL) return undefined
    if (seen.content !== undefined) return seen.content
    const handle = openSync(file, 'r')
    try {
      return this.#buffer.subarray(0, fill(handle, this.#buffer, 0, seen.size))
    } finally {
      closeSync(handle)
    }
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
    const now = Date.now()
    const rows: [string, Row][] = []
    for (const [file, { size, mtimeMs, ctimeMs, md5, plain }] of this.#seen) {
      if (md5 === undefined) continue
      const isSettled = now - Math.max(mtimeMs, ctimeMs) > RACY_MS
      rows.push([file, [isSettled ? size : -1, mtimeMs, ctimeMs, md5, plain ? 1 : 0]])
    }
    const isKnown = ([file, row]: [string, Row]): boolean =>
      this.#known.get(file)?.join() === row.join()
    if (rows.length === this.#known.size && rows.every(isKnown)) return
    mkdirSync(dirname(this.#cacheFile), { recursive: true })
    const temporary = `${this.#cacheFile}.${process.pid}`
    writeFileSync(temporary, JSON.stringify(rows))
    renameSync(temporary, this.#cacheFile)
  }

  /** What the last build knew of a file, if it is the same still. */
  #recall(file: string): Seen | undefined {
    const known = this.#known.get(file)
    if (known === undefined) return undefined
    const { size, mtimeMs, ctimeMs } = statSync(file)
    if (known[0] !== size || known[1] !== mtimeMs || known[2] !== ctimeMs) return undefined
    const seen: Seen = {
      size,
      mtimeMs,
      ctimeMs,
      md5: known[3],
      content: undefined,
      plain: known[4] === 1,
    }
    this.#seen.set(file, seen)
    return seen
  }

  /** Opens a file once: looks at it, and keeps it or takes its digest. */
  #load(file: string): Seen {
    const handle = openSync(file, 'r')
    try {
      const stats = fstatSync(handle)
      const content = this.#keep(handle, stats)
      const md5 = content === undefined ? this.#stream(handle) : undefined
      const { size, mtimeMs, ctimeMs } = stats
      const seen: Seen = { size, mtimeMs, ctimeMs, md5, content, plain: false }
      this.#seen.set(file, seen)
      return seen
    } finally {
      closeSync(handle)
    }
  }

  /** The content of a file that is small enough to be kept. */
  #keep(handle: number, { size }: Stats): Buffer | undefined {
    if (size > SMALL || this.#keptSize + size > KEPT) return undefined
    if (size > this.#slab.length - this.#slabUsed) {
      this.#slab = Buffer.allocUnsafe(Math.max(CHUNK, size))
      this.#slabUsed = 0
    }
    const length = fill(handle, this.#slab, this.#slabUsed, size)
    const content = this.#slab.subarray(this.#slabUsed, this.#slabUsed + length)
    this.#slabUsed += length
    this.#keptSize += length
    return content
  }

  #stream(handle: number): string {
    const digest = createHash('md5')
    for (;;) {
      const length = readSync(handle, this.#buffer, 0, CHUNK, null)
      if (length === 0) break
      digest.update(this.#buffer.subarray(0, length))
    }
    return digest.digest('hex').slice(0, 12)
  }
}

/** Reads into a part of a buffer until it is full or the file ends. Gives the number of bytes. */
function fill(handle: number, buffer: Buffer, start: number, size: number): number {
  let length = 0
  while (length < size) {
    const count = readSync(handle, buffer, start + length, size - length, null)
    if (count === 0) break
    length += count
  }
  return length
}

function readRows(file: string): Map<string, Row> {
  try {
    return new Map(JSON.parse(readFileSync(file, 'utf8')) as [string, Row][])
  } catch {
    return new Map()
  }
}
