import { execFileSync, spawn } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { ownerVariable, sweepOrphans } from '../src/processes/orphans.ts'
import { accepts } from '../src/processes/ready.ts'
import { ask } from './support/client.ts'
import {
  afterwards,
  cleanUp,
  freePort,
  makeRoot,
  startSite,
  startUpstream,
} from './support/site.ts'

afterEach(cleanUp)

const app = `
const { createServer } = require('node:http')
const { spawn } = require('node:child_process')
const { writeFileSync } = require('node:fs')
console.log('\\u001b]0;title\\u0007hello \\u001b[2Jfrom app')
const child = spawn('sleep', ['1000'])
const away = spawn('sleep', ['1000'], { detached: true })
away.unref()
writeFileSync('pids', [process.pid, child.pid, away.pid].join(' '))
createServer((req, res) => {
  if (req.url === '/crash') process.exit(3)
  if (req.url === '/env') return res.end(JSON.stringify(process.env))
  res.end('answer ' + process.pid)
}).listen(process.env.PORT)
`

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ')
  } catch {
    return false
  }
}

function pidsIn(root: string): number[] {
  return readFileSync(join(root, 'pids'), 'utf8').split(' ').map(Number)
}

describe('processes', () => {
  test('start, are waited for, log with their name, and end to the last child', async () => {
    const port = await freePort()
    const site = await startSite(
      { cdn: 'vite', www: { target: port, run: 'node app.cjs', env: { EXTRA: 'x' } } },
      { 'app.cjs': app },
    )
    const answer = await ask(site, 'www.site.localhost', '/')
    expect(answer.body).toMatch(/^answer \d+$/)
    const env = JSON.parse((await ask(site, 'www.site.localhost', '/env')).body)
    expect(env).toMatchObject({ PORT: String(port), EXTRA: 'x', PYTHONUNBUFFERED: '1' })
    expect(site.logged).toContain('www | hello from app')
    const pids = pidsIn(site.root)
    expect(pids.map(lives)).toEqual([true, true, true])
    await site.server.close()
    expect(pids.map(lives)).toEqual([false, false, false])
    await expect(ask(site, 'www.site.localhost', '/')).rejects.toThrow('ECONNREFUSED')
  })

  test('live on while Vite restarts', async () => {
    const port = await freePort()
    const site = await startSite(
      { cdn: 'vite', www: { target: port, run: ['node', 'app.cjs'] } },
      { 'app.cjs': app },
    )
    const before = await ask(site, 'www.site.localhost', '/')
    await site.server.restart()
    expect((await ask(site, 'www.site.localhost', '/')).body).toBe(before.body)
  })

  test('are started again when they crash; a page says so until then', async () => {
    const port = await freePort()
    const site = await startSite(
      { cdn: 'vite', www: { target: port, run: 'node app.cjs' } },
      { 'app.cjs': app },
    )
    const first = await ask(site, 'www.site.localhost', '/')
    await ask(site, 'www.site.localhost', '/crash', { method: 'POST' })
    await expect.poll(() => site.logged.join('\n')).toContain('It ended with code 3')
    const page = await ask(site, 'www.site.localhost', '/', {
      headers: { 'sec-fetch-dest': 'document' },
    })
    expect(page.status).toBe(503)
    expect(page.headers['x-kovu-state']).toBe('down')
    expect(page.body).toContain('www has ended')
    expect(page.body).toContain('hello from app')
    const state = await ask(site, 'www.site.localhost', '/.kovu/state')
    expect(JSON.parse(state.body).lines).toContain('hello from app')
    await expect
      .poll(async () => (await ask(site, 'www.site.localhost', '/')).body, { timeout: 20_000 })
      .toMatch(/^answer \d+$/)
    expect((await ask(site, 'www.site.localhost', '/')).body).not.toBe(first.body)
  })

  test('a request waits while an application is away to load its code again', async () => {
    const port = await freePort()
    const reloading = `
      const { createServer } = require('node:http')
      const { existsSync } = require('node:fs')
      const open = () => createServer((req, res) => {
        res.end('version')
        if (req.url === '/reload') setImmediate(() => { server.close(); server.closeAllConnections(); back() })
      }).listen(process.env.PORT)
      const back = () => existsSync('go') ? (server = open()) : setTimeout(back, 20)
      let server = open()`
    const site = await startSite(
      { www: { target: port, run: 'node app.cjs' } },
      { 'app.cjs': reloading },
    )
    await ask(site, 'www.site.localhost', '/reload')
    const accepted = () => accepts({ kind: 'tcp', host: 'localhost', port })
    await expect.poll(accepted, { interval: 10 }).toBe(false)
    const body = 'x'.repeat(100_000)
    const asked = [
      ask(site, 'www.site.localhost', '/', { headers: { 'sec-fetch-dest': 'document' } }),
      ask(site, 'www.site.localhost', '/', { method: 'POST', body }),
    ]
    expect(await Promise.race([...asked, pause(300, 'both wait')])).toBe('both wait')
    writeFileSync(join(site.root, 'go'), '')
    expect((await Promise.all(asked)).map((answer) => answer.body)).toEqual(['version', 'version'])
  })

  test('a taken target names its owner', async () => {
    const { port } = await startUpstream((_req, res) => res.end())
    await expect(startSite({ www: { target: port, run: 'true' } })).rejects.toThrow(
      new RegExp(
        `localhost:${port} is taken by .*\\(pid ${process.pid}\\).*VHOST_DEV_TARGET_TAKEN`,
      ),
    )
  })

  test('a taken port names its owner', async () => {
    const { port } = await startUpstream((_req, res) => res.end())
    await expect(startSite({ cdn: 'vite' }, {}, {}, { port })).rejects.toThrow(
      new RegExp(`Port ${port} is taken by .*\\(pid ${process.pid}\\).*VHOST_DEV_PORT_TAKEN`),
    )
  })

  test("commands are found in the project's Python environment first", async () => {
    const port = await freePort()
    const site = await startSite(
      { www: { target: port, run: 'tool' } },
      { '.venv/bin/tool': '#!/bin/sh\nexec node app.cjs\n', 'app.cjs': app, '.venv/x': '' },
      {
        plugins: [
          {
            name: 'make-executable',
            configureServer: ({ config }) =>
              void execFileSync('chmod', ['+x', join(config.root, '.venv/bin/tool')]),
          },
        ],
      },
    )
    const env = JSON.parse((await ask(site, 'www.site.localhost', '/env')).body)
    expect(env.PATH.split(':')[0]).toBe(join(site.root, '.venv/bin'))
    expect(env.VIRTUAL_ENV).toBe(join(site.root, '.venv'))
  })
})

