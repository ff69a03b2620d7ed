import type { Compressor } from './compressor.ts'

/** A member holds this many bytes: small enough for constant memory, big enough to lose no more than 1 % of compression. */
const CHUNK = 1 << 20

/**
 * Compresses a stream as a row of gzip members (RFC 1952, 2.2), each of one chunk: so that chunks can be compressed beside each
 * other, and the bytes do not depend on how many at once.
 */
export class Gzip {
  readonly #write: (bytes: Uint8Array) => Promise<void>
  readonly #compressor: Compressor
  #chunk = Buffer.allocUnsafe(CHUNK)
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
  async push(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      const count = Math.min(bytes.length - at, CHUNK - this.#filled)
      this.#chunk.set(bytes.subarray(at, at + count), this.#filled)
      this.#filled += count
      at += count
      if (this.#filled === CHUNK) await this.#flush()
    }
  }

  /** Ends the stream. */
  async end(): Promise<void> {
    if (this.#filled > 0) await this.#flush()
    await this.#drain(0)
  }

  async #flush(): Promise<void> {
    const chunk = this.#chunk.subarray(0, this.#filled)
    this.#filled = 0
    if (this.#last === undefined || !this.#last.chunk.equals(chunk)) {
      this.#last = { chunk, member: this.#compressor.compress(chunk) }
      this.#chunk = Buffer.allocUnsafe(CHUNK)
      // Whoever waits for it gets the error; until then it is not an unhandled one.
      this.#last.member.catch(() => {})
    }
    this.#members.push(this.#last.member)
    await this.#drain(2 * this.#compressor.width)
  }

  async #drain(left: number): Promise<void> {
    while (this.#members.length > left) {
      const member = this.#members.shift()
      if (member !== undefined) await this.#write(await member)
    }
  }
}
