import { connect } from 'node:net'
import { networkInterfaces } from 'node:os'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { ask, askHttp2, openSocket } from './support/client.ts'
import { cleanUp, startSite, startUpstream } from './support/site.ts'

afterEach(cleanUp)

describe('the front', () => {
  test('listens on both loopback addresses, and on no other', async () => {
    const site = await startSite({ cdn: 'vite' })
    const answers = (host: string): Promise<boolean> =>
      new Promise((done) => {
        const socket = connect({ port: site.port, host })
        socket.on('error', () => done(false))
        socket.on('connect', () => {
          socket.destroy()
          done(true)
        })
      })
    const own = Object.entries(networkInterfaces()).flatMap(([name, addresses = []]) =>
      addresses.map(({ address, internal, scopeid }) => ({
        host: scopeid ? `${address}%${name}` : address,
        internal,
      })),
    )
    const found = await Promise.all(own.map(({ host }) => answers(host)))
    expect(own.map(({ host }, i) => [host, found[i]])).toEqual(
      own.map(({ host, internal }) => [host, internal]),
    )
    expect(own.some(({ host }) => host === '127.0.0.1')).toBe(true)
  })

  test('prints the URL of every host, and none of its own listeners', async () => {
    const site = await startSite({ '': 'vite', cdn: 'vite', api: 9001, '*': 'unix:/run/app.sock' })
    site.server.printUrls()
    const at = `.site.localhost:${site.port}/`
    expect(
      site.logged
        .at(-1)
        ?.split('\n')
        .map((line) => line.trim().replace(/ +/g, ' ')),
    ).toEqual([
      `➜ https://site.localhost:${site.port}/ Vite`,
      `➜ https://cdn${at} Vite`,
      `➜ https://api${at} api (localhost:9001)`,
      `➜ https://www${at} app (unix:/run/app.sock), any name at *.site.localhost`,
      expect.stringMatching(
        /^➜ browsers do not know the authority .*ca\.pem yet: 'npx kovu trust'/,
      ),
    ])
  })

  test('shows no URL for a wildcard where www is a host of its own', async () => {
    const site = await startSite({ cdn: 'vite', www: 9001, '*': 9002 })
    site.server.printUrls()
    const printed = site.logged.at(-1) ?? ''
    expect(printed).toMatch(/➜ {2}any name at \*\.site\.localhost +app \(localhost:9002\)/)
    expect(printed).not.toContain('https://*')
    expect(site.server.resolvedUrls?.local.filter((url) => url.includes('*'))).toEqual([])
    const { body } = await ask(site, 'localhost', '/', { headers: { accept: 'text/html' } })
    expect(body).toContain('<li>any name at *.site.localhost app (localhost:9002)</li>')
  })

  test('serves Vite on one host and an application on the others, over both protocols', async () => {
    const { port } = await startUpstream((req, res) => {
      res.setHeader('set-cookie', ['a=1', 'b=2'])
      res.end(JSON.stringify({ url: req.url, headers: req.headers }))
    })
    const site = await startSite({ cdn: 'vite', '*': port }, { 'main.js': 'export const a = 1\n' })
    for (const send of [ask, askHttp2]) {
      const script = await send(site, 'cdn.site.localhost', '/main.js')
      expect(script.status).toBe(200)
      expect(script.body).toContain('export const a = 1')
      const page = await send(site, 'www.site.localhost', '/x?y=1')
      expect(page.headers['set-cookie']).toEqual(['a=1', 'b=2'])
      const seen = JSON.parse(page.body)
      expect(seen.url).toBe('/x?y=1')
      expect(seen.headers).toMatchObject({
        host: `www.site.localhost:${site.port}`,
        'x-forwarded-proto': 'https',
        'x-forwarded-host': `www.site.localhost:${site.port}`,
        'x-forwarded-for': '127.0.0.1',
      })
    }
  })

  test('answers 421 for hosts that are not in the configuration', async () => {
    const site = await startSite({ cdn: 'vite' })
    for (const host of ['evil.example', 'x.site.localhost.evil.example', 'localhost']) {
      expect((await ask(site, host, '/')).status).toBe(421)
    }
  })

  test('shows its hosts to a person who has typed another name of this machine', async () => {
    const site = await startSite({
      cdn: 'vite',
      api: 9001,
      '*': 'unix:/run/<app>.sock',
      '/"\\d/': 9001,
    })
    site.server.printUrls()
    const browser = { accept: 'text/html,*/*', 'sec-fetch-dest': 'document' }
    for (const send of [
      (host: string) => ask(site, host, '/x?"><script>', { headers: browser }),
      (host: string) => askHttp2(site, host, '/x', browser),
    ]) {
      for (const host of [
        'localhost',
        '127.0.0.1',
        '[::1]',
        'a.b.site.localhost',
        'sit.localhost',
      ]) {
        const { status, headers, body } = await send(host)
        expect([host, status]).toEqual([host, 421])
        expect(headers).toMatchObject({
          'content-type': 'text/html; charset=utf-8',
          'cache-control': 'no-store',
          'content-security-policy': expect.stringMatching(
            /^default-src 'none'; style-src 'nonce-[^']+'; frame-ancestors 'none'$/,
          ) as string,
        })
        expect(headers['access-control-allow-origin']).toBeUndefined()
        const at = `.site.localhost:${site.port}/`
        expect([...body.matchAll(/<li>(.*?)<\/li>/g)].map(([, row]) => row)).toEqual([
          `<a href="https://cdn${at}">https://cdn${at}</a> Vite`,
          `<a href="https://api${at}">https://api${at}</a> api (localhost:9001)`,
          `<a href="https://www${at}">https://www${at}</a> app (unix:/run/&lt;app&gt;.sock), any name at *.site.localhost`,
          'any name at /&quot;\\d/.site.localhost app (localhost:9001)',
          `<a href="https://site.localhost:${site.port}/">https://site.localhost:${site.port}/</a> app (unix:/run/&lt;app&gt;.sock)`,
        ])
        // Nothing but what the terminal shows.
        for (const [, url = ''] of body.matchAll(/href="(.*?)"/g)) {
          expect(site.logged.join('\n')).toContain(url)
        }
        expect(body).not.toContain('script')
        expect(body).not.toContain(site.root)
      }
    }
    const plain = await ask(site, 'localhost', '/')
    expect([plain.status, plain.headers['content-type']]).toEqual([
      421,
      'text/plain; charset=utf-8',
    ])
    expect(plain.body).toMatch(
      /^No such host is served here\. There are:\n {2}https:\/\/cdn\.site\.localhost:\d+\/ {2}Vite\n/,
    )
    // A name that somebody else may own is told nothing: a page of theirs could read it, by DNS rebinding.
    for (const host of [
      'evil.example',
      'localhost.evil.example',
      'notlocalhost',
      '127.0.0.1.evil.example',
      '10.0.0.1',
    ]) {
      const answer = await ask(site, host, '/', { headers: browser })
      expect([host, answer.status, answer.body]).toEqual([
        host,
        421,
        'No such host is served here.\n',
      ])
    }
  })

  test('redirects plain HTTP on the same port, for its own hosts only', async () => {
    const site = await startSite({ cdn: 'vite' })
    const plain = (host: string): Promise<string> =>
      new Promise((done) => {
        const socket = connect(site.port, '127.0.0.1', () =>
          socket.write(`GET /a?b HTTP/1.1\r\nHost: ${host}\r\n\r\n`),
        )
        let text = ''
        socket.on('data', (chunk) => (text += chunk.toString()))
        socket.on('close', () => done(text))
      })
    const answer = await plain(`cdn.site.localhost:${site.port}`)
    expect(answer).toMatch(/^HTTP\/1\.1 308 /)
    expect(answer).toContain(`location: https://cdn.site.localhost:${site.port}/a?b\r\n`)
    const foreign = await plain('evil.example')
    expect(foreign).toMatch(/^HTTP\/1\.1 421 /)
    expect(foreign).not.toContain('site.localhost')
    expect(await plain('localhost')).toMatch(
      /^HTTP\/1\.1 421 [^]*connection: close[^]*There are:\n {2}https:\/\/cdn\.site\.localhost:/i,
    )
    expect(await plain('a@b')).toMatch(/^HTTP\/1\.1 400 /)
  })

  test('lets pages of other sites neither read modules nor open HMR, whatever name they come by', async () => {
    const { port } = await startUpstream((_req, res) => res.end('application'))
    const site = await startSite({ cdn: 'vite', '*': port }, { 'main.js': 'export const a = 1\n' })
    const cors = async (origin: string, path: string) => {
      const { headers } = await ask(site, 'cdn.site.localhost', path, { headers: { origin } })
      return headers['access-control-allow-origin']
    }
    const own = site.origin('www.site.localhost')
    for (const path of ['/main.js', '/@vite/client']) {
      expect(await cors(own, path)).toBe(own)
      for (const origin of [
        'https://evil.example',
        'null',
        `http://www.site.localhost:${site.port}`,
        'https://www.site.localhost',
        `https://www.site.localhost.evil.example:${site.port}`,
        `https://evilsite.localhost:${site.port}`,
        `https://localhost:${site.port}`,
      ]) {
        expect([origin, await cors(origin, path)]).toEqual([origin, undefined])
      }
    }
    // DNS rebinding: the browser believes that the name is the attacker's own, and needs no CORS.
    for (const name of [
      'rebound.evil.example',
      '127.0.0.1',
      'localhost',
      'site.localhost.evil.example',
    ]) {
      for (const send of [ask, askHttp2]) {
        const answer = await send(site, name, '/@vite/client')
        expect([name, answer.status]).toEqual([name, 421])
        expect(answer.body).toMatch(/^No such host is served here\.(?:\n$| There are:\n)/)
        expect(answer.body).not.toContain('import.meta')
      }
      await expect(
        openSocket(site, name, '/', {
          protocol: 'vite-hmr',
          origin: `https://${name}:${site.port}`,
        }),
      ).rejects.toThrow('421')
    }
    // Vite's own listener, on a port that is not printed, knows the hosts too.
    const vite = site.server.httpServer?.address() as AddressInfo
    expect(vite.address).toBe('127.0.0.1')
    const direct = await new Promise<string>((done) => {
      const socket = connect(vite.port, vite.address, () =>
        socket.write(
          'GET /@vite/client HTTP/1.1\r\nHost: rebound.evil.example\r\nConnection: close\r\n\r\n',
        ),
      )
      let text = ''
      socket.on('data', (chunk) => (text += chunk.toString()))
      socket.on('close', () => done(text))
    })
    expect(direct).toMatch(/^HTTP\/1\.1 403 /)
  })
})
