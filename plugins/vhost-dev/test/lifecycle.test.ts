import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build, preview } from 'vite'
import type { InlineConfig } from 'vite'
import { afterEach, describe, expect, test } from 'vitest'
import { vhostDev } from '../src/index.ts'
import { ask, openSocket } from './support/client.ts'
import {
  afterwards,
  cleanUp,
  freePort,
  makeRoot,
  startSite,
  startUpstream,
} from './support/site.ts'
import type { TestSite } from './support/site.ts'

afterEach(cleanUp)

async function openHmr(site: TestSite): Promise<Awaited<ReturnType<typeof openSocket>>> {
  const client = await ask(site, 'cdn.site.localhost', '/@vite/client')
  const token = /const wsToken = "([^"]+)"/.exec(client.body)?.[1]
  return openSocket(site, 'cdn.site.localhost', `/?token=${token}`, {
    protocol: 'vite-hmr',
    origin: site.origin('www.site.localhost'),
  })
}

function openFiles(): number {
  return readdirSync('/proc/self/fd').length
}

describe('restarts of Vite', () => {
  test('leave nothing behind: no socket, no listener, no process', async () => {
    const port = await freePort()
    const site = await startSite(
      { cdn: 'vite', www: { target: port, run: 'node app.cjs' } },
      {
        'app.cjs':
          "require('node:http').createServer((q, s) => s.end('x' + process.pid)).listen(process.env.PORT)",
        'a.js': 'export {}',
      },
    )
    const round = async (): Promise<void> => {
      await site.server.restart()
      expect((await ask(site, 'cdn.site.localhost', '/a.js')).status).toBe(200)
    }
    const { body } = await ask(site, 'www.site.localhost', '/')
    const listeners = (): number =>
      ['SIGINT', 'SIGTERM', 'SIGHUP', 'exit'].reduce(
        (sum, name) => sum + process.listenerCount(name),
        0,
      )
    for (let i = 0; i < 3; i += 1) await round()
    const before = { files: openFiles(), listeners: listeners() }
    const rounds = Number(process.env['RESTART_ROUNDS'] ?? 10)
    for (let i = 0; i < rounds; i += 1) await round()
    await expect.poll(openFiles).toBeLessThanOrEqual(before.files + 2)
    expect(listeners()).toBe(before.listeners)
    expect((await ask(site, 'www.site.localhost', '/')).body).toBe(body)
    await site.server.close()
    expect(listeners()).toBeLessThan(before.listeners)
  }, 120_000)

  test('a request for Vite during a restart waits for the new server', async () => {
    const site = await startSite({ cdn: 'vite' }, { 'a.js': 'export {}' })
    const restart = site.server.restart()
    const answers: number[] = []
    for (let i = 0; i < 20; i += 1) {
      answers.push((await ask(site, 'cdn.site.localhost', '/a.js')).status)
    }
    await restart
    expect(new Set(answers)).toEqual(new Set([200]))
  })
})

describe('pages', () => {
  test('reload when an application that crashed answers again', async () => {
    const port = await freePort()
    const site = await startSite(
      { cdn: 'vite', www: { target: port, run: 'node app.cjs' } },
      {
        'app.cjs':
          "require('node:http').createServer((q, s) => q.method === 'POST' ? process.exit() : s.end()).listen(process.env.PORT)",
      },
    )
    await ask(site, 'www.site.localhost', '/')
    const hmr = await openHmr(site)
    const messages: string[] = []
    hmr.on('message', (data: Buffer) => messages.push(data.toString()))
    await ask(site, 'www.site.localhost', '/', { method: 'POST' })
    await expect.poll(() => messages.join(), { timeout: 10_000 }).toContain('full-reload')
    hmr.close()
  })

  test('reload when an application has restarted itself after an edit of Python code', async () => {
    const port = await freePort()
    const app = `
      const { createServer } = require('node:http')
      const { watchFile } = require('node:fs')
      const open = () => createServer((q, s) => s.end('x')).listen(process.env.PORT)
      let server = open()
      watchFile('views.py', { interval: 100 }, () => { server.close(); server.closeAllConnections(); setTimeout(() => (server = open()), 400) })`
    const site = await startSite(
      { cdn: 'vite', www: { target: port, run: 'node app.cjs' } },
      { 'app.cjs': app, 'views.py': 'a = 1\n' },
    )
    await ask(site, 'www.site.localhost', '/')
    const hmr = await openHmr(site)
    const messages: string[] = []
    hmr.on('message', (data: Buffer) => messages.push(data.toString()))
    writeFileSync(join(site.root, 'views.py'), 'a = 23\n')
    await expect.poll(() => messages.join(), { timeout: 10_000 }).toContain('full-reload')
    expect((await ask(site, 'www.site.localhost', '/')).body).toBe('x')
    hmr.close()
  })
})

describe('vite preview', () => {
  test('serves the build behind the same hosts, and injects nothing', async () => {
    const { port } = await startUpstream((_req, res) => {
      res.writeHead(200, { 'content-type': 'text/html' }).end('<html><head></head></html>')
    })
    const root = makeRoot({ 'index.html': '<title>built</title>' })
    const plugin = vhostDev({
      domain: 'site.localhost',
      port: 0,
      hosts: { cdn: 'vite', '*': port },
      certificates: { dir: join(root, 'c') },
    })
    const config: InlineConfig = { root, configFile: false, logLevel: 'silent', plugins: [plugin] }
    await build(config)
    const server = await preview(config)
    afterwards(() => server.close())
    const vhost = plugin.api?.vhost
    const address = { port: vhost?.port ?? 0, ca: readFileSync(vhost?.ca ?? '', 'utf8') }
    expect((await ask(address, 'cdn.site.localhost', '/')).body).toContain('built')
    const page = await ask(address, 'www.site.localhost', '/', {
      headers: { 'sec-fetch-dest': 'document' },
    })
    expect(page.body).toBe('<html><head></head></html>')
    await server.close()
    await expect(ask(address, 'cdn.site.localhost', '/')).rejects.toThrow('ECONNREFUSED')
  })
})

describe('the testserver target', () => {
  test('serves until it is told to end', async () => {
    const root = makeRoot({
      'a.js': 'export const a = 1',
      'vite.config.mjs': `import { vhostDev } from ${JSON.stringify(new URL('../src/index.ts', import.meta.url).href)}
        export default { logLevel: 'silent', plugins: [vhostDev({ domain: 'site.localhost', port: ${await freePort()},
          certificates: { dir: 'c' }, hosts: { cdn: 'vite' } })] }`,
    })
    const port = Number(
      /port: (\d+)/.exec(readFileSync(join(root, 'vite.config.mjs'), 'utf8'))?.[1],
    )
    const { api } = vhostDev({ domain: 'site.localhost', hosts: { cdn: 'vite' } })
    const abort = new AbortController()
    const target = api?.kovu.targets?.['testserver']
    expect(target).toMatchObject({ persistent: true, deps: ['settings', 'vm'] })
    const say = (): void => {}
    const run = target?.run({
      root,
      mode: 'production',
      force: false,
      signal: abort.signal,
      log: { info: say, warn: say, error: say },
      input: say,
      output: say,
      build: () => Promise.resolve(),
    })
    const get = async () =>
      ask({ port, ca: readFileSync(join(root, 'c/ca.pem'), 'utf8') }, 'cdn.site.localhost', '/a.js')
    await expect
      .poll(() => get().catch(() => undefined), { timeout: 10_000 })
      .toMatchObject({ status: 200 })
    abort.abort()
    await run
    await expect(get()).rejects.toThrow('ECONNREFUSED')
  })
})
