import type { ClientRequest } from 'node:http'
import { request } from 'node:https'
import { afterEach, describe, expect, test } from 'vitest'
import { requestLine } from '../src/front/request-log.ts'
import { ask, openSocket } from './support/client.ts'
import { cleanUp, startSite, startUpstream } from './support/site.ts'

afterEach(cleanUp)

const host = 'www.site.localhost'

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
