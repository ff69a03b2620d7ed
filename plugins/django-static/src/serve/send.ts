import { hash } from 'node:crypto'
import { createReadStream, type Stats } from 'node:fs'
import { open } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { typeOf } from './media-types.ts'

/**
 * Sends a file as it is: conditional requests, one byte range, GET and HEAD.
 *
 * @param request The request.
 * @param response Its response; headers that are set already stay.
 * @param file Absolute path.
 * @returns False, with nothing sent, when the file cannot be opened.
 */
export async function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  file: string,
): Promise<boolean> {
  let stats: Stats
  try {
    const handle = await open(file, 'r')
    try {
      stats = await handle.stat()
    } finally {
      await handle.close()
    }
  } catch {
    return false
  }
  if (!stats.isFile()) return false
  const etag = `W/"${stats.size.toString(16)}-${Math.floor(stats.mtimeMs).toString(16)}"`
  response.setHeader('Content-Type', typeOf(file))
  response.setHeader('ETag', etag)
  response.setHeader('Last-Modified', stats.mtime.toUTCString())
  response.setHeader('Cache-Control', 'no-cache')
  response.setHeader('Accept-Ranges', 'bytes')
  if (isFresh(request, etag, stats.mtime)) {
    sendFresh(response)
    return true
  }
  const range = parseRange(request, stats, etag)
  if (range === 'unsatisfiable') {
    response.statusCode = 416
    response.setHeader('Content-Range', `bytes */${stats.size}`)
    response.end()
    return true
  }
  const { start, end } = range ?? { start: 0, end: stats.size - 1 }
  response.statusCode = range === undefined ? 200 : 206
  if (range !== undefined)
    response.setHeader('Content-Range', `bytes ${start}-${end}/${stats.size}`)
  response.setHeader('Content-Length', end - start + 1)
  if (request.method === 'HEAD' || stats.size === 0) {
    response.end()
    return true
  }
  try {
    await pipeline(createReadStream(file, { start, end }), response)
  } catch (error) {
    // The browser went away: nobody is left to be told.
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') response.destroy()
  }
  return true
}

/**
 * Sends a text that was made for this request. What the browser has already (a layer of modules, the loader) does not travel
 * again, and is compiled there already.
 *
 * @param request The request.
 * @param response Its response.
 * @param body The content.
 * @param type Its media type.
 * @param status The status code.
 */
export function sendBody(
  request: IncomingMessage,
  response: ServerResponse,
  body: string | Uint8Array,
  type: string,
  status = 200,
): void {
  const bytes = Buffer.from(body)
  response.statusCode = status
  response.setHeader('Content-Type', type)
  response.setHeader('Cache-Control', 'no-cache')
  if (status === 200) {
    const etag = `"${hash('sha1', bytes, 'base64url')}"`
    response.setHeader('ETag', etag)
    if (isFresh(request, etag, undefined)) return sendFresh(response)
  }
  response.setHeader('Content-Length', bytes.length)
  response.end(request.method === 'HEAD' ? undefined : bytes)
}

function sendFresh(response: ServerResponse): void {
  response.statusCode = 304
  response.removeHeader('Content-Type')
  response.end()
}

function isFresh(request: IncomingMessage, etag: string, modified: Date | undefined): boolean {
  const none = request.headers['if-none-match']
  if (none !== undefined) {
    return none === '*' || none.split(',').some((one) => weak(one.trim()) === weak(etag))
  }
  if (modified === undefined) return false
  const since = Date.parse(request.headers['if-modified-since'] ?? '')
  return !Number.isNaN(since) && Math.floor(modified.getTime() / 1000) * 1000 <= since
}

function weak(etag: string): string {
  return etag.replace(/^W\//, '')
}

function parseRange(
  request: IncomingMessage,
  { size, mtime }: Stats,
  etag: string,
): { start: number; end: number } | 'unsatisfiable' | undefined {
  const header = request.headers.range
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '')
  if (match === null || (match[1] === '' && match[2] === '')) return undefined
  const condition = request.headers['if-range']
  if (typeof condition === 'string' && condition !== etag && condition !== mtime.toUTCString()) {
    return undefined
  }
  const [, first = '', last = ''] = match
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first)
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1)
  if (start >= size || (first === '' && Number(last) === 0)) return 'unsatisfiable'
  return end < start ? undefined : { start, end }
}
