import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { ask } from './support/client.ts'
import { afterwards, cleanUp, freePort, startSite } from './support/site.ts'

afterEach(cleanUp)

const server = (ready: string): string => `
const { createServer } = require('node:http')
const { appendFileSync } = require('node:fs')
appendFileSync('order', 'start ' + process.argv[2] + '\\n')
let healthy = ${ready}
setTimeout(() => { healthy = true; appendFileSync('order', 'ready ' + process.argv[2] + '\\n') }, 700)
createServer((req, res) => res.writeHead(healthy ? 200 : 503).end('ok')).listen(process.env.PORT)
`
const patience = { timeout: 20_000 }
const worker = `
const { appendFileSync } = require('node:fs')
appendFileSync('order', (process.argv[2] ?? 'worker') + ' ' + process.pid + '\\n')
setInterval(() => {}, 1000)
`

function linesIn(root: string): string[] {
  try {
    return readFileSync(join(root, 'order'), 'utf8').trim().split('\n')
  } catch {
    return []
  }
}

describe('processes start in order', () => {
  test('each once the one before is ready, by its health path', async () => {
    const site = await startSite(
      {
        one: { target: await freePort(), run: 'node app.cjs one', ready: '/health' },
        two: { target: await freePort(), run: 'node app.cjs two', ready: '/health' },
      },
      { 'app.cjs': server('false'), 'worker.cjs': worker },
      {},
      { processes: { worker: 'node worker.cjs' } },
    )
    await expect
      .poll(() => linesIn(site.root).map((line) => line.replace(/\d+/, 'N')), patience)
      .toEqual(['start one', 'ready one', 'start two', 'ready two', 'worker N'])
  })

  test('while one waits for its turn, its page says so', async () => {
    const site = await startSite({
      one: { target: await freePort(), run: 'sleep 100' },
      two: { target: await freePort(), run: 'sleep 100' },
    })
    const page = await ask(site, 'two.site.localhost', '/', {
      headers: { 'sec-fetch-dest': 'document' },
    })
    expect(page.status).toBe(503)
    expect(page.body).toContain('two is about to start')
  })

  test('and one that ends does not keep the others from starting', async () => {
    const site = await startSite(
      {
        one: { target: await freePort(), run: 'no-such-program' },
        two: { target: await freePort(), run: 'node app.cjs two' },
      },
      { 'app.cjs': server('true') },
    )
    expect((await ask(site, 'two.site.localhost', '/')).status).toBe(200)
    expect(site.logged.join('\n')).toContain(
      'one | It ended with code 127: the command was not found',
    )
  })

  test('and the page of one that has ended shows its last fifty lines', async () => {
    const target = await freePort()
    const site = await startSite({ one: { target, run: 'seq -f line%03g 1 60; exit 1' } })
    await expect.poll(() => site.logged.join('\n'), patience).toContain('It ended with code 1')
    const page = await ask(site, 'one.site.localhost', '/', {
      headers: { 'sec-fetch-dest': 'document' },
    })
    const lines = [...page.body.matchAll(/line\d+/g)].map(([line]) => line)
    expect(new Set(lines).size).toBe(50)
    expect([lines.at(0), lines.at(-1)]).toEqual(['line011', 'line060'])
  })

  test('and one that cannot be found says so, and where it was looked for', async () => {
    const target = await freePort()
    const site = await startSite({ one: { target, run: ['no-such-program', 'x'] } })
    await expect
      .poll(() => site.logged.join('\n'), patience)
      .toContain("one | It could not be started: there is no program 'no-such-program' on PATH")
    const page = await ask(site, 'one.site.localhost', '/', {
      headers: { 'sec-fetch-dest': 'document' },
    })
    expect(page.body).toContain('no program')
  })
})

