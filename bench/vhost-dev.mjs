// @ts-check
/**
 * A proxied request over TLS: this plugin, http-proxy-3 with a keep-alive agent, and Vite's own `server.proxy`. CPU time
 * of the proxy's process per request at 64 connections, and latency at one. Then how much later than the application
 * sent it a first event arrives, how long the certificates take, and what the plugin adds to Vite's start.
 * Needs `npm run build`. `node bench/vhost-dev.mjs [rounds] [requests]`.
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
  rmSync(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 })
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

/**
 * All proxies side by side: each gets as many requests as the others, in turn, once all are warm. Requests are counted
 * and not seconds, so that a busy machine does not leave one of them less warm than another.
 *
 * @param {string} dir
 */
async function proxied(dir) {
  const rounds = Number(process.argv[2] ?? 9)
  const requests = Number(process.argv[3] ?? 500)
  const upstream = await start('upstream', 0, dir)
  const running = []
  for (const name of Object.keys(proxies)) {
    const proxy = await start(name, upstream.port, dir)
    // Connections stay open: handshakes cost the same everywhere, and would hide what a request costs.
    const agent = new Agent({ keepAlive: true, maxSockets: 64, rejectUnauthorized: false })
    await load(proxy.port, agent, 64, 4 * requests)
    running.push({ name, proxy, agent, cpu: [0].slice(1), latency: [0].slice(1) })
  }
  for (let round = 0; round < rounds; round += 1) {
    for (const { proxy, agent, cpu, latency } of running) {
      const before = await proxy.cpu()
      await load(proxy.port, agent, 64, requests)
      cpu.push(((await proxy.cpu()) - before) / requests)
      latency.push(await load(proxy.port, agent, 1, requests / 5))
    }
  }
  upstream.stop()
  const ours = median(running[0]?.cpu ?? [])
  for (const { name, proxy, agent, cpu, latency } of running) {
    agent.destroy()
    proxy.stop()
    console.log(
      `${name.padEnd(18)} ${median(cpu).toFixed(0).padStart(5)} us CPU/request at c=64  ` +
        `${median(latency).toFixed(2)} ms at c=1  ours/its CPU ${(ours / median(cpu)).toFixed(2)}`,
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
      const ended = new Promise((done) => process_.once('exit', done))
      process_.disconnect()
      await ended
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

/** Gives the median of the times. @param {number} port @param {Agent} agent @param {number} connections @param {number} requests */
async function load(port, agent, connections, requests) {
  /** @type {number[]} */
  const times = []
  let left = requests
  const worker = async () => {
    while (left > 0) {
      left -= 1
      const at = performance.now()
      await once(port, agent)
      times.push(performance.now() - at)
    }
  }
  await Promise.all(Array.from({ length: connections }, worker))
  return median(times)
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
