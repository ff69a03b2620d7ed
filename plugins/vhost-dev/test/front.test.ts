import { connect } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { ask, askHttp2 } from './support/client.ts'
import { cleanUp, startSite, startUpstream } from './support/site.ts'

afterEach(cleanUp)

describe('the front', () => {
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
    expect(await plain('evil.example')).toMatch(/^HTTP\/1\.1 421 /)
  })
})
