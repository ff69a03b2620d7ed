import { createServer as createHttpServer, type IncomingMessage } from 'node:http'
import { createSecureServer } from 'node:http2'
import type { Http2SecureServer } from 'node:http2'
import type { AddressInfo, Server, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { SecureContext } from 'node:tls'
import { debuglog } from 'node:util'
import { VhostError } from '../error.ts'
import { openListener } from './listener.ts'
import { endPrivileged } from './privileges.ts'
import { checkRequest } from './request.ts'
import type { FrontRequest, FrontResponse } from './request.ts'
import type { KeyAndCertificate } from '../certificates/x509.ts'

const debug = debuglog('kovu:vhost-dev')
const loopback = ['127.0.0.1', '::1']
const tlsHandshake = 0x16
const firstByteMs = 15_000

/** What the front does with requests. None of these may throw. */
export interface FrontHandlers {
  request(req: FrontRequest, res: FrontResponse): void
  upgrade(req: IncomingMessage, socket: Duplex, head: Buffer): void
  /** Answers a request for a host that is none of ours. */
  unknownHost(req: FrontRequest, res: FrontResponse, hostname: string): void
  /** Is the host one of ours? Plain HTTP is redirected for those only. */
  knows(hostname: string): boolean
  /** The certificate for a name; undefined for the front's own. */
  secureContext(hostname: string): SecureContext | undefined
}

/** One port on both loopback addresses: TLS with HTTP/2 and HTTP/1.1, and a redirect for plain HTTP. */
export class Front {
  readonly port: number
  readonly #listeners: readonly Server[]
  readonly #secure: Http2SecureServer
  readonly #sockets: Set<Socket>

  private constructor(
    port: number,
    listeners: readonly Server[],
    secure: Http2SecureServer,
    sockets: Set<Socket>,
  ) {
    this.port = port
    this.#listeners = listeners
    this.#secure = secure
    this.#sockets = sockets
  }

  /**
   * Opens the port.
   *
   * @param wanted The port; 0 for any free one.
   * @throws VhostError `VHOST_DEV_PORT_TAKEN` that names who has it.
   */
  static async open(
    wanted: number,
    certificate: KeyAndCertificate,
    handlers: FrontHandlers,
  ): Promise<Front> {
    const sockets = new Set<Socket>()
    const secure = secureServer(certificate, handlers)
    let port = wanted
    const plain = createHttpServer((req, res) => {
      const checked = checkRequest(req)
      if (!checked.ok) {
        res.writeHead(checked.status, { connection: 'close' }).end()
        return
      }
      const { hostname } = checked.authority
      if (!handlers.knows(hostname)) {
        res.setHeader('connection', 'close')
        handlers.unknownHost(req, res, hostname)
        return
      }
      const suffix = port === 443 ? '' : `:${port}`
      const location = `https://${hostname}${suffix}${checked.url}`
      res.writeHead(308, { location, connection: 'close', 'content-length': '0' }).end()
    })
    const listeners: Server[] = []
    for (const address of loopback) {
      try {
        const listener = await openListener(port, address)
        listener.on('connection', (socket) => {
          socket.setNoDelay(true)
          sockets.add(socket)
          socket.on('close', () => sockets.delete(socket))
          sortByFirstByte(socket, secure, plain)
        })
        port = (listener.address() as AddressInfo).port
        listeners.push(listener)
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException
        // A machine without IPv6 is served on IPv4 alone.
        if (address === '::1' && (code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT')) continue
        for (const opened of listeners) opened.close()
        throw await listenError(error as NodeJS.ErrnoException, port, address)
      }
    }
    endPrivileged()
    return new Front(port, listeners, secure, sockets)
  }

  /** Uses another certificate for connections from now on. */
  setCertificate(certificate: KeyAndCertificate): void {
    this.#secure.setSecureContext({ key: certificate.key, cert: certificate.cert })
  }

  /** Connections that are open. */
  get connections(): number {
    return this.#sockets.size
  }

  /** Closes the port and every connection. */
  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await Promise.all(
      this.#listeners.map((listener) => new Promise<void>((done) => listener.close(() => done()))),
    )
  }
}

function secureServer(certificate: KeyAndCertificate, handlers: FrontHandlers): Http2SecureServer {
  const secure = createSecureServer({
    key: certificate.key,
    cert: certificate.cert,
    allowHTTP1: true,
    // Vite's own values: pages ask for hundreds of modules at once, and give up many of them on a reload.
    maxSessionMemory: 1000,
    ...({ streamResetBurst: 100_000, streamResetRate: 33 } as object),
    handshakeTimeout: firstByteMs,
    SNICallback: (name, answer) => {
      try {
        answer(null, handlers.secureContext(name.toLowerCase()))
      } catch (error) {
        answer(error as Error)
      }
    },
  })
  secure.on('request', (req, res) => handlers.request(req, res))
  secure.on('upgrade', (req: IncomingMessage, socket: Duplex, head: Buffer) =>
    handlers.upgrade(req, socket, head),
  )
  // Some Node versions ask a method that an HTTP/2 server does not have (nodejs/node#60336).
  const asked = secure as Http2SecureServer & { shouldUpgradeCallback?: () => boolean }
  asked.shouldUpgradeCallback ??= () => true
  secure.on('sessionError', (error) => debug('session: %s', error.message))
  secure.on('session', (session) => session.on('error', () => session.destroy()))
  secure.on('tlsClientError', (error: Error, socket: Socket) => {
    debug('handshake: %s', error.message)
    socket.destroy()
  })
  secure.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    debug('client: %s', error.message)
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy()
      return
    }
    // As in Node's own handler: a request that has its answer gets no second one.
    const { _httpMessage: answered } = socket as Socket & {
      _httpMessage?: { headersSent: boolean }
    }
    if (answered?.headersSent) {
      socket.end()
      return
    }
    const status =
      error.code === 'HPE_HEADER_OVERFLOW'
        ? '431 Request Header Fields Too Large'
        : '400 Bad Request'
    socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
  })
  secure.on('unknownProtocol', (socket: Socket) => socket.destroy())
  return secure
}

