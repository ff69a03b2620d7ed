import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { join } from 'node:path'
import { build, createLogger, createServer, preview } from 'vite'
import type { InlineConfig } from 'vite'
import { afterEach, describe, expect, test } from 'vitest'
import { WebSocketServer } from 'ws'
import { accepts } from '../src/processes/ready.ts'
import { vhostDev } from '../src/index.ts'
import { sites } from '../src/site/sites.ts'
import { ask, nextMessage, openSocket } from './support/client.ts'
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

const host = 'www.site.localhost'
const patience = { timeout: 20_000 }
/** Answers with its process id; a POST crashes it. Has a child that would outlive it. */
const app = `
const child = require('node:child_process').spawn('sleep', ['1000'])
require('node:http').createServer((q, s) => q.method === 'POST' ? process.exit(1) : s.end('x' + process.pid)).listen(process.env.PORT)`

async function openHmr(site: TestSite): Promise<Awaited<ReturnType<typeof openSocket>>> {
  const client = await ask(site, 'cdn.site.localhost', '/@vite/client')
  const token = /const wsToken = "([^"]+)"/.exec(client.body)?.[1]
  return openSocket(site, 'cdn.site.localhost', `/?token=${token}`, {
    protocol: 'vite-hmr',
    origin: site.origin('www.site.localhost'),
  })
}

/** What this process holds that an end of Vite, or of an application, must give back. */
function held(): { files: number; listeners: number; processes: number } {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'exit']
  return {
    files: readdirSync('/proc/self/fd').length,
    listeners: signals.reduce((sum, name) => sum + process.listenerCount(name), 0),
    processes: readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').split(' ').length,
  }
}

/** Nothing is held that was not before, once what is closing has closed. */
async function expectNoMoreThan(before: ReturnType<typeof held>): Promise<void> {
  await expect.poll(() => held().files, patience).toBeLessThanOrEqual(before.files + 2)
  await expect.poll(() => held().processes, patience).toBeLessThanOrEqual(before.processes)
  expect(held().listeners).toBe(before.listeners)
}

