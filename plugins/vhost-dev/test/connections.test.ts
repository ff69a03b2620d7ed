import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { request } from 'node:https'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { ask } from './support/client.ts'
import { afterwards, cleanUp, startSite, startUpstream } from './support/site.ts'

afterEach(cleanUp)

const host = 'www.site.localhost'

/** An application that answers with what `answer` writes; gives the connections it was asked on. */
async function startRaw(
  answer: (socket: Socket, count: number) => void,
): Promise<{ port: number; sockets: Socket[] }> {
  const sockets: Socket[] = []
  const server = createServer((socket) => {
    const count = sockets.push(socket)
    socket.on('error', () => {})
    socket.on('data', () => answer(socket, count))
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  afterwards(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { port: (server.address() as AddressInfo).port, sockets }
}

const text = (body: string): string =>
  `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`

describe('connections to an application', () => {
  test('are used again, one after the other and not more than are needed at once', async () => {
    const { port, sockets } = await startRaw((socket, count) => socket.write(text(`on ${count}`)))
    const site = await startSite({ www: port })
    for (let i = 0; i < 3; i += 1) expect((await ask(site, host, '/')).body).toBe('on 1')
    await Promise.all(Array.from({ length: 8 }, () => ask(site, host, '/')))
    for (let i = 0; i < 8; i += 1) await ask(site, host, '/')
    expect(sockets.length).toBeLessThanOrEqual(8)
  })

  test('with a body to send are not used again', async () => {
    const { port, sockets } = await startRaw((socket) => socket.write(text('done')))
    const site = await startSite({ www: port })
    for (let i = 0; i < 3; i += 1) await ask(site, host, '/', { method: 'POST', body: 'x' })
    expect(sockets.length).toBe(3)
    await expect.poll(() => sockets.every((socket) => socket.destroyed)).toBe(true)
  })

  test('on which something came that nobody asked for are closed, and answer nobody', async () => {
    const { port, sockets } = await startRaw((socket, count) => socket.write(text(`on ${count}`)))
    const site = await startSite({ www: port })
    expect((await ask(site, host, '/')).body).toBe('on 1')
    sockets[0]?.write(text('poison'))
    await expect.poll(() => sockets[0]?.destroyed).toBe(true)
    expect((await ask(site, host, '/')).body).toBe('on 2')
  })

  test('on which two answers came at once are closed, and answer nobody', async () => {
    const { port } = await startRaw((socket, count) =>
      socket.write(text(`on ${count}`) + text('poison')),
    )
    const site = await startSite({ www: port })
    for (let i = 0; i < 4; i += 1) {
      const { body } = await ask(site, host, '/').catch(() => ({ body: 'cut off' }))
      expect(body).not.toContain('poison')
    }
  })

  test('whose answers cannot be understood are closed: 502', async () => {
    const { port, sockets } = await startRaw((socket) => socket.write('what?\r\n\r\n'))
    const site = await startSite({ www: port })
    const answer = await ask(site, host, '/')
    expect([answer.status, answer.body]).toEqual([502, expect.stringContaining('HPE_')])
    await expect.poll(() => sockets.every((socket) => socket.destroyed)).toBe(true)
  })

  test('are closed with the server', async () => {
    const { port, sockets } = await startRaw((socket) => socket.write(text('x')))
    const site = await startSite({ www: port })
    await Promise.all(Array.from({ length: 4 }, () => ask(site, host, '/')))
    await site.server.close()
    await expect.poll(() => sockets.every((socket) => socket.destroyed)).toBe(true)
  })
})

describe('time-outs', () => {
  test('do not end an upload that takes its time, or an answer that pauses', async () => {
    const { port } = await startUpstream((req, res) => {
      req.resume()
      req.on('end', () => {
        res.write('begun, ')
        setTimeout(() => res.end('ended'), 2400)
      })
    })
    const site = await startSite({ www: { target: port, timeout: 2 } })
    const answer = new Promise<string>((done, fail) => {
      const { port: front, ca } = site
      const options = { host: '127.0.0.1', port: front, ca, servername: host, headers: { host } }
      const req = request({ ...options, method: 'POST', agent: false }, (res) => {
        let body = ''
        res.on('data', (chunk: Buffer) => (body += chunk.toString()))
        res.on('end', () => done(body))
        res.on('error', fail)
      })
      req.on('error', fail)
      void (async () => {
        for (let i = 0; i < 12; i += 1) {
          req.write('x')
          await pause(200)
        }
        req.end()
      })()
    })
    expect(await answer).toBe('begun, ended')
  })
})
