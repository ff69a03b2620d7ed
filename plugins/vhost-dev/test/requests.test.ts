import { createHash, randomBytes } from 'node:crypto'
import type { ClientRequest, ServerResponse } from 'node:http'
import { request } from 'node:https'
import * as fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { requestHeaders, responseHeaders } from '../src/proxy/headers.ts'
import { hostPattern, hostTable, parseAuthority } from '../src/names/hosts.ts'
import { sites } from '../src/site/sites.ts'
import { requestLine } from '../src/front/request-log.ts'
import { ask, askHttp2, askRaw, openSocket, RawClient } from './support/client.ts'
import { cleanUp, startSite, startUpstream } from './support/site.ts'

afterEach(cleanUp)

const host = 'www.site.localhost'

describe('routing', () => {
  test('is total, knows no case, and agrees with a naive model', () => {
    const label = fc.constantFrom('a', 'b', 'www', 'x-1', '_dmarc', '*', '')
    const expression = fc.constantFrom('/a|b/', '/x-\\d+/', '/.*/', '/[aw]+\\.b/', '/www/', '/(/')
    const name = fc.array(label, { minLength: 0, maxLength: 4 }).map((labels) => labels.join('.'))
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.oneof(name, expression), { maxLength: 8 }),
        fc.oneof(name, fc.string()),
        (keys, asked) => {
          const patterns = [
            ...new Set(
              keys.map((key) => hostPattern('d.test', key)).filter((p) => p !== undefined),
            ),
          ]
          const table = hostTable(patterns.map((pattern) => [pattern, pattern]))
          const full = asked === '' ? 'd.test' : `${asked}.d.test`
          const naive = (): string | undefined => {
            const wanted = full.toLowerCase()
            if (patterns.includes(wanted) && !/^[*/]/.test(wanted)) return wanted
            const wild = patterns
              .filter((pattern) => pattern.startsWith('*.'))
              .toSorted((a, b) => b.length - a.length)
              .find((pattern) => {
                const rest = pattern.slice(1)
                const first = wanted.slice(0, -rest.length)
                return wanted.endsWith(rest) && /^[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?$/.test(first)
              })
            return (
              wild ??
              patterns.find((pattern) => {
                const [, source] = /^\/(.*)\/\.d\.test$/.exec(pattern) ?? []
                const name = /^(.*)\.d\.test$/s.exec(wanted)?.[1]
                return (
                  source !== undefined &&
                  name !== undefined &&
                  new RegExp(`^(?:${source})$`).test(name)
                )
              })
            )
          }
          expect(table.match(full)).toBe(naive())
          expect(table.match(full.toUpperCase())).toBe(naive())
          expect(table.match(`${full}.`)).toBe(naive())
        },
      ),
      { numRuns: Number(process.env['FC_RUNS'] ?? 500) },
    )
  })

  test('takes only host names with an optional port for a host', () => {
    expect(parseAuthority('WWW.Site.Localhost.:8443')).toEqual({
      hostname: 'www.site.localhost',
      port: 8443,
    })
    const bad = [
      'a@b',
      'a/b',
      'a b',
      'a\\b',
      'a,b',
      'a%2eb',
      '',
      ':1',
      'a:',
      'a:99999',
      'a..b',
      '.a',
      'a:1:2',
      'ä.de',
    ]
    expect(bad.filter((host) => parseAuthority(host) !== undefined)).toEqual([])
  })
})

describe('headers', () => {
  const info = { host: 'www.site.localhost:1', remoteAddress: '127.0.0.1', port: 1, hops: 0 }

  test('of a connection, of a proxy, and nominated ones do not go through', () => {
    expect(
      requestHeaders(
        {
          ':authority': 'x',
          connection: 'X-Secret, close',
          'x-secret': '1',
          'x-forwarded-for': '6.6.6.6',
          x_forwarded_proto: 'http',
          'x-vhost-label': 'a',
          forwarded: 'for=6.6.6.6',
          'x-real-ip': '6.6.6.6',
          te: 'trailers',
          upgrade: 'h2c',
          'keep-alive': '1',
          'transfer-encoding': 'chunked',
          cookie: 'a=1',
          'x-kept': 'yes',
        },
        info,
      ),
    ).toEqual({
      host: 'www.site.localhost:1',
      cookie: 'a=1',
      'x-kept': 'yes',
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-host': 'www.site.localhost:1',
      'x-forwarded-port': '1',
      'x-forwarded-proto': 'https',
      'x-vhost-hops': '1',
    })
    expect(
      responseHeaders({ connection: 'close, x-a', 'x-a': '1', 'x-b': '2', upgrade: 'x' }),
    ).toEqual({ 'x-b': '2' })
  })
})

