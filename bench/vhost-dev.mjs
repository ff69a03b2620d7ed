// @ts-check
/**
 * A proxied request over TLS: this plugin, http-proxy-3 with a keep-alive agent, and Vite's own `server.proxy`. CPU time
 * of the proxy's process per request at 64 connections, and latency at one. Needs `npm run build`.
 * `node bench/vhost-dev.mjs [rounds] [seconds]`.
 */
import { fork } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { Agent as HttpAgent, createServer as createHttpServer } from 'node:http'
import { Agent, createServer as createHttpsServer, get } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createServer } from 'vite'
import { vhostDev } from '../plugins/vhost-dev/dist/index.js'

const self = fileURLToPath(import.meta.url)
const domain = 'bench.localhost'
const host = `www.${domain}`
const body = JSON.stringify({ text: 'x'.repeat(1000) })

/** @type {Record<string, (upstream: number, dir: string) => Promise<number>>} */
const proxies = {
  'vhost-dev': async (upstream, dir) => {
    const plugin = vhostDev({
      domain,
      port: 0,
      hosts: { cdn: 'vite', '*': upstream },
      certificates: { dir },
    })
    const server = await createServer({
      configFile: false,
      root: dir,
      logLevel: 'silent',
      plugins: [plugin],
    })
    await server.listen()
    return plugin.api?.vhost.port ?? 0
  },
  'http-proxy-3': async (upstream, dir) => {
    const { createProxyServer } = await import('http-proxy-3')
    const agent = new HttpAgent({ keepAlive: true })
    const proxy = createProxyServer({
      target: { host: '127.0.0.1', port: upstream },
      agent,
      xfwd: true,
    })
    proxy.on('error', () => {})
    return listen(createHttpsServer(certificate(dir), (req, res) => proxy.web(req, res)))
  },
  'vite server.proxy': async (upstream, dir) => {
    const server = await createServer({
      configFile: false,
      root: dir,
      logLevel: 'silent',
      server: {
        https: certificate(dir),
        host: '127.0.0.1',
        port: 0,
        hmr: false,
        allowedHosts: true,
        proxy: { '/': `http://127.0.0.1:${upstream}` },
      },
    })
    await server.listen()
    return server.config.server.port
  },
}

if (process.send) await child()
else await main()

async function child() {
  const [, , name = '', upstream, dir = ''] = process.argv
  const port =
    name === 'upstream'
      ? await listen(
          createHttpServer((_req, res) => {
            res.setHeader('content-type', 'application/json')
            res.end(body)
          }),
        )
      : await proxies[name]?.(Number(upstream), dir)
  process.on('message', () => process.send?.({ cpu: process.cpuUsage() }))
  process.on('disconnect', () => process.exit())
  process.send?.({ port })
}

async function main() {
  const rounds = Number(process.argv[2] ?? 3)
  const seconds = Number(process.argv[3] ?? 4)
  const dir = mkdtempSync(join(tmpdir(), 'vhost-bench-'))
  const upstream = await start('upstream', 0, dir)
  /** @type {Map<string, { cpu: number[], rps: number[], latency: number[] }>} */
  const results = new Map()
  for (let round = 0; round < rounds; round += 1) {
    for (const name of Object.keys(proxies)) {
      const proxy = await start(name, upstream.port, dir)
      await load(proxy.port, 64, 1)
      const before = await proxy.cpu()
      const { count, ms } = await load(proxy.port, 64, seconds)
      const cpu = (await proxy.cpu()) - before
      const single = await load(proxy.port, 1, 1)
      proxy.stop()
      const result = results.get(name) ?? { cpu: [], rps: [], latency: [] }
      result.cpu.push(cpu / count)
      result.rps.push(count / (ms / 1000))
      result.latency.push(single.median)
      results.set(name, result)
    }
  }
  upstream.stop()
  rmSync(dir, { recursive: true, force: true })
  const ours = results.get('vhost-dev')
  for (const [name, result] of results) {
    const cpu = median(result.cpu)
    const ratio = ours ? (median(ours.cpu) / cpu).toFixed(2) : ''
    console.log(
      `${name.padEnd(18)} ${cpu.toFixed(0).padStart(5)} us CPU/request  ${median(result.rps).toFixed(0).padStart(6)} requests/s at c=64  ` +
        `${median(result.latency).toFixed(2)} ms at c=1  ours/its CPU ${ratio}`,
    )
  }
}

/** @param {string} name @param {number} upstream @param {string} dir */
async function start(name, upstream, dir) {
  const process_ = fork(self, [name, String(upstream), dir], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  /** @returns {Promise<any>} */
  const next = () => new Promise((done) => process_.once('message', done))
  const { port } = await next()
  return {
    port: /** @type {number} */ (port),
    async cpu() {
      const answer = next()
      process_.send({})
      const { cpu } = await answer
      return /** @type {number} */ (cpu.user + cpu.system)
    },
    stop: () => process_.disconnect(),
  }
}

/** @param {number} port @param {number} connections @param {number} seconds */
async function load(port, connections, seconds) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections, rejectUnauthorized: false })
  const started = performance.now()
  const until = started + seconds * 1000
  /** @type {number[]} */
  const times = []
  const worker = async () => {
    while (performance.now() < until) {
      const at = performance.now()
      await once(port, agent)
      times.push(performance.now() - at)
    }
  }
  await Promise.all(Array.from({ length: connections }, worker))
  agent.destroy()
  return { count: times.length, ms: performance.now() - started, median: median(times) }
}

/** @param {number} port @param {Agent} agent @returns {Promise<void>} */
function once(port, agent) {
  return new Promise((done, fail) => {
    const req = get(
      { host: '127.0.0.1', port, agent, path: '/', servername: host, headers: { host } },
      (res) => {
        if (res.statusCode !== 200) fail(new Error(`status ${res.statusCode}`))
        res.resume()
        res.on('end', done)
      },
    )
    req.on('error', fail)
  })
}

/** @param {string} dir The folder the first proxy keeps its certificate in. */
function certificate(dir) {
  return { key: readFileSync(join(dir, 'leaf.key')), cert: readFileSync(join(dir, 'leaf.pem')) }
}

/** @param {import('node:net').Server} server @returns {Promise<number>} */
function listen(server) {
  return new Promise((done) => {
    server.listen(0, '127.0.0.1', () =>
      done(/** @type {import('node:net').AddressInfo} */ (server.address()).port),
    )
  })
}

/** @param {number[]} values */
function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}
