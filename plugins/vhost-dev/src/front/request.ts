import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2'
import { parseAuthority } from '../names/hosts.ts'
import type { Authority } from '../names/hosts.ts'

/** A request to the front, HTTP/1.1 or HTTP/2. */
export type FrontRequest = IncomingMessage | Http2ServerRequest
/** Its response. */
export type FrontResponse = ServerResponse | Http2ServerResponse

/** A request that may be routed. */
export interface Checked {
  readonly ok: true
  /** As the client wrote it, with its port: what applications must see. */
  readonly host: string
  readonly authority: Authority
  /** Path and query, as they came. */
  readonly url: string
}

/** A request that may not. */
export interface Refused {
  readonly ok: false
  readonly status: 400 | 421
  readonly reason: string
}

const pathRE = /^\/[^\s#\\]*$/
const absoluteRE = /^https?:\/\/([^/?#]*)(.*)$/i

/**
 * Checks what Node's parser lets through: exactly one well-formed host, the same in every place it may stand in, and a
 * path that starts with `/`. Leaves the host in `req.headers.host`, where HTTP/2 has none.
 */
export function checkRequest(req: FrontRequest): Checked | Refused {
  // A request line without a version would let a line break in a path begin the headers.
  if (req.httpVersionMajor < 1) return refuse(400, 'The request names no version of HTTP.')
  const pseudo = 'stream' in req ? req.headers[':authority'] : undefined
  const written = hostsOf(req.rawHeaders)
  if (written.length > 1) return refuse(400, 'The request names more than one host.')
  const host = pseudo ?? written[0]
  if (host === undefined || host === '') return refuse(400, 'The request names no host.')
  if (pseudo !== undefined && written[0] !== undefined && !sameHost(pseudo, written[0])) {
    return refuse(400, 'The request names two different hosts.')
  }
  const authority = parseAuthority(host)
  if (!authority) return refuse(400, 'The host of the request is no host name.')
  let url = req.url ?? ''
  const absolute = absoluteRE.exec(url)
  if (absolute) {
    if (!sameHost(absolute[1] ?? '', host)) {
      return refuse(421, 'The target of the request and its host differ.')
    }
    url = absolute[2] || '/'
    if (url.startsWith('?')) url = `/${url}`
  }
  if (!(pathRE.test(url) || (url === '*' && req.method === 'OPTIONS'))) {
    return refuse(400, 'The path of the request is malformed.')
  }
  // Node hands a body in a coding it does not know over before it gives up on it.
  const coding = req.headers['transfer-encoding']
  if (coding !== undefined && coding.toLowerCase() !== 'chunked') {
    return refuse(400, 'The body of the request has an unknown transfer coding.')
  }
  req.headers.host = host
  return { ok: true, host, authority, url }
}

/** Does a person look at the answer as a page of its own (or in a frame)? */
export function isNavigation(req: FrontRequest): boolean {
  const destination = req.headers['sec-fetch-dest']
  if (typeof destination === 'string') {
    return destination === 'document' || destination === 'iframe' || destination === 'frame'
  }
  const accept = req.headers.accept ?? ''
  return accept.includes('text/html') && req.headers['x-requested-with'] === undefined
}

/** Does the request bring a body? */
export function hasBody(req: FrontRequest): boolean {
  if ('stream' in req) return !req.stream.endAfterHeaders
  const length = req.headers['content-length']
  return (length !== undefined && length !== '0') || req.headers['transfer-encoding'] !== undefined
}

/** Has the client left before there was an answer? */
export function isGone(res: FrontResponse): boolean {
  return 'stream' in res ? res.stream.destroyed : res.destroyed
}

/** Ends a response so that the client sees it was cut off. */
export function cutOff(res: FrontResponse): void {
  if ('stream' in res) res.stream.close(2)
  else res.socket?.destroy()
}

/**
 * Sends a short text answer. Nothing of the request is in it.
 *
 * @param headers Extra headers.
 */
export function answerText(
  res: FrontResponse,
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  if (res.headersSent) return cutOff(res)
  const all = {
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
    'content-length': String(Buffer.byteLength(text) + 1),
    ...headers,
  }
  // One signature for both protocols: TypeScript cannot call the union.
  ;(res as ServerResponse).writeHead(status, all).end(`${text}\n`)
}

/** Answers a request that may not be routed. Nothing more is read from its connection: it may be out of step. */
export function refuseRequest(res: FrontResponse, { status, reason }: Refused): void {
  answerText(res, status, reason, 'stream' in res ? {} : { connection: 'close' })
}

function hostsOf(rawHeaders: readonly string[]): string[] {
  const found: string[] = []
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? ''
    if (name.length === 4 && name.toLowerCase() === 'host') found.push(rawHeaders[i + 1] ?? '')
  }
  return found
}

function sameHost(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase()
}

function refuse(status: 400 | 421, reason: string): Refused {
  return { ok: false, status, reason }
}
