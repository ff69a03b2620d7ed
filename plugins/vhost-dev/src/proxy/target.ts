import type { LookupFunction, NetConnectOpts } from 'node:net'
import { resolve } from 'node:path'
import { VhostError } from '../error.ts'

/** Where an application listens. */
export type Target =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string }

const loopbackNames = new Set(['localhost', '127.0.0.1', '[::1]'])

/**
 * Reads a `target`: a port, `http://localhost:8000`, or `unix:run/app.sock`.
 *
 * @param where What messages call it.
 * @param root Relative sockets start there.
 * @throws VhostError when it is none of these, or no loopback address.
 */
export function parseTarget(
  value: number | string | undefined,
  where: string,
  root: string,
): Target {
  if (value === undefined) {
    throw new VhostError('VHOST_DEV_OPTIONS', `${where} is missing: the port it listens on.`)
  }
  if (typeof value === 'number') {
    if (Number.isInteger(value) && value > 0 && value < 65536) {
      return { kind: 'tcp', host: 'localhost', port: value }
    }
    throw new VhostError('VHOST_DEV_OPTIONS', `${where}: ${value} is no port.`)
  }
  if (/^unix:./.test(value)) {
    return { kind: 'unix', path: resolve(root, value.slice('unix:'.length)) }
  }
  const url = URL.canParse(value) ? new URL(value) : undefined
  if (url?.protocol !== 'http:' || url.pathname !== '/' || url.search || url.username) {
    throw new VhostError(
      'VHOST_DEV_OPTIONS',
      `${where}: expected 'vite', a port, 'http://localhost:PORT' or 'unix:path/to.sock', got '${value}'.`,
    )
  }
  if (!loopbackNames.has(url.hostname)) {
    throw new VhostError(
      'VHOST_DEV_OPTIONS',
      `${where}: '${value}' is on another machine; only applications on this one are served.`,
    )
  }
  const host = url.hostname.replace(/^\[|\]$/g, '')
  return { kind: 'tcp', host, port: Number(url.port || 80) }
}

/** `localhost` is both families, whatever the machine's hosts file says. */
const lookupLocalhost: LookupFunction = (_name, options, callback) => {
  const both = [
    { address: '127.0.0.1', family: 4 },
    { address: '::1', family: 6 },
  ]
  // Node asks for all addresses when it may try both families, else for one.
  if (options.all) callback(null, both)
  else callback(null, '127.0.0.1', 4)
}

/** Options for `net.connect` and `http.request` that reach the target. */
export function connectOptions(target: Target): NetConnectOpts & { socketPath?: string } {
  if (target.kind === 'unix') return { path: target.path, socketPath: target.path }
  const { host, port } = target
  return host === 'localhost'
    ? {
        host,
        port,
        lookup: lookupLocalhost,
        autoSelectFamily: true,
        // Nobody there is said at once on loopback; Node's 250 ms would give up an application that is busy.
        autoSelectFamilyAttemptTimeout: 10_000,
      }
    : { host, port }
}

/** The target as people write it. */
export function targetText(target: Target): string {
  return target.kind === 'unix' ? `unix:${target.path}` : `${target.host}:${target.port}`
}
