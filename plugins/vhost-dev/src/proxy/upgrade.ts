import { request, STATUS_CODES } from 'node:http'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { requestHeaders } from './headers.ts'
import type { Forwarding } from './forward.ts'
import { isAway } from './upstream.ts'

const retryDelayMs = 60

/**
 * Sends a WebSocket handshake to an application and, once it agrees, joins the two connections.
 *
 * @param onStatus Told how the handshake ended.
 */
export function forwardUpgrade(
  req: IncomingMessage,
  client: Duplex,
  head: Buffer,
  forwarding: Pick<Forwarding, 'upstream' | 'url' | 'info'>,
  onStatus: (status: number) => void,
): void {
  const { upstream, url, info } = forwarding
  const headers = requestHeaders(req.headers, info)
  headers['connection'] = 'Upgrade'
  headers['upgrade'] = 'websocket'
  const startedAt = performance.now()
  let timer: NodeJS.Timeout | undefined
  let current: ReturnType<typeof request> | undefined
  let over = false

  client.on('error', () => client.destroy())
  client.on('close', () => {
    over = true
    clearTimeout(timer)
    current?.destroy()
  })
  attempt()

  function attempt(): void {
    const up = request({
      agent: upstream.agent(true),
      setHost: false,
      method: 'GET',
      path: url,
      headers,
    })
    current = up
    up.on('upgrade', (answer, server, rest) => {
      upstream.seen = true
      onStatus(101)
      client.write(statusAndHeaders(answer))
      if (rest.length > 0) client.write(rest)
      // What the client sent ahead may follow only now that the application has agreed.
      if (head.length > 0) server.write(head)
      join(client, server)
    })
    up.on('response', (answer) => {
      upstream.seen = true
      onStatus(answer.statusCode ?? 502)
      client.write(statusAndHeaders(answer))
      answer.pipe(client)
      answer.on('error', () => client.destroy())
    })
    up.on('error', (error: NodeJS.ErrnoException) => {
      if (over) return
      if (isAway(error) && performance.now() - startedAt < upstream.patience(false)) {
        timer = setTimeout(attempt, retryDelayMs)
      } else {
        onStatus(502)
        refuseUpgrade(client, 502)
      }
    })
    up.end()
  }
}

/** Answers a handshake with a status and closes the connection. */
export function refuseUpgrade(client: Duplex, status: 400 | 403 | 421 | 502 | 508): void {
  if (!client.writable) return void client.destroy()
  client.on('error', () => client.destroy())
  client.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
  )
}

function join(client: Duplex, server: Duplex): void {
  for (const [from, to] of [
    [client, server],
    [server, client],
  ] as const) {
    from.pipe(to)
    from.on('error', () => to.destroy())
    from.on('close', () => to.destroy())
  }
}

/** The application's own lines, as its parser read them: no line break can be in them. */
function statusAndHeaders(answer: IncomingMessage): string {
  const upgraded = answer.statusCode === 101
  const lines = [`HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}`]
  for (let i = 0; i < answer.rawHeaders.length; i += 2) {
    const name = answer.rawHeaders[i] ?? ''
    // A refusal is sent on decoded and ends with the connection.
    if (!upgraded && /^(?:connection|keep-alive|transfer-encoding)$/i.test(name)) continue
    lines.push(`${name}: ${answer.rawHeaders[i + 1]}`)
  }
  if (!upgraded) lines.push('Connection: close')
  return `${lines.join('\r\n')}\r\n\r\n`
}
