import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { type IncomingMessage, type ServerResponse, request } from 'node:http'
import { createServer } from 'node:https'
import { connect } from 'node:net'
import { extname, join, normalize, sep } from 'node:path'
import type { Duplex } from 'node:stream'

import { type SiteCertificate } from './certificate.ts'
import { domain } from './site.ts'

/** What stands where nginx and the CDN stand in production. */
export interface Front {
  stop(): Promise<void>
}

interface FrontOptions {
  readonly port: number
  readonly certificate: SiteCertificate
  /** STATIC_ROOT. */
  readonly staticRoot: string
  /** STATIC_URL. */
  readonly staticUrl: string
  readonly djangoPort: number
  readonly activityPort: number
}

const types: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.html': 'text/html; charset=utf-8',
  '.mustache': 'text/plain; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.gif': 'image/gif',
  '.jpg': 'image/jpeg',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
  '.ttf': 'font/ttf',
}

/**
 * A plain TLS front, independent of ours: STATIC_ROOT on the cdn host (or below the path of STATIC_URL), the Node app on
 * `activity`, Django on every other host. It adds what nginx adds: X-Forwarded-Proto, and CORS for static files.
 */
export async function startFront(options: FrontOptions): Promise<Front> {
  const { certificate, staticUrl } = options
  const onCdn = staticUrl.startsWith('https://')
  const staticPath = onCdn ? new URL(staticUrl).pathname : staticUrl
  const isStatic = (incoming: IncomingMessage): boolean =>
    (incoming.url ?? '').startsWith(staticPath) && (!onCdn || hostOf(incoming) === `cdn.${domain}`)
  const portFor = (incoming: IncomingMessage): number =>
    hostOf(incoming) === `activity.${domain}` ? options.activityPort : options.djangoPort

  const server = createServer({ key: certificate.key, cert: certificate.cert }, (incoming, out) => {
    if (isStatic(incoming)) void sendStatic(incoming, out, options.staticRoot, staticPath)
    else proxy(incoming, out, portFor(incoming))
  })
  server.on('upgrade', (incoming: IncomingMessage, socket: Duplex, head: Buffer) => {
    upgrade(incoming, socket, head, portFor(incoming))
  })
  const sockets = new Set<Duplex>()
  server.on('connection', (socket: Duplex) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  await new Promise<void>((done) => server.listen(options.port, '127.0.0.1', done))
  return {
    async stop() {
      const closed = new Promise((done) => server.close(done))
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

function hostOf(incoming: IncomingMessage): string {
  return (incoming.headers.host ?? '').replace(/:\d+$/, '').toLowerCase()
}

async function sendStatic(
  incoming: IncomingMessage,
  out: ServerResponse,
  root: string,
  prefix: string,
): Promise<void> {
  const { pathname } = new URL(incoming.url ?? '/', 'https://any.invalid')
  const file = normalize(join(root, decodeURIComponent(pathname.slice(prefix.length))))
  const found = file.startsWith(root + sep) ? await stat(file).catch(() => undefined) : undefined
  if (!found?.isFile()) {
    out.writeHead(404, { 'content-type': 'text/plain' }).end('not found')
    return
  }
  out.writeHead(200, {
    'content-type': types[extname(file)] ?? 'application/octet-stream',
    'content-length': found.size,
    'access-control-allow-origin': '*',
  })
  createReadStream(file).pipe(out)
}

function proxy(incoming: IncomingMessage, out: ServerResponse, port: number): void {
  const outgoing = request({
    host: '127.0.0.1',
    port,
    method: incoming.method,
    path: incoming.url,
    headers: { ...incoming.headers, 'x-forwarded-proto': 'https' },
  })
  outgoing.on('response', (answer) => {
    out.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.pipe(out)
  })
  outgoing.on('error', (error) => {
    if (!out.headersSent) out.writeHead(502)
    out.end(String(error))
  })
  incoming.pipe(outgoing)
}

function upgrade(incoming: IncomingMessage, socket: Duplex, head: Buffer, port: number): void {
  const upstream = connect(port, '127.0.0.1', () => {
    const lines = [`${incoming.method} ${incoming.url} HTTP/1.1`]
    for (let at = 0; at < incoming.rawHeaders.length; at += 2) {
      lines.push(`${incoming.rawHeaders[at]}: ${incoming.rawHeaders[at + 1]}`)
    }
    upstream.write(`${lines.join('\r\n')}\r\n\r\n`)
    upstream.write(head)
    upstream.pipe(socket).pipe(upstream)
  })
  upstream.on('error', () => socket.destroy())
  socket.on('error', () => upstream.destroy())
  socket.on('close', () => upstream.destroy())
}
