import { createHash, randomBytes } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { request } from 'node:https'
import { afterEach, describe, expect, test } from 'vitest'
import { ask, askHttp2 } from './support/client.ts'
import { cleanUp, startSite, startUpstream } from './support/site.ts'

afterEach(cleanUp)

const host = 'www.site.localhost'

describe('streams', () => {
  test('server-sent events arrive one by one, and leaving the page reaches the application', async () => {
    let closed: () => void
    const left = new Promise<void>((done) => (closed = done))
    let events: ServerResponse | undefined
    const { port } = await startUpstream((_req, res) => {
      events = res
      res.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
      res.on('close', () => closed())
    })
    const site = await startSite({ '*': port })
    const seen = await new Promise<string[]>((done, fail) => {
      const texts: string[] = []
      const req = request(
        {
          host: '127.0.0.1',
          port: site.port,
          ca: site.ca,
          servername: host,
          headers: { host },
          agent: false,
        },
        // The application sends an event only when what came before has arrived: nothing may be held back.
        (res) => {
          events?.write('data: 1\n\n')
          res.on('data', (chunk: Buffer) => {
            if (texts.push(chunk.toString()) < 3) {
              events?.write(`data: ${texts.length + 1}\n\n`)
              return
            }
            req.destroy()
            done(texts)
          })
          res.on('error', () => {})
        },
      )
      req.on('error', fail)
      req.end()
    })
    expect(seen).toEqual([1, 2, 3].map((number) => `data: ${number}\n\n`))
    await left
  })

  test('large bodies go both ways unchanged, over both protocols', async () => {
    const { port } = await startUpstream((req, res) => {
      const hash = createHash('sha256')
      req.on('data', (chunk: Buffer) => hash.update(chunk))
      req.on('end', () => res.end(hash.digest('hex')))
    })
    const site = await startSite({ '*': port })
    const body = randomBytes(3_000_000)
    const sum = createHash('sha256').update(body).digest('hex')
    expect((await ask(site, host, '/', { method: 'POST', body })).body).toBe(sum)
    const text = body.toString('hex')
    const textSum = createHash('sha256').update(text).digest('hex')
    expect((await askHttp2(site, host, '/', {}, text)).body).toBe(textSum)
  })

  test('small bodies arrive byte for byte, over both protocols', async () => {
    const every = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))
    const sizes = [0, 1, 256, 16_384, 16_640, 70_000]
    const bodyOf = (size: number): Buffer => Buffer.alloc(size, every)
    const { port } = await startUpstream((req, res) => {
      const [, size, kind] = req.url?.split('/') ?? []
      const body = bodyOf(Number(size))
      if (kind === 'length') res.setHeader('content-length', body.length)
      res.write(body.subarray(0, 1))
      res.end(body.subarray(1))
    })
    const site = await startSite({ '*': port })
    for (const size of sizes) {
      for (const kind of ['length', 'chunked']) {
        const sum = createHash('sha256').update(bodyOf(size)).digest('hex')
        for (const asked of [ask, askHttp2]) {
          const { bytes } = await asked(site, host, `/${size}/${kind}`)
          expect(createHash('sha256').update(bytes).digest('hex')).toBe(sum)
        }
      }
    }
  })

  test('a slow reader slows the application down, and gets everything', async () => {
    const total = 40_000_000
    let sent = 0
    const { port } = await startUpstream((req, res) => {
      sent = 0
      if (req.url === '/length') res.setHeader('content-length', total)
      const push = (): void => {
        while (sent < total) {
          sent += 100_000
          if (!res.write(Buffer.alloc(100_000))) return void res.once('drain', push)
        }
        res.end()
      }
      push()
    })
    const site = await startSite({ '*': port })
    for (const path of ['/length', '/chunked']) {
      const received = await new Promise<number>((done, fail) => {
        const req = request({
          host: '127.0.0.1',
          port: site.port,
          ca: site.ca,
          servername: host,
          headers: { host },
          path,
          agent: false,
        })
        req.on('error', fail)
        req.on('response', (res) => {
          let bytes = 0
          res.pause()
          setTimeout(() => {
            if (sent > 30_000_000) fail(new Error(`${sent} bytes were sent ahead`))
            res.on('data', (chunk: Buffer) => (bytes += chunk.length))
            res.on('end', () => done(bytes))
            res.resume()
          }, 400)
        })
        req.end()
      })
      expect(received).toBe(total)
    }
  })

  test('an answer that the application cuts off is cut off for the client too', async () => {
    const { port } = await startUpstream((_req, res) => {
      res.writeHead(200, { 'content-length': '100' })
      res.write('half')
      setTimeout(() => res.socket?.destroy(), 30)
    })
    const site = await startSite({ '*': port })
    await expect(ask(site, host, '/')).rejects.toThrow(/aborted|hang up/)
    await expect(askHttp2(site, host, '/')).rejects.toThrow(/NGHTTP2_INTERNAL_ERROR/)
  })

  test('a closed idle connection costs nobody a request', async () => {
    const { server, port } = await startUpstream((req, res) => {
      res.setHeader('keep-alive', 'timeout=500')
      req.resume()
      res.end(req.method)
    })
    const site = await startSite({ '*': port })
    for (let round = 0; round < 5; round += 1) {
      expect((await ask(site, host, '/')).body).toBe('GET')
      server.closeIdleConnections()
      expect((await ask(site, host, '/', { method: 'POST', body: 'x' })).body).toBe('POST')
    }
  })
})
