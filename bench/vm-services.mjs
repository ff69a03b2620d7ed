// @ts-check
/**
 * MariaDB and Redis from stopped to answering, with data from before: by the servers' own command lines, and by `vm`, which also checks
 * ports, versions, accounts and databases. Wall time, interleaved; the ratio is ours to theirs. Needs `npm run build`, mariadb-server, redis-server.
 *
 *     node bench/vm-services.mjs [rounds]
 */
import { spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { vmCommand } from '../plugins/vm-services/dist/commands/index.js'
import { Context } from '../plugins/vm-services/dist/context.js'
import { resolveOptions } from '../plugins/vm-services/dist/options.js'
import { makePlace } from '../plugins/vm-services/dist/machine/place.js'
import { findPrograms } from '../plugins/vm-services/dist/machine/programs.js'

const rounds = Number(process.argv[2] ?? 5)
const root = realpathSync(mkdtempSync(join(tmpdir(), 'kovu-bench-vm-')))
chmodSync(root, 0o755)
const account = { user: 'drund', password: 'drund', database: 'drund' }
const context = new Context(
  resolveOptions({
    mysql: { ...account, port: await freePort() },
    redis: { port: await freePort() },
  }),
)
context.root = root
const log = { info: () => {}, warn: console.warn, error: console.error }
/** @param {string[]} args */
const vm = async (...args) => vmCommand(context).run({ root, args, log })

try {
  const cold = await time(() => context.up(log))
  await vm('stop')
  /** @type {{ raw: number, ours: number, again: number }[]} */
  const measured = []
  for (let round = 0; round < rounds; round++) {
    const raw = await time(startRaw)
    await vm('stop')
    const ours = await time(() => context.up(log))
    const again = await time(() => context.up(log))
    await vm('stop')
    measured.push({ raw, ours, again })
  }
  const [raw, ours, again] = /** @type {const} */ (['raw', 'ours', 'again']).map((key) =>
    median(measured.map((one) => one[key])),
  )
  console.log(`first start, data made   ${seconds(cold)}`)
  console.log(`warm, the servers alone  ${seconds(raw)}`)
  console.log(`warm, vm                 ${seconds(ours)}   ${(ours / raw).toFixed(2)}x`)
  console.log(`running already, vm      ${seconds(again)}   ${(again / raw).toFixed(2)}x`)
} finally {
  await vm('stop')
  rmSync(root, { recursive: true, force: true })
}

/** The servers as a person starts them, until both answer; they are stopped again. */
async function startRaw() {
  const children = []
  for (const { service, endpoint } of context.wanted()) {
    const { place } = await makePlace(context.folders, service)
    const programs = service.native && findPrograms(service.native)
    if (!service.native || !programs) throw new Error(`${service.name} is not installed`)
    const { command, args } = service.native.start(programs, endpoint, place)
    children.push({ service, endpoint, child: spawn(command, args, { stdio: 'ignore' }) })
  }
  for (const { service, endpoint } of children) {
    while ((await service.probe(endpoint)).state !== 'ready') await sleep(5)
  }
  return async () => {
    for (const { child } of children) {
      child.kill('SIGTERM')
      await new Promise((done) => child.once('exit', done))
    }
  }
}

/** @param {() => Promise<unknown>} work What it gives is called, when it can be, after the time was taken. */
async function time(work) {
  const started = performance.now()
  const after = await work()
  const taken = performance.now() - started
  if (typeof after === 'function') await after()
  return taken
}

/** @param {number[]} numbers */
function median(numbers) {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? NaN
}

/** @param {number} milliseconds */
function seconds(milliseconds) {
  return `${(milliseconds / 1000).toFixed(3)} s`
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => done(typeof address === 'object' && address ? address.port : 0))
    })
  })
}
