import { connect } from 'node:http2'
import { afterEach, describe, expect, test } from 'vitest'
import { sites } from '../src/site/sites.ts'
import { ask, askHttp2, askRaw, RawClient } from './support/client.ts'
import { cleanUp, startSite, startUpstream } from './support/site.ts'

afterEach(cleanUp)

const host = 'www.site.localhost'

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
  }, 300_000)

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

  test('CONNECT opens nothing, over HTTP/2 either', async () => {
    let reached = 0
    const { port, server } = await startUpstream((_req, res) => {
      reached += 1
      res.end('reached')
    })
    server.on('connect', () => (reached += 1))
    const site = await startSite({ '*': port })
    const session = connect(`https://127.0.0.1:${site.port}`, {
      ca: site.ca,
      servername: 'www.site.localhost',
    })
    const statuses: unknown[] = []
    for (const authority of ['evil.example:443', `127.0.0.1:${port}`, host]) {
      const stream = session.request(
        { ':method': 'CONNECT', ':authority': authority },
        { endStream: false },
      )
      statuses.push(
        await new Promise((done) => {
          stream.on('response', (headers) => done(headers[':status']))
          stream.on('error', () => done('reset'))
          stream.on('close', () => done('closed'))
        }),
      )
      stream.destroy()
    }
    expect(statuses).not.toContain(200)
    expect(reached).toBe(0)
    session.destroy()
    expect((await ask(site, host, '/')).body).toBe('reached')
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