describe('malformed requests', () => {
  const ok = `Host: ${host}\r\n`
  const kinds: [name: string, bytes: string, expected: RegExp][] = [
    ['no host', 'GET / HTTP/1.1\r\n\r\n', /^HTTP\/1\.1 400/],
    ['no host, HTTP/1.0', 'GET / HTTP/1.0\r\n\r\n', /^HTTP\/1\.1 400/],
    ['HTTP/0.9', 'GET /x\r\n\r\n', /^(?:HTTP\/1\.1 400|$)/],
    ['empty host', 'GET / HTTP/1.1\r\nHost:\r\n\r\n', /^HTTP\/1\.1 400/],
    ['two hosts', `GET / HTTP/1.1\r\n${ok}Host: evil.example\r\n\r\n`, /^HTTP\/1\.1 400/],
    ['the same host twice', `GET / HTTP/1.1\r\n${ok}${ok}\r\n`, /^HTTP\/1\.1 400/],
    ['user in host', `GET / HTTP/1.1\r\nHost: ${host}@evil.example\r\n\r\n`, /^HTTP\/1\.1 400/],
    ['path in host', `GET / HTTP/1.1\r\nHost: ${host}/x\r\n\r\n`, /^HTTP\/1\.1 400/],
    ['list in host', `GET / HTTP/1.1\r\nHost: ${host},evil.example\r\n\r\n`, /^HTTP\/1\.1 400/],
    ['unknown host', 'GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n', /^HTTP\/1\.1 421/],
    ['loopback address as host', 'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n', /^HTTP\/1\.1 421/],
    ['IPv6 address as host', 'GET / HTTP/1.1\r\nHost: [::1]\r\n\r\n', /^HTTP\/1\.1 421/],
    [
      'absolute form of another host',
      `GET http://evil.example/ HTTP/1.1\r\n${ok}\r\n`,
      /^HTTP\/1\.1 421/,
    ],
    ['authority form', `GET evil.example:80 HTTP/1.1\r\n${ok}\r\n`, /^HTTP\/1\.1 400/],
    ['path without a slash', `GET x HTTP/1.1\r\n${ok}\r\n`, /^HTTP\/1\.1 400/],
    ['backslash in path', `GET /a\\..\\b HTTP/1.1\r\n${ok}\r\n`, /^HTTP\/1\.1 400/],
    ['fragment in path', `GET /a#b HTTP/1.1\r\n${ok}\r\n`, /^HTTP\/1\.1 400/],
    ['CONNECT', `CONNECT evil.example:443 HTTP/1.1\r\n${ok}\r\n`, /^(?:HTTP\/1\.1 4|$)/],
    [
      'length and chunks',
      `POST / HTTP/1.1\r\n${ok}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      /^HTTP\/1\.1 400/,
    ],
    [
      'two lengths',
      `POST / HTTP/1.1\r\n${ok}Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc`,
      /^HTTP\/1\.1 400/,
    ],
    [
      'two transfer codings',
      `POST / HTTP/1.1\r\n${ok}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`,
      /^HTTP\/1\.1 400/,
    ],
    [
      'a coding twice',
      `POST / HTTP/1.1\r\n${ok}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      /^HTTP\/1\.1 400/,
    ],
    [
      'a line break in a header',
      `GET / HTTP/1.1\r\n${ok}X-A: b\rX-Forwarded-For: 6.6.6.6\r\n\r\n`,
      /^HTTP\/1\.1 400/,
    ],
    [
      'a line break in the path',
      `GET /a\r\nX-Injected:1 HTTP/1.1\r\n${ok}\r\n`,
      /^(?:HTTP\/1\.1 400|$)/,
    ],
    [
      'unknown transfer encoding',
      `POST / HTTP/1.1\r\n${ok}Transfer-Encoding: xchunked\r\n\r\n`,
      /^HTTP\/1\.1 400/,
    ],
    ['folded header', `GET / HTTP/1.1\r\n${ok}X-A: b\r\n c\r\n\r\n`, /^HTTP\/1\.1 400/],
    ['NUL in header', `GET / HTTP/1.1\r\n${ok}X-A: b\0c\r\n\r\n`, /^HTTP\/1\.1 400/],
    ['space before colon', `GET / HTTP/1.1\r\n${ok}X-A : b\r\n\r\n`, /^HTTP\/1\.1 400/],
    ['bare line feeds', `GET / HTTP/1.1\nHost: ${host}\n\n`, /^HTTP\/1\.1 400/],
    [
      'huge header',
      `GET / HTTP/1.1\r\n${ok}X-A: ${'b'.repeat(100_000)}\r\n\r\n`,
      /^(?:HTTP\/1\.1 431|$)/,
    ],
    ['no HTTP at all', 'hello\r\n\r\n', /^HTTP\/1\.1 400/],
    [
      'upgrade to something else',
      `GET / HTTP/1.1\r\n${ok}Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n`,
      /^HTTP\/1\.1 400/,
    ],
  ]

  test('none reaches an application, and nothing follows the refusal', async () => {
    let reached = 0
    const { port } = await startUpstream((_req, res) => {
      reached += 1
      res.end('reached')
    })
    const site = await startSite({ cdn: 'vite', '*': port })
    const answers = await Promise.all(kinds.map(([, bytes]) => askRaw(site, bytes, 1000)))
    for (const [i, [name, , expected]] of kinds.entries()) {
      const answer = answers[i] ?? ''
      expect(`${name}: ${expected.test(answer) ? 'as expected' : answer}`).toBe(
        `${name}: as expected`,
      )
      expect(answer).not.toContain('evil')
      expect(answer.match(/HTTP\/1\.1 /g)?.length ?? 0).toBeLessThanOrEqual(1)
    }
    expect(reached).toBe(0)
    expect((await ask(site, host, '/')).body).toBe('reached')
  })

  test('ten thousand of them leave the front alive and empty-handed', async () => {
    let reached = 0
    const { port } = await startUpstream((_req, res) => {
      reached += 1
      res.end('reached')
    })
    const site = await startSite({ cdn: 'vite', '*': port })
    const total = 10_000
    let sent = 0
    const wrong: string[] = []
    const worker = async (): Promise<void> => {
      const client = new RawClient(site)
      while (sent < total) {
        const [name, bytes, expected] = kinds[sent % kinds.length] ?? ['', '', /^$/]
        sent += 1
        const answer = await client.head(bytes)
        if (!expected.test(answer)) wrong.push(`${name}: ${answer}`)
      }
      client.close()
    }
    await Promise.all(Array.from({ length: 16 }, worker))
    expect(wrong).toEqual([])
    expect([sent, reached]).toEqual([total, 0])
    expect((await ask(site, host, '/')).body).toBe('reached')
    // Nothing is left of ten thousand connections.
    const [open] = [...sites().values()]
    await expect.poll(() => open?.connections, { timeout: 10_000 }).toBe(0)
  }, 180_000)

  test('an absolute form of the own host and odd but valid paths are forwarded as they are', async () => {
    const { port } = await startUpstream((req, res) => res.end(`path ${req.url}`))
    const site = await startSite({ cdn: 'vite', '*': port })
    for (const [target, path] of [
      [`https://${host}/a?b`, '/a?b'],
      ['/../../etc/passwd', '/../../etc/passwd'],
      ['//double', '//double'],
      ['/%2e%2e/x', '/%2e%2e/x'],
    ]) {
      const answer = await askRaw(site, `GET ${target} HTTP/1.1\r\n${ok}Connection: close\r\n\r\n`)
      expect(answer).toContain(`path ${path}`)
    }
  })

  test('HTTP/2 with two different hosts is refused', async () => {
    const { port } = await startUpstream((_req, res) => res.end('reached'))
    const site = await startSite({ '*': port })
    expect((await askHttp2(site, host, '/', { host: 'evil.example' })).status).toBe(400)
    expect((await askHttp2(site, host, '/', { host: `${host}:${site.port}` })).status).toBe(200)
  })

  test('a target that leads back to the front ends in 508', async () => {
    const { port: loop } = await startUpstream((req, res) => {
      void ask(site, host, '/', {
        headers: { 'x-vhost-hops': req.headers['x-vhost-hops'] ?? '' },
      }).then(({ status }) => res.writeHead(status).end())
    })
    const site = await startSite({ '*': loop })
    expect((await ask(site, host, '/')).status).toBe(508)
  })
})

