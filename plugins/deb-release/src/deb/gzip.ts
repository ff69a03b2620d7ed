import { crc32 } from 'node:zlib'

import type { Compressor } from './compressor.ts'

/** A member holds this many bytes: small enough for constant memory, big enough to lose no more than 1 % of compression. */
const CHUNK = 1 << 20

/** What a member starts with (RFC 1952, 2.3): deflated, no name, no time, made on no system in particular. */
const HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff])

/**
 * Compresses a stream as a row of gzip members (RFC 1952, 2.2), each of one chunk: so that chunks can be compressed beside each
 * other, and the bytes do not depend on how many at once.
 */
export class Gzip {
  readonly #write: (bytes: Uint8Array) => Promise<void>
  readonly #compressor: Compressor
  #chunk = emptyChunk()
  #filled = 0
  /** Members under way, in order. */
  readonly #members: Promise<Uint8Array>[] = []
  /** The last chunk and its member: the holes of a sparse file are all alike. */
  #last: { readonly chunk: Buffer; readonly member: Promise<Uint8Array> } | undefined

  /**
   * @param write Takes the compressed bytes, in order.
   * @param compressor Who compresses.
   */
  constructor(write: (bytes: Uint8Array) => Promise<void>, compressor: Compressor) {
    this.#write = write
    this.#compressor = compressor
  }

  /** Takes the next bytes; they may be overwritten afterwards. */
  push(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      const count = Math.min(bytes.length - at, CHUNK - this.#filled)
      this.#chunk.set(
        at === 0 && count === bytes.length ? bytes : bytes.subarray(at, at + count),
        this.#filled,
      )
      this.#filled += count
      at += count
      if (this.#filled === CHUNK) this.#flush()
    }
  }

  /** Is so much under way that more has to wait? */
  get isFull(): boolean {
    return this.#members.length > 2 * this.#compressor.width
  }

  /** Writes what is ready, until more can be taken. */
  async drain(): Promise<void> {
    while (this.isFull) await this.#writeNext()
  }

  /** Ends the stream. */
  async end(): Promise<void> {
    if (this.#filled > 0) this.#flush()
    while (this.#members.length > 0) await this.#writeNext()
  }

  #flush(): void {
    const chunk = this.#chunk.subarray(0, this.#filled)
    this.#filled = 0
    if (this.#last === undefined || !this.#last.chunk.equals(chunk)) {
      this.#last = { chunk, member: this.#memberOf(chunk) }
      this.#chunk = emptyChunk()
      // Whoever waits for it gets the error; until then it is not an unhandled one.
      this.#last.member.catch(() => {})
    }
    this.#members.push(this.#last.member)
  }

  async #memberOf(chunk: Buffer): Promise<Uint8Array> {
    const end = Buffer.alloc(8)
    end.writeUInt32LE(crc32(chunk), 0)
    end.writeUInt32LE(chunk.length, 4)
    return Buffer.concat([HEADER, await this.#compressor.deflate(chunk), end])
  }

  async #writeNext(): Promise<void> {
    const member = this.#members.shift()
    if (member !== undefined) await this.#write(await member)
  }
}

/** Shared memory: threads read it where it is. */
function emptyChunk(): Buffer {
  return Buffer.from(new SharedArrayBuffer(CHUNK))
}
