import { Transform } from 'node:stream'
import type { TransformCallback } from 'node:stream'
import { HeadScanner } from './head-scanner.ts'

/** Puts a snippet into a page that streams through; everything else passes as it is, as soon as it may. */
export class Injector extends Transform {
  readonly #snippet: Buffer
  readonly #scanner = new HeadScanner()
  #held: Buffer = Buffer.alloc(0)
  #done = false

  constructor(snippet: string) {
    super()
    this.#snippet = Buffer.from(snippet)
  }

  override _transform(chunk: Buffer, _encoding: string, callback: TransformCallback): void {
    if (this.#done) return callback(null, chunk)
    this.#scan(this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]), false)
    callback()
  }

  override _flush(callback: TransformCallback): void {
    if (!this.#done) this.#scan(this.#held, true)
    callback()
  }

  #scan(page: Buffer, ended: boolean): void {
    const { safe, verdict } = this.#scanner.scan(page.toString('latin1'), ended)
    this.#done = verdict !== 'more'
    const rest = page.subarray(safe)
    this.#held = this.#done ? Buffer.alloc(0) : rest
    const parts = [page.subarray(0, safe)]
    if (verdict === 'here') parts.push(this.#snippet)
    if (this.#done) parts.push(rest)
    const out = Buffer.concat(parts)
    if (out.length > 0) this.push(out)
  }
}
