import { request as httpsRequest } from 'node:https'
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http'
import { connect as tlsConnect, createSecureContext } from 'node:tls'
import type { SecureContext, TLSSocket } from 'node:tls'
import { connect as http2Connect } from 'node:http2'
import { WebSocket } from 'ws'

/** An answer of the front. */
export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
  /** The body as it came. */
  readonly bytes: Buffer
}

/** How to reach a front. */
export interface Address {
  readonly port: number
  readonly ca: string
}

/** Asks over HTTP/1.1, on a connection of its own, with the certificate checked. */
export function ask(
  { port, ca }: Address,
  host: string,
  path: string,
  options: { method?: string; headers?: OutgoingHttpHeaders; body?: string | Buffer } = {},
): Promise<Answer> {
  return new Promise((done, fail) => {
    const req = httpsRequest({
      host: '127.0.0.1',
      port,
      ca,
      path,
      method: options.method ?? 'GET',
      headers: { host: `${host}:${port}`, ...options.headers },
      // The name of another host must not stop the handshake: what is asked for is in the request.
      servername: 'www.site.localhost',
      agent: false,
    })
    req.on('error', fail)
    req.on('response', (res) => {
      const chunks: Buffer[] = []
      res.on('data', (chunk: Buffer) => chunks.push(chunk))
      res.on('error', fail)
      res.on('end', () => {
        const bytes = Buffer.concat(chunks)
        const { statusCode: status = 0, headers } = res
        done({ status, headers, bytes, body: bytes.toString() })
      })
    })
    req.end(options.body)
  })
}

/** Asks over HTTP/2. */
export function askHttp2(
  { port, ca }: Address,
  host: string,
  path: string,
  headers: Record<string, string> = {},
  body?: string,
): Promise<Answer> {
  return new Promise((done, fail) => {
    const session = http2Connect(`https://127.0.0.1:${port}`, {
      ca,
      servername: 'www.site.localhost',
    })
    session.on('error', fail)
    const stream = session.request({
      ':authority': `${host}:${port}`,
      ':path': path,
      ':method': body === undefined ? 'GET' : 'POST',
      ...headers,
    })
    let answer: IncomingHttpHeaders = {}
    const chunks: Buffer[] = []
    stream.on('response', (received) => (answer = received as IncomingHttpHeaders))
    stream.on('data', (chunk: Buffer) => chunks.push(chunk))
    stream.on('error', fail)
    stream.on('end', () => {
      session.close()
      const bytes = Buffer.concat(chunks)
      const status = Number(answer[':status' as 'host'])
      done({ status, headers: answer, bytes, body: bytes.toString() })
    })
    stream.end(body)
  })
}

/**
 * Sends raw bytes over TLS and gives everything that came back until the connection ended or was quiet. The first byte may
 * take its time: a busy machine needs seconds for thirty handshakes.
 */
export function askRaw(
  { port, ca }: Address,
  bytes: string | Buffer,
  quietMs = 400,
): Promise<string> {
  return new Promise((done) => {
    const socket = tlsConnect({ host: '127.0.0.1', port, ca, servername: 'www.site.localhost' })
    let text = ''
    const finish = () => {
      socket.destroy()
      done(text)
    }
    socket.setTimeout(20_000, finish)
    socket.on('secureConnect', () => socket.write(bytes))
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1')
      socket.setTimeout(quietMs)
    })
    socket.on('error', () => {})
    socket.on('close', () => done(text))
  })
}

/** A client that sends raw bytes over TLS, on one connection for as long as the front leaves it open. */
export class RawClient {
  readonly #address: Address
  readonly #context: SecureContext
  #socket: TLSSocket | undefined
  #session: Buffer | undefined

  constructor(address: Address) {
    this.#address = address
    // Read once: the authorities that Node knows are many.
    this.#context = createSecureContext({ ca: address.ca })
  }

  /** Gives the head of the answer, or what came before the connection ended. */
  async head(bytes: string): Promise<string> {
    const socket = this.#socket?.readyState === 'open' ? this.#socket : await this.#connect()
    let text = ''
    return new Promise((done) => {
      const finish = (): void => {
        socket.off('data', onData).off('close', finish)
        if (/^connection: close\r$/im.test(text)) socket.destroy()
        done(text)
      }
      const onData = (chunk: Buffer): void => {
        text += chunk.toString('latin1')
        const [head, body] = text.split('\r\n\r\n', 2)
        const length = Number(/^content-length: (\d+)\r?$/im.exec(head ?? '')?.[1] ?? 0)
        if (body !== undefined && body.length >= length) finish()
      }
      socket.on('data', onData).on('close', finish)
      socket.write(bytes)
    })
  }

  /** Closes the connection. */
  close(): void {
    this.#socket?.destroy()
  }

  #connect(): Promise<TLSSocket> {
    this.close()
    const socket = tlsConnect({
      host: '127.0.0.1',
      port: this.#address.port,
      secureContext: this.#context,
      servername: 'www.site.localhost',
      // A handshake that is taken up again costs less.
      ...(this.#session && { session: this.#session }),
    })
    this.#socket = socket
    socket.on('session', (session) => (this.#session = session))
    socket.on('error', () => {})
    return new Promise((done, fail) => {
      socket.once('secureConnect', () => done(socket))
      socket.once('close', () => fail(new Error('no connection')))
    })
  }
}

/** Opens a WebSocket through the front; rejects with the status of a refusal. */
export function openSocket(
  { port, ca }: Address,
  host: string,
  path: string,
  options: { protocol?: string; headers?: Record<string, string>; origin?: string } = {},
): Promise<WebSocket> {
  // `ws` hands these on to `tls.connect`; its types leave one out.
  const tls: object = { ca, servername: 'www.site.localhost' }
  return new Promise((done, fail) => {
    const socket = new WebSocket(
      `wss://127.0.0.1:${port}${path}`,
      options.protocol === undefined ? [] : [options.protocol],
      {
        ...tls,
        headers: { host: `${host}:${port}`, ...options.headers },
        ...(options.origin === undefined ? {} : { origin: options.origin }),
      },
    )
    socket.on('open', () => done(socket))
    socket.on('unexpected-response', (_req, res) => {
      fail(new Error(`refused: ${res.statusCode}`))
      socket.terminate()
    })
    socket.on('error', fail)
  })
}

/** The next message of a WebSocket. */
export function nextMessage(socket: WebSocket): Promise<string> {
  return new Promise((done) => {
    socket.once('message', (data: Buffer) => done(data.toString()))
  })
}
