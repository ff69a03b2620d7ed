import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { WebSocketServer } from 'ws'
import { ask, nextMessage, openSocket } from './support/client.ts'
import { afterwards, cleanUp, startSite, startUpstream } from './support/site.ts'

afterEach(cleanUp)

/** An application that answers every message with what its handshake brought. */
async function startSocketApp(): Promise<number> {
  const { server, port } = await startUpstream((_req, res) => res.end('http'))
  const sockets = new WebSocketServer({ server })
  sockets.on('connection', (socket, req) => {
    socket.on('message', (data: Buffer) =>
      socket.send(JSON.stringify({ data: data.toString(), url: req.url, headers: req.headers })),
    )
  })
  afterwards(() => {
    for (const client of sockets.clients) client.terminate()
  })
  return port
}

describe('WebSockets', () => {
  test('reach the application of their host with cookie, origin and host unchanged', async () => {
    const port = await startSocketApp()
    const site = await startSite({ cdn: 'vite', activity: port })
    const socket = await openSocket(site, 'activity.site.localhost', '/feed?x', {
      headers: { cookie: 'sid=abc', 'x-forwarded-for': '6.6.6.6' },
      origin: site.origin('www.site.localhost'),
    })
    socket.send('hello')
    const seen = JSON.parse(await nextMessage(socket))
    expect(seen).toMatchObject({
      data: 'hello',
      url: '/feed?x',
      headers: {
        cookie: 'sid=abc',
        host: `activity.site.localhost:${site.port}`,
        origin: site.origin('www.site.localhost'),
        'x-forwarded-for': '127.0.0.1',
        'x-forwarded-proto': 'https',
      },
    })
    socket.close()
  })

  test('are refused for unknown hosts, for applications that are away and by applications themselves', async () => {
    const { port } = await startUpstream((_req, res) => res.end('no sockets here'))
    const site = await startSite({ cdn: 'vite', plain: port, away: 9 })
    await expect(openSocket(site, 'evil.example', '/')).rejects.toThrow('421')
    await expect(openSocket(site, 'away.site.localhost', '/')).rejects.toThrow('502')
    await expect(openSocket(site, 'plain.site.localhost', '/')).rejects.toThrow('200')
  })

  test('that lead back to the front end in 508', async () => {
    const port = await startSocketApp()
    const site = await startSite({ activity: port })
    const open = (hops: string) =>
      openSocket(site, 'activity.site.localhost', '/', { headers: { 'x-vhost-hops': hops } })
    await expect(open('5')).rejects.toThrow('508')
    ;(await open('4')).close()
  })

  test("Vite's client connects on the vite host, from pages of the site only", async () => {
    const site = await startSite({ cdn: 'vite', www: 9 })
    const client = await ask(site, 'cdn.site.localhost', '/@vite/client')
    const token = /const wsToken = "([^"]+)"/.exec(client.body)?.[1]
    const host = 'cdn.site.localhost'
    const open = (origin: string, path = `/?token=${token}`) =>
      openSocket(site, host, path, { protocol: 'vite-hmr', origin })
    const socket = await open(site.origin('www.site.localhost'))
    socket.close()
    await expect(open('https://evil.example')).rejects.toThrow('403')
    await expect(open(`https://www.site.localhost:1`)).rejects.toThrow('403')
    await expect(open(site.origin('www.site.localhost'), '/')).rejects.toThrow('400')
    await expect(openSocket(site, host, '/', {})).rejects.toThrow('400')
    expect(client.body).toContain('"wss"')
  })

  test('of applications stay open while Vite restarts, and HMR moves to the new server', async () => {
    const port = await startSocketApp()
    const site = await startSite(
      { cdn: 'vite', activity: port },
      { 'a.js': 'export const a = 1\n' },
    )
    const socket = await openSocket(site, 'activity.site.localhost', '/')
    const closed = once(socket, 'close').then(() => 'closed')
    for (let round = 0; round < 3; round += 1) await site.server.restart()
    socket.send('still here')
    const answer = await Promise.race([nextMessage(socket), closed])
    expect(answer).toContain('still here')
    const file = join(site.root, 'a.js')
    writeFileSync(file, readFileSync(file, 'utf8').replace('1', '222'))
    await expect
      .poll(async () => (await ask(site, 'cdn.site.localhost', '/a.js')).body)
      .toContain('222')
    const client = await ask(site, 'cdn.site.localhost', '/@vite/client')
    const token = /const wsToken = "([^"]+)"/.exec(client.body)?.[1]
    const hmr = await openSocket(site, 'cdn.site.localhost', `/?token=${token}`, {
      protocol: 'vite-hmr',
      origin: site.origin('cdn.site.localhost'),
    })
    expect(hmr.readyState).toBe(hmr.OPEN)
    hmr.close()
    socket.close()
  })
})
