import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { RequestListener } from 'node:http'
import { request } from 'node:https'
import { join } from 'node:path'
import { connect as tlsConnect } from 'node:tls'
import { afterEach, describe, expect, test } from 'vitest'
import { ask, openSocket } from './support/client.ts'
import { afterwards, cleanUp, makeRoot, startSite, startUpstream } from './support/site.ts'

afterEach(cleanUp)

const host = 'www.site.localhost'

async function listenAt(where: string, listener: RequestListener): Promise<number> {
  const server = createServer(listener)
  await new Promise<void>((done, fail) => {
    server.once('error', fail)
    if (where.startsWith('/')) server.listen(where, done)
    else server.listen(0, where, done)
  })
  afterwards(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  return typeof address === 'object' ? (address?.port ?? 0) : 0
}

/** A frame of HTTP/2 (RFC 9113, 4.1). */
function frame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(9)
  head.writeUIntBE(payload.length, 0, 3)
  head.writeUInt8(type, 3)
  head.writeUInt8(flags, 4)
  head.writeUInt32BE(stream, 5)
  return Buffer.concat([head, payload])
}

describe('applications', () => {
  test.each(['127.0.0.1', '::1'])('at localhost are found on %s', async (address) => {
    const port = await listenAt(address, (req, res) => res.end(`from ${req.socket.localAddress}`))
    const site = await startSite({ www: port, named: `http://localhost:${port}` })
    for (const name of ['www', 'named']) {
      expect((await ask(site, `${name}.site.localhost`, '/')).body).toBe(`from ${address}`)
    }
  })

  test('may answer before they have read the body', async () => {
    const port = await listenAt('127.0.0.1', (_req, res) => res.end('early'))
    const site = await startSite({ www: port })
    const body = 'x'.repeat(500_000)
    const posts = Array.from({ length: 40 }, () => ask(site, host, '/', { method: 'POST', body }))
    const answers = await Promise.all(posts)
    expect([...new Set(answers.map((answer) => answer.body))]).toEqual(['early'])
  })

  test('may listen on a socket, relative to the root, with WebSockets too', async () => {
    const dir = makeRoot()
    const path = join(dir, 'app.sock')
    await listenAt(path, (req, res) => res.end(`socket ${req.headers.host}`))
    const site = await startSite({ www: `unix:${path}`, away: 'unix:none.sock' })
    expect((await ask(site, host, '/')).body).toBe(`socket ${host}:${site.port}`)
    const away = await ask(site, 'away.site.localhost', '/')
    expect(away.status).toBe(502)
    expect(away.body).toContain(`unix:${join(site.root, 'none.sock')}`)
    await expect(openSocket(site, host, '/')).rejects.toThrow('200')
  })

  test('that say nothing are given up: 504, with the reason', async () => {
    const { port } = await startUpstream(() => {})
    const site = await startSite({
      www: { target: port, timeout: 0.3 },
      patient: { target: port, timeout: 0 },
    })
    const program = await ask(site, host, '/')
    expect(program.status).toBe(504)
    expect(program.body).toContain('www takes too long')
    expect(program.body).toContain('no answer for 0.3 s')
    const page = await ask(site, host, '/', { headers: { 'sec-fetch-dest': 'document' } })
    expect(page.status).toBe(504)
    expect(page.body).toContain('<h1>www takes too long</h1>')
    const patient = ask(site, 'patient.site.localhost', '/').catch(() => 'cut off')
    const first = await Promise.race([
      patient,
      new Promise((done) => setTimeout(() => done('waits'), 700)),
    ])
    expect(first).toBe('waits')
  })

  test('that close the connection without an answer: 502, with the reason', async () => {
    const seen: string[] = []
    const { port } = await startUpstream((req) => {
      seen.push(req.method ?? '')
      req.socket.destroy()
    })
    const site = await startSite({ www: port })
    expect((await ask(site, host, '/')).status).toBe(502)
    // What may be repeated is tried once more; what may have done something is not.
    expect(seen).toEqual(['GET', 'GET'])
    const page = await ask(site, host, '/', {
      method: 'POST',
      body: 'x',
      headers: { 'sec-fetch-dest': 'document' },
    })
    expect(page.status).toBe(502)
    expect(page.body).toContain('www gave no answer')
    expect(page.body).toContain('ECONNRESET')
    expect(seen).toEqual(['GET', 'GET', 'POST'])
  })

  test('keep their cookies as they are; their domain is another only where options say so', async () => {
    const cookies = [
      'sid=1; Domain=.example.com; Path=/; Secure',
      'a=Domain=example.com; HttpOnly',
      'b=2; domain=other.com',
      'c=3;DOMAIN=Example.COM',
    ]
    const { port } = await startUpstream((_req, res) => {
      res.setHeader('set-cookie', cookies)
      res.end()
    })
    const cookieDomains = { 'example.com': 'site.localhost' }
    const site = await startSite({ www: { target: port, cookieDomains }, as: port })
    expect((await ask(site, 'as.site.localhost', '/')).headers['set-cookie']).toEqual(cookies)
    expect((await ask(site, host, '/')).headers['set-cookie']).toEqual([
      'sid=1; Domain=site.localhost; Path=/; Secure',
      'a=Domain=example.com; HttpOnly',
      'b=2; domain=other.com',
      'c=3;DOMAIN=site.localhost',
    ])
    const wider = { 'example.com': 'localhost' }
    await expect(startSite({ www: { target: 1, cookieDomains: wider } })).rejects.toThrow(
      'cookieDomains',
    )
  })
})

