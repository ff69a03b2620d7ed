// @ts-check
/**
 * A proxied request over TLS: this plugin, http-proxy-3 with a keep-alive agent, and Vite's own `server.proxy`, over
 * HTTP/1.1 and over HTTP/2. CPU time of the proxy's process per request at 64 at a time, and latency at one. Then how much
 * later than the application sent it a first event arrives, how long the certificates take, and what the plugin adds to
 * Vite's start. Needs `npm run build`.
 *
 *     node bench/vhost-dev.mjs [rounds] [requests] [proxies | events | certificates | start]
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { measureCertificates } from './vhost-dev/certificates.mjs'
import { measureEvents } from './vhost-dev/events.mjs'
import { measureProxies } from './vhost-dev/proxies.mjs'
import { measureStart } from './vhost-dev/start.mjs'

const [rounds = '9', requests = '1000', part] = process.argv.slice(2)
const dir = mkdtempSync(join(tmpdir(), 'vhost-bench-'))
const parts = {
  proxies: () => measureProxies(dir, Number(rounds), Number(requests)),
  events: () => measureEvents(dir),
  certificates: measureCertificates,
  start: () => measureStart(dir),
}
try {
  for (const [name, measure] of Object.entries(parts)) {
    if (part === undefined || part === name) await measure()
  }
} finally {
  rmSync(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 })
}
