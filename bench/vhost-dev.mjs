// @ts-check
/**
 * A proxied request over TLS: this plugin, http-proxy-3 with a keep-alive agent, and Vite's own `server.proxy`. CPU time
 * of the proxy's process per request at 64 connections, and latency at one. Then how much later than the application
 * sent it a first event arrives, how long the certificates take, and what the plugin adds to Vite's start.
 * Needs `npm run build`. `node bench/vhost-dev.mjs [rounds] [seconds]`.
 */
import { fork } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { Agent as HttpAgent, createServer as createHttpServer } from 'node:http'
import { Agent, createServer as createHttpsServer, get } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { loadCertificates } from '../plugins/vhost-dev/dist/certificates/load.js'

const self = fileURLToPath(import.meta.url)
const domain = 'bench.localhost'
const host = `www.${domain}`
const body = JSON.stringify({ text: 'x'.repeat(1000) })

/** @type {Record<string, (upstream: number, dir: string) => Promise<number>>} */
const proxies = {
  'vhost-dev': async (upstream, dir) => {
    const { createServer } = await import('vite')
    const { vhostDev } = await import('../plugins/vhost-dev/dist/index.js')
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
    const { createServer } = await import('vite')
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

if (process.argv[2] === 'start') await startUp()
else if (process.send) await child()
else {
  const dir = mkdtempSync(join(tmpdir(), 'vhost-bench-'))
  await proxied(dir)
  await events(dir)
  certificates()
  await starts(dir)
  rmSync(dir, { recursive: true, force: true })
}

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

/** @param {string} dir */
async function proxied(dir) {
  const rounds = Number(process.argv[2] ?? 3)
  const seconds = Number(process.argv[3] ?? 4)
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

/** The first event of a stream, from the application's write to the client's read. @param {string} dir */
async function events(dir) {
  let sentAt = 0
  const upstream = createHttpServer((_req, res) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
    setTimeout(() => {
      sentAt = performance.now()
      res.write('data: 1\n\n')
    }, 20)
  })
  const proxy = await start('vhost-dev', await listen(upstream), dir)
  const agent = new Agent({ keepAlive: false, rejectUnauthorized: false })
  const delays = []
  for (let i = 0; i < 51; i += 1) {
    delays.push(
      await new Promise((done, fail) => {
        const req = get(
          { host: '127.0.0.1', port: proxy.port, agent, servername: host, headers: { host } },
          (res) =>
            res.once('data', () => {
              done(performance.now() - sentAt)
              req.destroy()
            }),
        )
        req.on('error', fail)
      }),
    )
  }
  proxy.stop()
  upstream.closeAllConnections()
  upstream.close()
  console.log(
    `first event        ${median(delays).toFixed(1)} ms after the application sent it (median of ${delays.length}), at most ${Math.max(...delays).toFixed(1)}`,
  )
}

/** An authority and a certificate, written to disk. */
function certificates() {
  const times = Array.from({ length: 21 }, () => {
    const dir = mkdtempSync(join(tmpdir(), 'vhost-bench-'))
    const at = performance.now()
    loadCertificates({ dir }, domain, [domain, `*.${domain}`], '/')
    const ms = performance.now() - at
    rmSync(dir, { recursive: true })
    return ms
  })
  console.log(
    `certificates       ${median(times).toFixed(1)} ms for authority and certificate (median of ${times.length}), the first ${(times[0] ?? 0).toFixed(1)}`,
  )
}

/** Vite's start with the plugin and without, each in a process of its own, in turn. @param {string} dir */
async function starts(dir) {
  /** @type {Record<string, number[]>} */
  const times = { plain: [], vhost: [] }
  for (let round = 0; round < 15; round += 1) {
    for (const [kind, list] of Object.entries(times)) {
      const process_ = fork(self, ['start', kind, dir], {
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      })
      list.push(await new Promise((done) => process_.once('message', done)))
      process_.disconnect()
    }
  }
  const [plain, vhost] = [median(times['plain'] ?? []), median(times['vhost'] ?? [])]
  console.log(
    `start              ${vhost.toFixed(0)} ms with the plugin, ${plain.toFixed(0)} ms without: ${(vhost - plain).toFixed(0)} ms more (medians of 15)`,
  )
}

/** From before the import of Vite to a server that listens. */
async function startUp() {
  const [, , , kind, dir = ''] = process.argv
  process.on('disconnect', () => process.exit())
  const at = performance.now()
  const { createServer } = await import('vite')
  const plugins = []
  if (kind === 'vhost') {
    const { vhostDev } = await import('../plugins/vhost-dev/dist/index.js')
    const hosts = { cdn: 'vite', '*': 9 }
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
  process.send?.(performance.now() - at)
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
