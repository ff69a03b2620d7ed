// @ts-check
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { domain, median } from './site.mjs'

const runs = 15

if (process.send) await startUp()

/** Vite's start with the plugin and without, each in a process of its own, in turn. @param {string} dir */
export async function measureStart(dir) {
  /** @type {Record<string, { ms: number, cpu: number }[]>} */
  const all = { plain: [], vhost: [] }
  for (let run = 0; run < runs; run += 1) {
    for (const [kind, list] of Object.entries(all)) {
      const child = fork(fileURLToPath(import.meta.url), [kind, dir])
      list.push(await new Promise((done) => child.once('message', done)))
      const ended = new Promise((done) => child.once('exit', done))
      child.disconnect()
      await ended
    }
  }
  /** @param {string} kind @param {'ms' | 'cpu'} what */
  const of = (kind, what) => median((all[kind] ?? []).map((run) => run[what]))
  const [plain, vhost] = [of('plain', 'ms'), of('vhost', 'ms')]
  const cpu = of('vhost', 'cpu') - of('plain', 'cpu')
  console.log(
    `start        ${vhost.toFixed(0)} ms with the plugin, ${plain.toFixed(0)} ms without: ${(vhost - plain).toFixed(0)} ms more, ` +
      `${cpu.toFixed(0)} ms of CPU (medians of ${runs})`,
  )
}

/** From before the import of Vite to a server that listens. */
async function startUp() {
  const [, , kind, dir = ''] = process.argv
  process.on('disconnect', () => process.exit())
  const at = performance.now()
  const before = process.cpuUsage()
  const { createServer } = await import('vite')
  const plugins = []
  if (kind === 'vhost') {
    const { vhostDev } = await import('../../plugins/vhost-dev/dist/index.js')
    const hosts = { cdn: /** @type {const} */ ('vite'), '*': 9 }
    plugins.push(vhostDev({ domain, port: 0, hosts, certificates: { dir } }))
  }
  const server = await createServer({
    configFile: false,
    root: dir,
    logLevel: 'silent',
    server: { port: 0, host: '127.0.0.1' },
    plugins,
  })
  await server.listen()
  const { user, system } = process.cpuUsage(before)
  process.send?.({ ms: performance.now() - at, cpu: (user + system) / 1000 })
}
