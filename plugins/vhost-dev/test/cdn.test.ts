import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import type { CdnOptions } from '../src/index.ts'
import { Link } from '../src/cdn/link.ts'
import { ask, askHttp2, openSocket } from './support/client.ts'
import { cleanUp, startSite } from './support/site.ts'
import type { TestSite } from './support/site.ts'

afterEach(cleanUp)

const host = 'cdn.site.localhost'
const files = {
  'main.js': 'export const a = 1\n',
  'data.txt': 'x'.repeat(60_000),
  'vite-sees.js': 'export {}',
}

/** A site whose Vite host is simulated; Vite sets a cookie and tells the one it sees. */
async function startCdn(cdn: CdnOptions): Promise<TestSite> {
  const plugins = [
    {
      name: 'sets-cookies',
      configureServer(server: TestSite['server']) {
        server.middlewares.use((req, res, next) => {
          res.setHeader('set-cookie', 'vite=1')
          res.setHeader('x-seen-cookie', req.headers.cookie ?? 'none')
          next()
        })
      },
    },
  ]
  return startSite({ cdn: 'vite', www: 9 }, files, { plugins }, { cdn })
}

describe('the CDN simulation', () => {
  test('is off by default: Vite answers as it does', async () => {
    const site = await startCdn({})
    const answer = await ask(site, host, '/main.js', {
      headers: { cookie: 'sid=1', origin: site.origin('www.site.localhost') },
    })
    expect(answer.headers).toMatchObject({
      'set-cookie': ['vite=1'],
      'x-seen-cookie': 'sid=1',
      'cache-control': 'no-cache',
      'access-control-allow-origin': site.origin('www.site.localhost'),
    })
  })

  test('strips cookies both ways, and says how long answers are kept', async () => {
    const site = await startCdn({ stripCookies: true, maxAge: 600 })
    for (const send of [ask, askHttp2]) {
      const get = (path: string) =>
        send === ask
          ? ask(site, host, path, { headers: { cookie: 'sid=1' } })
          : askHttp2(site, host, path, { cookie: 'sid=1' })
      const { status, headers, body } = await get('/main.js')
      expect({ status, body: body.includes('a = 1') }).toEqual({ status: 200, body: true })
      expect(headers['set-cookie']).toBeUndefined()
      expect(headers['x-seen-cookie']).toBe('none')
      expect(headers['cache-control']).toBe('public, max-age=600')
      expect((await get('/none.js')).headers['cache-control']).toBeUndefined()
      // What exists in development only has no rules of a CDN's.
      expect((await get('/@vite/client')).headers['cache-control']).toBe('no-cache')
    }
  })

  test("has the CORS rules of production: none, everybody's, or those of a list", async () => {
    const page = { origin: 'https://www.site.localhost:1' }
    const allowed = async (cors: CdnOptions['cors'] & {}, headers = page) => {
      const site = await startCdn({ cors })
      const tool = await ask(site, host, '/@vite/client', {
        headers: { origin: site.origin('www.site.localhost') },
      })
      expect(tool.headers['access-control-allow-origin']).toBe(site.origin('www.site.localhost'))
      const answer = await ask(site, host, '/main.js', { headers })
      const preflight = await ask(site, host, '/main.js', {
        method: 'OPTIONS',
        headers: { ...headers, 'access-control-request-method': 'GET' },
      })
      expect(preflight.headers['access-control-allow-origin']).toBe(
        answer.headers['access-control-allow-origin'],
      )
      return [answer.headers['access-control-allow-origin'], answer.headers.vary]
    }
    expect((await allowed('none'))[0]).toBeUndefined()
    expect((await allowed('*'))[0]).toBe('*')
    const [origin, vary] = await allowed([page.origin])
    expect(origin).toBe(page.origin)
    expect(vary).toContain('Origin')
    expect((await allowed([page.origin], { origin: 'https://evil.example' }))[0]).toBeUndefined()
  })

  test('takes time, for every answer and for its bytes', async () => {
    const slow = await startCdn({ latency: 300, throughput: 100 })
    const time = async (site: TestSite, path: string): Promise<number> => {
      const started = performance.now()
      expect((await ask(site, host, path)).status).toBe(200)
      return performance.now() - started
    }
    // 60,000 bytes at 100 kB/s are 600 ms.
    const [late, later] = [await time(slow, '/main.js'), await time(slow, '/data.txt')]
    expect(late).toBeGreaterThanOrEqual(295)
    expect(later).toBeGreaterThanOrEqual(880)
  })

  test('shares its throughput among all answers', async () => {
    const link = new Link(100)
    const started = performance.now()
    const send = async (): Promise<number> => {
      const stream = link.stream()
      stream.end(Buffer.alloc(20_000))
      let bytes = 0
      for await (const chunk of stream) bytes += (chunk as Buffer).length
      return bytes
    }
    expect(await Promise.all([send(), send()])).toEqual([20_000, 20_000])
    expect(performance.now() - started).toBeGreaterThanOrEqual(395)
  })

  test('is away when it is offline, over both protocols; HMR goes on', async () => {
    const site = await startCdn({ offline: true })
    await expect(ask(site, host, '/main.js')).rejects.toThrow(/hang up|ECONNRESET/)
    await expect(askHttp2(site, host, '/main.js')).rejects.toThrow('NGHTTP2')
    const client = await ask(site, host, '/@vite/client')
    const token = /const wsToken = "([^"]+)"/.exec(client.body)?.[1]
    const hmr = await openSocket(site, host, `/?token=${token}`, {
      protocol: 'vite-hmr',
      origin: site.origin('www.site.localhost'),
    })
    expect(hmr.readyState).toBe(hmr.OPEN)
    hmr.close()
  })

  test('goes on after a restart of Vite', async () => {
    const site = await startCdn({ maxAge: 600 })
    await site.server.restart()
    writeFileSync(join(site.root, 'main.js'), 'export const a = 222\n')
    await expect.poll(async () => (await ask(site, host, '/main.js')).body).toContain('222')
    expect((await ask(site, host, '/main.js')).headers['cache-control']).toContain('max-age=600')
  })

  test.each([
    ['cdn.latency', { latency: -1 }],
    ['cdn.throughput', { throughput: 0 }],
    ['cdn.slow', { slow: 1 }],
    ['cdn.cors', { cors: 'some' }],
    ['cdn.cors', { cors: ['www.site.localhost'] }],
  ])('knows its options: %s', async (name, cdn) => {
    await expect(startCdn(cdn as CdnOptions)).rejects.toThrow(name)
  })
})
