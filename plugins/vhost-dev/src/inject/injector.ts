import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http'
import { Transform } from 'node:stream'
import type { TransformCallback } from 'node:stream'
import { constants, createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import { insertionPoint } from './document.ts'

/** Puts a snippet into a page that streams through; everything else passes as it is. */
export class Injector extends Transform {
  readonly #snippet: Buffer
  #held: Buffer[] = []
  #heldLength = 0
  #done = false

  constructor(snippet: string) {
    super()
    this.#snippet = Buffer.from(snippet)
  }

  override _transform(chunk: Buffer, _encoding: string, callback: TransformCallback): void {
    if (this.#done) return callback(null, chunk)
    this.#held.push(chunk)
    this.#heldLength += chunk.length
    this.#decide(false)
    callback()
  }

  override _flush(callback: TransformCallback): void {
    if (!this.#done) this.#decide(true)
    callback()
  }

  #decide(ended: boolean): void {
    const page = Buffer.concat(this.#held, this.#heldLength)
    this.#held = [page]
    const point = insertionPoint(page.toString('latin1'), ended)
    if (point === 'more') return
    this.#done = true
    this.#held = []
    if (point === 'none') {
      if (page.length > 0) this.push(page)
      return
    }
    this.push(Buffer.concat([page.subarray(0, point), this.#snippet, page.subarray(point)]))
  }
}

/** Can the answer take a snippet: a whole HTML page whose text we can read? */
export function isInjectable(status: number, headers: IncomingHttpHeaders): boolean {
  if (status < 200 || status === 204 || status === 205 || status === 206 || status === 304)
    return false
  const type = (headers['content-type'] ?? '').toLowerCase()
  if (!/^text\/html(?:\s*;|$)/.test(type) || /charset\s*=\s*"?utf-?(?:16|32)/.test(type))
    return false
  if (/^attachment/i.test(headers['content-disposition'] ?? '')) return false
  const encoding = headers['content-encoding'] ?? 'identity'
  return encoding === 'identity' || decoders.has(encoding.toLowerCase())
}

/**
 * Makes the stream a page's bytes must go through.
 *
 * @returns In the order of flow: a decompressor where one is needed, then the injector.
 */
export function injectionStreams(encoding: string | undefined, snippet: string): Transform[] {
  const decoder = decoders.get((encoding ?? 'identity').toLowerCase())
  return decoder ? [decoder(), new Injector(snippet)] : [new Injector(snippet)]
}

/** Takes out what is no longer true of a page that was changed on its way. */
export function withoutStaleHeaders(headers: OutgoingHttpHeaders): void {
  for (const name of ['content-length', 'content-encoding', 'accept-ranges', 'content-md5']) {
    delete headers[name]
  }
  for (const name of ['digest', 'content-digest', 'repr-digest']) delete headers[name]
  const etag = headers['etag']
  if (typeof etag === 'string' && !etag.startsWith('W/')) headers['etag'] = `W/${etag}`
}

// Every byte the application has flushed must come out at once, and a page cut short is still a page.
const { Z_SYNC_FLUSH, BROTLI_OPERATION_FLUSH } = constants
const zlibFlush = { flush: Z_SYNC_FLUSH, finishFlush: Z_SYNC_FLUSH }
const brotliFlush = { flush: BROTLI_OPERATION_FLUSH, finishFlush: BROTLI_OPERATION_FLUSH }
const decoders = new Map<string, () => Transform>([
  ['gzip', () => createGunzip(zlibFlush)],
  ['x-gzip', () => createGunzip(zlibFlush)],
  ['deflate', () => createInflate(zlibFlush)],
  ['br', () => createBrotliDecompress(brotliFlush)],
])