describe('the request log', () => {
  test('has one line for each request, without secrets', async () => {
    let slow: ClientRequest | undefined
    const { port } = await startUpstream((req, res) => {
      // Who asks leaves as soon as the request has come.
      if (req.url === '/slow') slow?.destroy()
      else res.writeHead(req.url === '/no' ? 404 : 200).end()
    })
    const site = await startSite({ cdn: 'vite', '*': port }, {}, {}, { log: true })
    await ask(site, host, '/a?b=1&csrf_token=abc&Session=x')
    await ask(site, host, '/no', { method: 'POST' })
    await ask(site, 'cdn.site.localhost', '/x.js')
    await expect(openSocket(site, host, '/chat?token=abc')).rejects.toThrow('200')
    slow = request({
      host: '127.0.0.1',
      port: site.port,
      ca: site.ca,
      servername: host,
      headers: { host },
      path: '/slow',
      agent: false,
    })
    slow.on('error', () => {}).end()
    const lines = () =>
      site.logged
        .filter((line) => line.endsWith(' ms'))
        .map((line) => line.replace(/\d+ ms$/, 'N ms'))
    await expect
      .poll(lines)
      .toEqual([
        `${host} GET /a?b=1&csrf_token=***&Session=*** 200 N ms`,
        `${host} POST /no 404 N ms`,
        `${host} GET /chat?token=*** 200 N ms`,
        `${host} GET /slow left N ms`,
      ])
  })

  test('prints nothing that could move the cursor', () => {
    const line = requestLine({
      hostname: 'a',
      method: 'GET',
      url: '/\u009b2J',
      status: 200,
      ms: 1.4,
    })
    expect(line).toBe('a GET /?2J 200 1 ms')
  })
})

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