/** TLS begins with one known byte; no HTTP method does. */
function sortByFirstByte(socket: Socket, secure: Server | Http2SecureServer, plain: Server): void {
  const onError = (): void => void socket.destroy()
  socket.on('error', onError)
  socket.setTimeout(firstByteMs, onError)
  socket.once('data', (first: Buffer) => {
    socket.setTimeout(0)
    socket.off('timeout', onError)
    socket.pause()
    socket.unshift(first)
    const server = first[0] === tlsHandshake ? secure : plain
    server.emit('connection', socket)
    process.nextTick(() => socket.resume())
  })
}

async function listenError(
  cause: NodeJS.ErrnoException,
  port: number,
  address: string,
): Promise<Error> {
  if (cause.code === 'EADDRINUSE') {
    const { portOwner } = await import('../processes/port-owner.ts')
    const owner = (await portOwner(port)) ?? 'another process'
    return new VhostError(
      'VHOST_DEV_PORT_TAKEN',
      `Port ${port} is taken by ${owner}. End it, or choose another 'port'.`,
      { cause },
    )
  }
  if (cause.code === 'EACCES') {
    return new VhostError(
      'VHOST_DEV_PORT_TAKEN',
      `Port ${port} needs rights this user does not have. On Linux, allow it with ` +
        `'sudo sysctl net.ipv4.ip_unprivileged_port_start=${port}', start with sudo (everything but the socket runs as you), ` +
        `or choose a 'port' above 1023.`,
      { cause },
    )
  }
  return new VhostError(
    'VHOST_DEV_PORT_TAKEN',
    `Cannot listen on ${address} port ${port}: ${cause.message}.`,
    {
      cause,
    },
  )
}