describe('restarts of Vite', () => {
  test('a hundred of them leave nothing behind: no socket, no listener, no process, no port', async () => {
    const start = held()
    const port = await freePort()
    const site = await startSite(
      { cdn: 'vite', www: { target: port, run: 'node app.cjs' } },
      { 'app.cjs': app, 'a.js': 'export {}' },
    )
    const round = async (): Promise<void> => {
      await site.server.restart()
      expect((await ask(site, 'cdn.site.localhost', '/a.js')).status).toBe(200)
    }
    const { body } = await ask(site, 'www.site.localhost', '/')
    for (let i = 0; i < 5; i += 1) await round()
    const before = held()
    for (let i = 0; i < 100; i += 1) await round()
    await expectNoMoreThan(before)
    // The very same process still answers.
    expect((await ask(site, 'www.site.localhost', '/')).body).toBe(body)
    await site.server.close()
    await expectNoMoreThan(start)
    await expect(ask(site, 'cdn.site.localhost', '/a.js')).rejects.toThrow('ECONNREFUSED')
    expect(await accepts({ kind: 'tcp', host: 'localhost', port })).toBe(false)
  }, 180_000)

  test("an edit of vite.config leaves the applications' WebSockets, event streams and uploads alone", async () => {
    const { port, server } = await startUpstream((req, res) => {
      if (req.url === '/events') {
        res.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
        begun += 1
        emit = (text) => res.write(`data: ${text}\n\n`)
        return
      }
      begun += 1
      let bytes = 0
      req.on('data', (chunk: Buffer) => (bytes += chunk.length))
      req.on('end', () => res.end(`${bytes} bytes`))
    })
    let begun = 0
    let emit: (text: string) => void = () => {}
    const sockets = new WebSocketServer({ server })
    sockets.on('connection', (socket) => {
      begun += 1
      socket.on('message', (data: Buffer) => socket.send(data))
    })
    afterwards(() => {
      for (const client of sockets.clients) client.terminate()
    })
    const root = makeRoot({ 'a.js': 'export {}' })
    const configOf = (extra: string): string => `
      import { vhostDev } from ${JSON.stringify(new URL('../src/index.ts', import.meta.url).href)}
      export default { logLevel: 'silent', define: { EDITED: '${extra}' }, plugins: [vhostDev({ domain: 'site.localhost',
        port: 0, certificates: { dir: 'c' }, hosts: { cdn: 'vite', '*': ${port} } })] }`
    writeFileSync(join(root, 'vite.config.mjs'), configOf('1'))
    const vite = await createServer({ root, configFile: join(root, 'vite.config.mjs') })
    afterwards(() => vite.close())
    await vite.listen()
    const vhost = vite.config.plugins.find(({ name }) => name === 'vhost-dev')?.api?.vhost
    const address = { port: vhost.port as number, ca: readFileSync(join(root, 'c/ca.pem'), 'utf8') }
    const open = {
      ...address,
      servername: host,
      host: '127.0.0.1',
      headers: { host },
      agent: false,
    }

    const socket = await openSocket(address, host, '/')
    const events: string[] = []
    request({ ...open, path: '/events' }, (res) => {
      res.on('data', (chunk: Buffer) => events.push(chunk.toString()))
      res.on('end', () => events.push('ended'))
      res.on('error', () => events.push('error'))
    }).end()
    const upload = request({ ...open, path: '/upload', method: 'POST' })
    const answer = new Promise<string>((done, fail) => {
      upload.on('error', fail)
      upload.on('response', (res) => res.on('data', (chunk: Buffer) => done(chunk.toString())))
    })
    upload.write('x'.repeat(1000))
    await expect.poll(() => begun).toBe(3)

    writeFileSync(join(root, 'vite.config.mjs'), configOf('2'))
    await expect.poll(() => vite.config.define?.['EDITED'], patience).toBe('2')
    expect((await ask(address, 'cdn.site.localhost', '/a.js')).status).toBe(200)

    socket.send('still here')
    expect(await nextMessage(socket)).toBe('still here')
    emit('after')
    await expect.poll(() => events).toEqual(['data: after\n\n'])
    upload.end('y'.repeat(500))
    expect(await answer).toBe('1500 bytes')
    socket.close()
  })

  test('another port is opened before the old one is closed; a taken one is not taken', async () => {
    const appPort = await freePort()
    const [first, second] = [await freePort(), await freePort()]
    const { port: taken } = await startUpstream((_req, res) => res.end())
    const root = makeRoot({ 'app.cjs': app })
    const configOf = (port: number): string => `
      import { vhostDev } from ${JSON.stringify(new URL('../src/index.ts', import.meta.url).href)}
      export default { define: { PORT_IS: '${port}' }, plugins: [vhostDev({ domain: 'site.localhost', port: ${port}, certificates: { dir: 'c' },
        hosts: { cdn: 'vite', www: { target: ${appPort}, run: 'node app.cjs' } } })] }`
    const file = join(root, 'vite.config.mjs')
    writeFileSync(file, configOf(first))
    const errors: string[] = []
    const customLogger = Object.assign(createLogger('silent'), {
      error: (message: string) => void errors.push(message),
    })
    const vite = await createServer({ root, configFile: file, customLogger })
    afterwards(() => vite.close())
    await vite.listen()
    const ca = readFileSync(join(root, 'c/ca.pem'), 'utf8')
    const get = async (port: number) => (await ask({ port, ca }, host, '/')).body
    expect(await get(first)).toMatch(/^x\d+$/)
    const edit = async (port: number): Promise<void> => {
      writeFileSync(file, configOf(port))
      await expect.poll(() => vite.config.define?.['PORT_IS'], patience).toBe(String(port))
    }
    await edit(second)
    await expect.poll(() => get(second).catch(() => ''), patience).toMatch(/^x\d+$/)
    await expect(get(first)).rejects.toThrow('ECONNREFUSED')
    await edit(taken)
    await expect.poll(() => errors.join('\n'), patience).toContain(`It stays on port ${second}.`)
    expect(errors.join('\n')).toContain('VHOST_DEV_PORT_TAKEN')
    expect(await get(second)).toMatch(/^x\d+$/)
  })

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

describe('crashes of applications', () => {
  test('a hundred of them leave nothing behind: no process, no socket, no listener', async () => {
    const port = await freePort()
    const site = await startSite(
      { cdn: 'vite', www: { target: port, run: 'node app.cjs' } },
      { 'app.cjs': app },
    )
    const crashes = (): number =>
      site.logged.filter((line) => line.includes('It ended with code 1')).length
    const crash = async (): Promise<void> => {
      const count = crashes()
      await ask(site, host, '/', { method: 'POST' })
      await expect.poll(crashes, { ...patience, interval: 5 }).toBe(count + 1)
      // An edit ends the pause that grows with every crash.
      for (const { processes } of sites().values()) processes.onEdit(join(site.root, 'views.py'))
      expect((await ask(site, host, '/')).status).toBe(200)
    }
    expect((await ask(site, host, '/')).status).toBe(200)
    for (let i = 0; i < 3; i += 1) await crash()
    const before = held()
    for (let i = 0; i < 100; i += 1) await crash()
    await expectNoMoreThan(before)
    expect(crashes()).toBe(103)
  }, 240_000)
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
    await expect.poll(() => messages.join(), { timeout: 20_000 }).toContain('full-reload')
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
    await expect.poll(() => messages.join(), { timeout: 20_000 }).toContain('full-reload')
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
      .poll(() => get().catch(() => undefined), { timeout: 20_000 })
      .toMatchObject({ status: 200 })
    abort.abort()
    await run
    await expect(get()).rejects.toThrow('ECONNREFUSED')
  })
})
