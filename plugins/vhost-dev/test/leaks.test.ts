import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { accepts } from '../src/processes/ready.ts'
import { sites } from '../src/site/sites.ts'
import { ask } from './support/client.ts'
import { cleanUp, freePort, startSite } from './support/site.ts'

afterEach(cleanUp)

const patience = { timeout: 20_000 }
/** Answers with its process id; a POST crashes it. Has a child that would outlive it. */
const app = `
const child = require('node:child_process').spawn('sleep', ['1000'])
require('node:http').createServer((q, s) => q.method === 'POST' ? process.exit(1) : s.end('x' + process.pid)).listen(process.env.PORT)`

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
})

describe('crashes of applications', () => {
  test('a hundred of them leave nothing behind: no process, no socket, no listener', async () => {
    // Most of a crash is waiting: four applications crash beside each other.
    const names = ['a', 'b', 'c', 'd']
    const apps = await Promise.all(
      names.map(async (name) => [name, { target: await freePort(), run: 'node app.cjs' }] as const),
    )
    const site = await startSite({ cdn: 'vite', ...Object.fromEntries(apps) }, { 'app.cjs': app })
    const crashes = (name: string): number =>
      site.logged.filter(
        (line) => line.includes(`${name} |`) && line.includes('It ended with code 1'),
      ).length
    const crash = async (name: string): Promise<void> => {
      const count = crashes(name)
      await ask(site, `${name}.site.localhost`, '/', { method: 'POST' })
      await expect.poll(() => crashes(name), { ...patience, interval: 5 }).toBe(count + 1)
      // An edit ends the pause that grows with every crash.
      for (const { processes } of sites().values()) processes?.onEdit(join(site.root, 'views.py'))
      expect((await ask(site, `${name}.site.localhost`, '/')).status).toBe(200)
    }
    const rounds = async (count: number): Promise<void> => {
      await Promise.all(
        names.map(async (name) => {
          for (let i = 0; i < count; i += 1) await crash(name)
        }),
      )
    }
    await rounds(1)
    const before = held()
    await rounds(25)
    await expectNoMoreThan(before)
    expect(names.map(crashes)).toEqual([26, 26, 26, 26])
  }, 240_000)
})
