import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http'

/** Counts how often a request has come through a front, so that one that points to itself is noticed. */
const hopsHeader = 'x-vhost-hops'

const hopByHop = new Set([
  'connection',
  'expect',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** What the front knows about a request and tells the application. */
export interface ForwardInfo {
  /** As the client wrote it, with its port. */
  readonly host: string
  readonly remoteAddress: string
  /** The front's port. */
  readonly port: number
  readonly hops: number
}

/**
 * The headers an application is sent: the client's own without those that belong to one connection (RFC 9110, 7.6.1)
 * and those only a proxy may set, then ours. Host stays the public one.
 */
export function requestHeaders(
  headers: IncomingHttpHeaders,
  info: ForwardInfo,
): OutgoingHttpHeaders {
  const out: OutgoingHttpHeaders = { host: info.host }
  const nominated = nominatedBy(headers.connection)
  for (const name in headers) {
    if (name === 'host' || hopByHop.has(name) || nominated?.has(name) || isProxyOwned(name))
      continue
    const value = headers[name]
    if (value !== undefined) out[name] = value
  }
  out['x-forwarded-for'] = info.remoteAddress
  out['x-forwarded-host'] = info.host
  out['x-forwarded-port'] = String(info.port)
  out['x-forwarded-proto'] = 'https'
  out[hopsHeader] = String(info.hops + 1)
  return out
}

/** The headers a client is sent: the application's without those that belong to one connection. */
export function responseHeaders(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  const out: OutgoingHttpHeaders = {}
  const nominated = nominatedBy(headers.connection)
  for (const name in headers) {
    if (hopByHop.has(name) || nominated?.has(name)) continue
    const value = headers[name]
    if (value !== undefined) out[name] = value
  }
  return out
}

/** Headers as `http.request` takes them with the least to do: names and values in turn. */
export function headerList(headers: OutgoingHttpHeaders): string[] {
  const list: string[] = []
  for (const name in headers) {
    const value = headers[name]
    if (Array.isArray(value)) for (const one of value) list.push(name, one)
    else if (value !== undefined) list.push(name, String(value))
  }
  return list
}

/** How often the request has passed a front already. */
export function hopsOf(headers: IncomingHttpHeaders): number {
  const hops = Number(headers[hopsHeader] ?? 0)
  return Number.isInteger(hops) && hops > 0 ? hops : 0
}

/**
 * Names a client may not set. WSGI turns `-` and `_` into the same letter, so both spellings count.
 */
function isProxyOwned(name: string): boolean {
  const first = name.charCodeAt(0)
  // `:` pseudo headers, `f`orwarded, `x-…`: everything else is decided by one comparison.
  if (first === 58) return true
  if (first !== 120 && first !== 102) return false
  const dashed = name.replaceAll('_', '-')
  return (
    dashed === 'forwarded' ||
    dashed === 'x-real-ip' ||
    dashed.startsWith('x-forwarded-') ||
    dashed.startsWith('x-vhost-')
  )
}

function nominatedBy(connection: string | undefined): Set<string> | undefined {
  if (connection === undefined || connection === 'keep-alive' || connection === 'close') {
    return undefined
  }
  return new Set(connection.split(',').map((name) => name.trim().toLowerCase()))
}
