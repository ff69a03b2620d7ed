// @ts-check
/** Runs one of the servers in a process of its own: `node server.mjs NAME UPSTREAM DIR`. Answers messages with its CPU time. */
import { readFileSync } from 'node:fs'
import { Agent, createServer as createHttpServer } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { createSecureServer } from 'node:http2'
import { join } from 'node:path'
import { domain, listen } from './site.mjs'

const body = JSON.stringify({ text: 'x'.repeat(1000) })
const [, , name = '', upstream, dir = ''] = process.argv

/** @type {Record<string, () => Promise<number>>} */
const servers = {
  application() {
    const server = createHttpServer(answer)
    // None of the proxies is to meet a connection that is being closed.
    server.keepAliveTimeout = 600_000
    return listen(server)
  },
  async 'vhost-dev'() {
    const { createServer } = await import('vite')
    const { vhostDev } = await import('../../plugins/vhost-dev/dist/index.js')
    const hosts = { cdn: /** @type {const} */ ('vite'), '*': Number(upstream) }
    const plugin = vhostDev({ domain, port: 0, hosts, certificates: { dir } })
    const server = await createServer({
      configFile: false,
      root: dir,
      logLevel: 'silent',
      plugins: [plugin],
    })
    await server.listen()
    return plugin.api?.vhost.port ?? 0
  },
  // What TLS and HTTP alone cost: the least that any proxy in Node can take.
  'no proxy': () =>
    listen(createSecureServer({ ...certificate(), allowHTTP1: true }, /** @type {any} */ (answer))),
  'http-proxy-3': () => httpProxy((handler) => createHttpsServer(certificate(), handler)),
  'http-proxy-3 over HTTP/2': () =>
    httpProxy((handler) => createSecureServer(certificate(), /** @type {any} */ (handler))),
  async 'vite server.proxy'() {
    const { createServer } = await import('vite')
    const server = await createServer({
      configFile: false,
      root: dir,
      logLevel: 'silent',
      server: {
        https: certificate(),
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

const port = await servers[name]?.()
process.on('message', () => process.send?.({ cpu: process.cpuUsage() }))
process.on('disconnect', () => process.exit())
process.send?.({ port })

/** @type {import('node:http').RequestListener} */
function answer(_req, res) {
  res.setHeader('content-type', 'application/json')
  res.end(body)
}

/** @param {(handler: import('node:http').RequestListener) => import('node:net').Server} makeServer */
async function httpProxy(makeServer) {
  const { createProxyServer } = await import('http-proxy-3')
  const agent = new Agent({ keepAlive: true })
  const target = { host: '127.0.0.1', port: Number(upstream) }
  const proxy = createProxyServer({ target, agent, xfwd: true })
  proxy.on('error', (error) => {
    throw error
  })
  return listen(makeServer((req, res) => proxy.web(req, res)))
}

/** The certificate that this plugin has left in the folder. */
function certificate() {
  return { key: readFileSync(join(dir, 'leaf.key')), cert: readFileSync(join(dir, 'leaf.pem')) }
}
