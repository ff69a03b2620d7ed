import type { KovuPluginApi, Statics } from '@kovu/protocol'
import type { Plugin } from 'vite'
import { afterEach, describe, expect, test } from 'vitest'
import { ask, askRaw, openSocket } from './support/client.ts'
import { cleanUp, freePort, startSite, startUpstream } from './support/site.ts'

afterEach(cleanUp)

/** A peer that knows a STATIC_URL, as the plugin for Django does. */
function django(url: string): Plugin {
  const statics = { url } as Statics
  return {
    name: 'django',
    api: { kovu: { statics: () => Promise.resolve(statics) } } satisfies KovuPluginApi,
    config: () => ({ base: new URL(url, 'https://x').pathname }),
  }
}

const page = '<!doctype html><html><head></head></html>'
const navigation = { 'sec-fetch-dest': 'document' }

describe('where STATIC_URL is a path', () => {
  test('every application host answers it from Vite, and nothing that only looks like it', async () => {
    const { port } = await startUpstream((req, res) => {
      res.setHeader('content-type', 'text/html')
      res.end(req.url === '/' ? page : `app ${req.url}`)
    })
    const site = await startSite(
      { '': port, '*': port },
      { 'main.js': 'export const a = 1\n' },
      { plugins: [django('/static/')] },
    )
    for (const host of ['site.localhost', 'www.site.localhost', 'anna.site.localhost']) {
      const script = await ask(site, host, '/static/main.js')
      expect(script.body).toContain('export const a = 1')
      const html = await ask(site, host, '/', { headers: navigation })
      expect(html.body).toContain(
        `<script type="module" src="https://${host}:${site.port}/static/@vite/client">`,
      )
      const client = await ask(site, host, '/static/@vite/client')
      const token = /const wsToken = "([^"]+)"/.exec(client.body)?.[1]
      const socket = await openSocket(site, host, `/static/?token=${token}`, {
        protocol: 'vite-hmr',
        origin: site.origin(host),
      })
      socket.close()
    }
    const raw = async (path: string): Promise<string> =>
      askRaw(site, `GET ${path} HTTP/1.1\r\nHost: www.site.localhost\r\nConnection: close\r\n\r\n`)
    for (const path of [
      '/statics/main.js',
      '/static',
      '/static/../main.js',
      '/static/%2e%2e/a',
      '/static/..%2fa',
      '/x/static/main.js',
    ]) {
      expect(await raw(path)).toContain(`app ${path}`)
    }
  })
})

describe('where STATIC_URL is a URL', () => {
  test('its host is Vite and its port is the port', async () => {
    const port = await freePort()
    const site = await startSite(
      { '*': 9 },
      { 'main.js': 'export const a = 1\n' },
      { plugins: [django(`https://cdn.site.localhost:${port}/static/`)] },
      { port: undefined as never },
    )
    expect(site.port).toBe(port)
    expect((await ask(site, 'cdn.site.localhost', '/static/main.js')).body).toContain(
      'export const a',
    )
  })

  test('an application on that host is an error', async () => {
    const plugins = [django('https://cdn.site.localhost/static/')]
    await expect(startSite({ cdn: 9 }, {}, { plugins })).rejects.toThrow('VHOST_DEV_OPTIONS')
  })
})
