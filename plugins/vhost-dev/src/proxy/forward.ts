import { request } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { debuglog } from 'node:util'
import { cutOff, hasBody, isGone, isNavigation } from '../front/request.ts'
import type { FrontRequest, FrontResponse } from '../front/request.ts'
import type { Change } from './change.ts'
import { headerList, requestHeaders, responseHeaders } from './headers.ts'
import type { ForwardInfo } from './headers.ts'
import { answerDown } from '../pages/away.ts'
import { isAway, isReset, Silence } from './upstream.ts'
import type { Upstream } from './upstream.ts'

const debug = debuglog('kovu:vhost-dev')
const retryDelayMs = 60
/** Methods of which no length means no body (RFC 9110, 8.6). */
const bodiless = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE'])
/** Bytes of a body that are worth copying to save a write. */
const smallBody = 16 * 1024

/** A request on its way to an application. */
export interface Forwarding {
  readonly upstream: Upstream
  readonly url: string
  readonly info: ForwardInfo
  /** Milliseconds without a byte of the request or the answer's head; 0 is for ever. */
  readonly timeoutMs: number
  readonly changes: readonly Change[]
}

/**
 * Sends a request to an application and its answer back, streaming both ways. Waits while the application restarts,
 * and tries once more, on a connection of its own, when an idle one turns out to be closed and nothing was lost by it.
 */
export function forward(req: FrontRequest, res: FrontResponse, forwarding: Forwarding): void {
  if (isGone(res)) return
  const { upstream, url, info, timeoutMs, changes } = forwarding
  const headers = requestHeaders(req.headers, info)
  for (const change of changes) change.request?.(headers)
  const body = hasBody(req)
  if (headers['content-length'] === undefined) {
    if (body) headers['transfer-encoding'] = 'chunked'
    else if (!bodiless.has(req.method ?? '')) headers['content-length'] = '0'
  }
  const safe = !body && (req.method === 'GET' || req.method === 'HEAD' || req.method === 'OPTIONS')
  const startedAt = performance.now()
  let retried = false
  let over = false
  let timer: NodeJS.Timeout | undefined
  let current: ReturnType<typeof request> | undefined

  res.on('close', () => {
    over = true
    clearTimeout(timer)
    current?.destroy()
  })
  attempt(!safe)

  function attempt(fresh: boolean): void {
    const up = request({
      agent: upstream.agent(fresh),
      setHost: false,
      method: req.method,
      path: url,
      headers: headerList(headers),
      timeout: timeoutMs,
    })
    current = up
    let answered = false
    up.on('response', (answer) => {
      answered = true
      upstream.seen = true
      sendAnswer(answer, res, req, changes)
    })
    // An answer that has begun may pause for as long as it likes; while a body is sent, there is no silence.
    up.on('timeout', () => {
      if (!answered) up.destroy(new Silence(timeoutMs))
    })
    up.on('error', (error: NodeJS.ErrnoException) => {
      if (over) return
      debug('%s %s: %s', upstream.name, url, error.code ?? error.message)
      if (answered) return cutOff(res)
      const waited = performance.now() - startedAt
      const navigation = isNavigation(req)
      if (isAway(error) && waited < upstream.patience(navigation)) {
        timer = setTimeout(attempt, retryDelayMs, fresh)
      } else if (safe && isReset(error) && !retried) {
        retried = true
        attempt(true)
      } else {
        // What the client still sends has nowhere to go.
        req.resume()
        answerDown(res, upstream, error, { navigation, safe })
      }
    })
    if (!body) return void up.end()
    // The body is touched only once a connection stands: a refused one can be tried again.
    up.on('socket', (socket) => {
      const send = (): void => {
        // An application that answers before it has read the body must see the request now.
        if (req.readableLength === 0) up.flushHeaders()
        req.pipe(up)
      }
      if (socket.connecting) socket.once('connect', send)
      else send()
    })
  }
}

function sendAnswer(
  answer: IncomingMessage,
  res: FrontResponse,
  req: FrontRequest,
  changes: readonly Change[],
): void {
  const status = answer.statusCode ?? 502
  const headers = responseHeaders(answer.headers)
  let source: NodeJS.ReadableStream = answer
  for (const change of changes) {
    for (const stream of change.answer?.(answer, headers) ?? []) {
      stream.on('error', () => cutOff(res))
      res.on('close', () => stream.destroy())
      source = source.pipe(stream)
    }
  }
  const out = res as ServerResponse
  try {
    out.writeHead(status, headers)
  } catch (error) {
    debug('%s: unusable answer: %o', req.url, error)
    answer.destroy()
    return cutOff(res)
  }
  // An event stream may say nothing for a while; its headers must not wait for the first event.
  if (!('stream' in res) && headers['content-length'] === undefined) out.flushHeaders()
  answer.on('error', () => cutOff(res))
  answer.on('close', () => {
    if (!answer.complete) cutOff(res)
  })
  if (source === answer) pour(answer, out, Number(headers['content-length'] ?? -1))
  else source.pipe(out)
}

/**
 * Sends a body on as `pipe` does, with less to do for each answer, and the last bytes together with the end: a small
 * answer is one write.
 *
 * @param length Its length in bytes; -1 when it is not known.
 */
function pour(answer: IncomingMessage, out: ServerResponse, length: number): void {
  let left = length
  answer.on('data', (chunk: Buffer) => {
    left -= chunk.length
    if (left === 0) endWith(chunk, out)
    else if (!out.write(chunk)) {
      answer.pause()
      out.once('drain', () => answer.resume())
    }
  })
  answer.on('end', () => {
    if (!out.writableEnded) out.end()
  })
}

/** Node writes a head and a string at once, a head and a buffer one after the other; latin1 keeps each byte as it is. */
function endWith(chunk: Buffer, out: ServerResponse): void {
  if (chunk.length > smallBody) out.end(chunk)
  else out.end(chunk.toString('latin1'), 'latin1')
}
