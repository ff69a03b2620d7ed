import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http'
import type { Transform } from 'node:stream'
import { constants, createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'

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

/** The decompressor of a page's bytes, where one is needed. */
export function decoderOf(encoding: string | undefined): Transform[] {
  const decoder = decoders.get((encoding ?? 'identity').toLowerCase())
  return decoder ? [decoder()] : []
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