describe('Vite on the command line', () => {
  const configOf = (port: number): string => `
    import { vhostDev } from ${JSON.stringify(new URL('../src/index.ts', import.meta.url).href)}
    export default { plugins: [vhostDev({ domain: 'site.localhost', port: 0, certificates: { dir: 'certificates' },
      hosts: { cdn: 'vite', www: { target: ${port}, run: 'node app.cjs' } } })] }`
  const vite = new URL('../../../node_modules/vite/bin/vite.js', import.meta.url).pathname

  async function startVite(
    root: string,
  ): Promise<{ pid: number; exited: Promise<unknown>; output(): string }> {
    const child = spawn('node', [vite], { cwd: root, stdio: ['pipe', 'pipe', 'pipe'] })
    let text = ''
    child.stdout.on('data', (chunk) => (text += chunk))
    child.stderr.on('data', (chunk) => (text += chunk))
    const exited = new Promise((done) => child.on('exit', (code, signal) => done(signal ?? code)))
    afterwards(() => void child.kill('SIGKILL'))
    await expect.poll(() => text, { timeout: 20_000 }).toMatch(/www \| ready at/)
    return { pid: child.pid ?? 0, exited, output: () => text }
  }

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    '%s ends everything it started',
    async (signal) => {
      const port = await freePort()
      const root = makeRoot({ 'app.cjs': app, 'vite.config.mjs': configOf(port) })
      const started = await startVite(root)
      expect(started.output()).toMatch(/https:\/\/www\.site\.localhost:\d+\//)
      expect(started.output()).not.toContain('127.0.0.1:')
      const pids = pidsIn(root)
      process.kill(started.pid, signal)
      await started.exited
      expect(pids.map(lives)).toEqual([false, false, false])
    },
  )

  test.runIf(existsSync('/proc/self/stat'))(
    'what a killed Vite leaves behind is ended even while nobody has taken notice of its end',
    async () => {
      // `sleep` does not wait for the child that the shell before it has left.
      const parent = spawn('sh', ['-c', 'sleep 1000 & echo $!; exec sleep 1000'])
      afterwards(() => void parent.kill('SIGKILL'))
      const owner = Number(await new Promise((done) => parent.stdout.once('data', done)))
      const stat = (): string[] =>
        readFileSync(`/proc/${owner}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
      const mark = `${owner}:${stat()[19]}:/a/root`
      const left = spawn('sleep', ['1000'], { env: { ...process.env, [ownerVariable]: mark } })
      afterwards(() => void left.kill('SIGKILL'))
      expect(await sweepOrphans('/a/root')).toEqual([])
      process.kill(owner, 'SIGKILL')
      await expect.poll(() => stat()[0]).toBe('Z')
      expect(await sweepOrphans('/a/root')).toEqual([left.pid])
    },
  )

  test('what a killed Vite leaves behind is ended at the next start', async () => {
    const port = await freePort()
    const root = makeRoot({ 'app.cjs': app, 'vite.config.mjs': configOf(port) })
    const first = await startVite(root)
    const left = pidsIn(root)
    process.kill(first.pid, 'SIGKILL')
    await first.exited
    expect(left.map(lives)).toEqual([true, true, true])
    writeFileSync(join(root, 'pids'), '')
    const second = await startVite(root)
    expect(left.map(lives)).toEqual([false, false, false])
    expect(second.output()).toContain('left over from an earlier run')
    process.kill(second.pid, 'SIGTERM')
    await second.exited
    expect(pidsIn(root).map(lives)).toEqual([false, false, false])
  })
})