describe('uploads', () => {
  test('of a gigabyte take constant memory', async () => {
    const { port } = await startUpstream((req, res) => {
      let bytes = 0
      req.on('data', (chunk: Buffer) => (bytes += chunk.length))
      req.on('end', () => res.end(String(bytes)))
    })
    const site = await startSite({ www: port })
    const total = 1_000_000_000
    const chunk = Buffer.alloc(1_000_000)
    const memory = (): number => process.memoryUsage().rss
    const before = memory()
    let most = before
    const answer = new Promise<string>((done, fail) => {
      const req = request(
        {
          host: '127.0.0.1',
          port: site.port,
          ca: site.ca,
          servername: host,
          method: 'POST',
          headers: { host, 'content-length': total },
          agent: false,
        },
        (res) => {
          let text = ''
          res.on('data', (part: Buffer) => (text += part.toString()))
          res.on('end', () => done(text))
        },
      )
      req.on('error', fail)
      void (async () => {
        for (let sent = 0; sent < total; sent += chunk.length) {
          if (!req.write(chunk)) await once(req, 'drain')
          most = Math.max(most, memory())
        }
        req.end()
      })()
    })
    expect(await answer).toBe(String(total))
    // Both ends and the front are in this process; a body that is kept would be a thousand.
    expect((most - before) / 1e6).toBeLessThan(300)
  }, 120_000)

  test('that the client gives up reach the application, over both protocols', async () => {
    const seen: string[] = []
    const { port } = await startUpstream((req) => {
      seen.push('begun')
      req.on('error', () => {})
      req.on('close', () => seen.push(req.complete ? 'complete' : 'cut off'))
      req.resume()
    })
    const site = await startSite({ www: port })
    const first = request({
      host: '127.0.0.1',
      port: site.port,
      ca: site.ca,
      servername: host,
      method: 'POST',
      headers: { host, 'content-length': 1000 },
      agent: false,
    })
    first.on('error', () => {})
    first.write('half')
    await expect.poll(() => seen).toEqual(['begun'])
    first.destroy()
    await expect.poll(() => seen).toEqual(['begun', 'cut off'])
    // Node's own client would end the body first; a browser does not.
    const socket = tlsConnect({
      host: '127.0.0.1',
      port: site.port,
      ca: site.ca,
      servername: host,
      ALPNProtocols: ['h2'],
    })
    await once(socket, 'secureConnect')
    socket.resume()
    const authority = Buffer.from(host)
    const head = Buffer.from([0x83, 0x87, 0x84, 0x01, authority.length])
    socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
    socket.write(frame(4, 0, 0, Buffer.alloc(0)))
    socket.write(frame(1, 4, 1, Buffer.concat([head, authority])))
    socket.write(frame(0, 0, 1, Buffer.from('half')))
    await expect.poll(() => seen.length).toBe(3)
    socket.write(frame(3, 0, 1, Buffer.from([0, 0, 0, 8])))
    await expect.poll(() => seen).toEqual(['begun', 'cut off', 'begun', 'cut off'])
    socket.write(frame(1, 4, 3, Buffer.concat([head, authority])))
    await expect.poll(() => seen.length).toBe(5)
    socket.destroy()
    await expect.poll(() => seen.slice(4)).toEqual(['begun', 'cut off'])
  })

  test('in chunks arrive as they were sent', async () => {
    const { port } = await startUpstream((req, res) => {
      const hash = createHash('sha256')
      req.on('data', (part: Buffer) => hash.update(part))
      req.on('end', () =>
        res.end(`${req.headers['transfer-encoding']} ${hash.digest('hex').slice(0, 8)}`),
      )
    })
    const site = await startSite({ www: port })
    const body = 'y'.repeat(10_000)
    const answer = await ask(site, host, '/', {
      method: 'PUT',
      body,
      headers: { 'transfer-encoding': 'chunked' },
    })
    const sum = createHash('sha256').update(body).digest('hex').slice(0, 8)
    expect(answer.body).toBe(`chunked ${sum}`)
  })
})