describe('processes without a port', () => {
  test('run, start anew when files they watch change, and end with Vite', async () => {
    const site = await startSite(
      { cdn: 'vite' },
      { 'worker.cjs': worker, 'app/tasks.py': 'a = 1\n', 'app/other.txt': 'a' },
      {},
      {
        processes: {
          worker: { run: 'node worker.cjs watched', watch: '*.py' },
          plain: 'node worker.cjs plain',
        },
      },
    )
    const pids = (name: string): number[] =>
      linesIn(site.root)
        .filter((line) => line.startsWith(name))
        .map((line) => Number(line.split(' ')[1]))
    const lives = (pid: number): boolean => {
      try {
        return !readFileSync(`/proc/${pid}/stat`, 'latin1').includes(') Z ')
      } catch {
        return false
      }
    }
    await expect.poll(() => linesIn(site.root).length, patience).toBe(2)
    writeFileSync(join(site.root, 'app/other.txt'), 'b')
    writeFileSync(join(site.root, 'app/tasks.py'), 'a = 2\n')
    await expect.poll(() => linesIn(site.root).length, patience).toBe(3)
    expect(site.logged).toContain('worker | restarts: app/tasks.py has changed')
    expect(site.logged.join('\n')).not.toContain('It ended')
    expect(pids('watched').map(lives)).toEqual([false, true])
    expect(pids('plain').map(lives)).toEqual([true])
    await site.server.close()
    expect([...pids('watched'), ...pids('plain')].map(lives)).toEqual([false, false, false])
  })

  test('that end well have finished; those that fail are started again', async () => {
    const site = await startSite(
      { cdn: 'vite' },
      { 'fail.cjs': `${worker}\nprocess.exit(1)` },
      {},
      { processes: { once: 'echo done', fail: 'node fail.cjs' } },
    )
    await expect.poll(() => linesIn(site.root).length, patience).toBeGreaterThan(2)
    const logged = site.logged.filter((line) => line.startsWith('once'))
    expect(logged).toEqual(['once | started', 'once | done', 'once | has finished'])
  })
})

describe('a process that fails again and again', () => {
  test('is started after pauses that grow', async () => {
    const site = await startSite({ cdn: 'vite' }, {}, {}, { processes: { fail: 'exit 3' } })
    const pauses = (): string[] =>
      site.logged.flatMap((line) => /starting it again in (.*) s$/.exec(line)?.[1] ?? [])
    await expect.poll(() => pauses().slice(0, 3), patience).toEqual(['0.5', '1', '2'])
  })
})

describe('on a terminal', () => {
  test('each process has a colour before its lines', async () => {
    const { isTTY } = process.stdout
    const { NO_COLOR } = process.env
    afterwards(() => {
      process.stdout.isTTY = isTTY
      if (NO_COLOR !== undefined) process.env['NO_COLOR'] = NO_COLOR
    })
    process.stdout.isTTY = true
    delete process.env['NO_COLOR']
    const processes = { one: 'echo first', second: 'echo second' }
    const site = await startSite({ cdn: 'vite' }, {}, {}, { processes })
    const escape = '\u001b['
    await expect
      .poll(() => site.logged, patience)
      .toEqual(
        expect.arrayContaining([
          `${escape}36mone    | ${escape}39mfirst`,
          `${escape}35msecond | ${escape}39msecond`,
        ]),
      )
  })
})

describe('a Procfile', () => {
  test('runs behind the hosts, and is read again when it is edited', async () => {
    const port = await freePort()
    const site = await startSite(
      { cdn: 'vite', '*': port },
      { 'app.cjs': server('true'), 'worker.cjs': worker, Procfile: 'web: node app.cjs $PORT\n' },
      {},
      { procfile: 'Procfile' },
    )
    expect((await ask(site, 'www.site.localhost', '/')).status).toBe(200)
    expect(linesIn(site.root)[0]).toBe(`start ${port}`)
    writeFileSync(join(site.root, 'Procfile'), 'web: node app.cjs $PORT\nworker: node worker.cjs\n')
    await expect.poll(() => linesIn(site.root).join('\n'), patience).toMatch(/worker \d+/)
    // The application itself ran on.
    expect(linesIn(site.root).filter((line) => line.startsWith('start'))).toHaveLength(1)
  })
})
