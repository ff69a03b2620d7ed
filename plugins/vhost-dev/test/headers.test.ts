import { afterEach, describe, expect, test } from 'vitest'
import { requestHeaders, responseHeaders } from '../src/proxy/headers.ts'
import { ask, askHttp2 } from './support/client.ts'
import { cleanUp, startSite, startUpstream } from './support/site.ts'

afterEach(cleanUp)

const host = 'www.site.localhost'

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

  test('of a request without a body name no coding, and a length only where it says something', async () => {
    const { port } = await startUpstream((req, res) => {
      const { 'content-length': length, 'transfer-encoding': coding } = req.headers
      res.end(`${req.method} ${length} ${coding}`)
    })
    const site = await startSite({ '*': port })
    const bodies: string[] = []
    for (const method of ['GET', 'DELETE', 'OPTIONS', 'POST', 'PUT', 'PATCH']) {
      const headers = method === 'POST' ? { 'content-length': 0 } : {}
      bodies.push((await ask(site, host, '/', { method, headers })).body)
    }
    expect(bodies).toEqual([
      'GET undefined undefined',
      'DELETE undefined undefined',
      'OPTIONS undefined undefined',
      'POST 0 undefined',
      'PUT 0 undefined',
      'PATCH 0 undefined',
    ])
  })

  test('with one name arrive each for itself where they may not be joined', async () => {
    const { port } = await startUpstream((req, res) => {
      res.setHeader('set-cookie', ['a=1', 'b=2'])
      res.end(JSON.stringify([req.headers.cookie, req.headers['x-list']]))
    })
    const site = await startSite({ '*': port })
    const headers = { cookie: ['c=3', 'd=4'], 'x-list': ['e', 'f'] }
    for (const answer of [
      await ask(site, host, '/', { headers }),
      await askHttp2(site, host, '/', { cookie: 'c=3; d=4', 'x-list': 'e, f' }),
    ]) {
      expect(JSON.parse(answer.body)).toEqual(['c=3; d=4', 'e, f'])
      expect(answer.headers['set-cookie']).toEqual(['a=1', 'b=2'])
    }
  })
})
