import { Duplex } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'

/** Bytes that take their turn together: small enough that answers share the link fairly. */
const turn = 8 * 1024

/** A link with a limited throughput that all answers of a host share. */
export class Link {
  readonly #bytesPerMs: number
  #freeAt = 0

  /** @param throughput Kilobytes (1000 bytes) a second. */
  constructor(throughput: number) {
    this.#bytesPerMs = throughput
  }

  /** A stream that sends its bytes over the link. */
  stream(): Duplex {
    const take = (bytes: number): Promise<void> => this.#take(bytes)
    return Duplex.from(async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        for (let at = 0; at < chunk.length; at += turn) {
          const part = chunk.subarray(at, at + turn)
          await take(part.length)
          yield part
        }
      }
    })
  }

  async #take(bytes: number): Promise<void> {
    const now = performance.now()
    this.#freeAt = Math.max(now, this.#freeAt) + bytes / this.#bytesPerMs
    await delay(this.#freeAt - now)
  }
}
