import { type FileStamp, look } from './stamps.ts'

/**
 * Stamps of many files as a record has them: one text for each column. To parse thousands of small arrays would take longer than to
 * compare them with the files.
 */
export interface PackedStamps {
  readonly paths: string
  readonly digests: string
  /** Size, times and inode of each, as doubles in base64. */
  readonly numbers: string
}

/** The one character that no path has. */
const SEPARATOR = '\0'
const COLUMNS = 4

/** Puts stamps in columns. */
export function pack(stamps: readonly FileStamp[]): PackedStamps {
  const numbers = new Float64Array(stamps.length * COLUMNS)
  let at = 0
  for (const [, , size, mtime, ctime, inode] of stamps) {
    numbers[at++] = size
    numbers[at++] = mtime
    numbers[at++] = ctime
    numbers[at++] = inode
  }
  return {
    paths: stamps.map(([path]) => path).join(SEPARATOR),
    digests: stamps.map(([, digest]) => digest).join(SEPARATOR),
    numbers: Buffer.from(numbers.buffer).toString('base64'),
  }
}

/** Packed stamps, to be asked one by one. */
export class Stamps {
  readonly length: number
  readonly #paths: readonly string[]
  readonly #numbers: Float64Array
  readonly #packed: PackedStamps
  #digests: readonly string[] | undefined

  /** @throws When the columns are not of one length: the record is damaged. */
  constructor(packed: PackedStamps) {
    this.#packed = packed
    this.#paths = packed.numbers === '' ? [] : packed.paths.split(SEPARATOR)
    const bytes = Buffer.from(packed.numbers, 'base64')
    // A copy: a buffer may begin where no double can.
    this.#numbers = new Float64Array(new Uint8Array(bytes).buffer)
    this.length = this.#paths.length
    if (this.#numbers.length !== this.length * COLUMNS) throw new Error('The record is damaged.')
  }

  /** @throws When there is no such place: the record is damaged. */
  path(place: number): string {
    const path = this.#paths[place]
    if (path === undefined) throw new Error('The record is damaged.')
    return path
  }

  /** Is the file as it was, by size, times and inode? False for the place of another mark. */
  holds(place: number): boolean {
    if (place < 0) return false
    const stats = look(this.path(place))
    const at = place * COLUMNS
    const numbers = this.#numbers
    return (
      stats !== undefined &&
      stats.mtimeMs === numbers[at + 1] &&
      stats.size === numbers[at] &&
      stats.ctimeMs === numbers[at + 2] &&
      stats.ino === numbers[at + 3] &&
      stats.isFile()
    )
  }

  at(place: number): FileStamp {
    this.#digests ??= this.#packed.digests.split(SEPARATOR)
    const [size = 0, mtime = 0, ctime = 0, inode = 0] = this.#numbers.subarray(
      place * COLUMNS,
      (place + 1) * COLUMNS,
    )
    return [this.path(place), this.#digests[place] ?? '', size, mtime, ctime, inode]
  }
}
