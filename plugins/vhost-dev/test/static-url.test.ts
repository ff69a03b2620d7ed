import type { KovuPluginApi, Statics } from '@kovu/protocol'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { preview } from 'vite'
import type { Plugin } from 'vite'
import { afterEach, describe, expect, test } from 'vitest'
import { vhostDev } from '../src/index.ts'
import { resolveOptions } from '../src/options/resolve.ts'
import { placeVite } from '../src/vite/placement.ts'
import { ask, askRaw, openSocket } from './support/client.ts'
import {
  afterwards,
  cleanUp,
  freePort,
  makeRoot,
  startSite,
  startUpstream,
} from './support/site.ts'

afterEach(cleanUp)

/** A peer that knows a STATIC_URL, as the plugin for Django does. */
function django(url: string, root?: string): Plugin {
  const statics = { url, root } as Statics
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
  test('its port is the port, unless the options name one; without either it is 8443', () => {
    const portOf = (port: number | undefined, url?: string) =>
      placeVite(
        resolveOptions(
          { domain: 'site.localhost', hosts: { cdn: 'vite' }, ...(port && { port }) },
          '/',
        ),
        '/',
        url,
      ).port
    expect([
      portOf(undefined),
      portOf(undefined, '/static/'),
      portOf(undefined, 'https://cdn.site.localhost:9443/static/'),
      portOf(undefined, 'https://cdn.site.localhost/static/'),
      portOf(9000, 'https://cdn.site.localhost:9443/static/'),
    ]).toEqual([8443, 8443, 9443, 443, 9000])
  })

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

describe('vite preview', () => {
  test('shows what was published to STATIC_ROOT, on every application host where STATIC_URL is a path', async () => {
    const { port } = await startUpstream((req, res) => res.end(`app ${req.url}`))
    const root = makeRoot({
      'published/main.0123456789ab.js': 'published()',
      'staging/main.js': 'staging()',
      'settings.py': 'SECRET',
    })
    const vhost = vhostDev({
      domain: 'site.localhost',
      port: 0,
      hosts: { '*': port },
      certificates: { dir: join(root, 'c') },
    })
    const server = await preview({
      root,
      configFile: false,
      logLevel: 'silent',
      build: { outDir: 'staging' },
      plugins: [django('/static/', join(root, 'published')), vhost],
    })
    afterwards(() => server.close())
    const { port: front = 0, ca = '' } = vhost.api?.vhost ?? {}
    const address = { port: front, ca: readFileSync(ca, 'utf8') }
    const get = async (host: string, path: string) => (await ask(address, host, path)).body
    for (const host of ['site.localhost', 'www.site.localhost', 'anna.site.localhost']) {
      expect(await get(host, '/static/main.0123456789ab.js')).toBe('published()')
      expect(await get(host, '/')).toBe('app /')
      expect(await get(host, '/static/main.js')).not.toContain('staging')
    }
    for (const path of ['/static/../settings.py', '/static/%2e%2e/settings.py', '/settings.py']) {
      expect(
        await askRaw(address, `GET ${path} HTTP/1.1\r\nHost: www.site.localhost\r\n\r\n`),
      ).not.toContain('SECRET')
    }
  })
})
