import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http'
import type { Change } from '../proxy/change.ts'
import { Upstream } from '../proxy/upstream.ts'
import type { CdnOptions } from './options.ts'
import { Link } from './link.ts'

/** The static host as it is in production: Vite behind a network and a CDN's rules. */
export class Simulation {
  readonly options: CdnOptions
  readonly #link: Link | undefined
  #upstream: Upstream | undefined

  constructor(options: CdnOptions) {
    this.options = options
    this.#link = options.throughput === undefined ? undefined : new Link(options.throughput)
  }

  /** Vite's own listener: an answer can be changed on its way from there. */
  upstream(port: number): Upstream {
    const { target } = this.#upstream ?? {}
    if (!this.#upstream || target?.kind !== 'tcp' || target.port !== port) {
      this.#upstream?.close()
      this.#upstream = new Upstream('Vite', { kind: 'tcp', host: 'localhost', port })
    }
    return this.#upstream
  }

  /** Is the URL one that only a development server has? */
  isTool(url: string, base: string): boolean {
    const path = url.startsWith(base) ? url.slice(base.length) : url.slice(1)
    return path.startsWith('@') || path.startsWith('node_modules/') || path.startsWith('__')
  }

  /**
   * What happens to a request and its answer.
   *
   * @param origin The request's Origin.
   * @param isTool Is it for something that exists in development only, such as Vite's client? The CDN's rules do not
   *   apply to that; the network's do.
   */
  change(origin: string | undefined, isTool: boolean): Change {
    const { stripCookies = false, cors, maxAge } = this.options
    return {
      request(headers) {
        if (stripCookies) delete headers['cookie']
      },
      answer: (answer, headers) => {
        if (stripCookies) delete headers['set-cookie']
        if (!isTool && cors !== undefined) setCors(headers, cors, origin)
        if (!isTool && maxAge !== undefined) setAge(answer, headers, maxAge)
        return this.#link ? [this.#link.stream()] : []
      },
    }
  }

  /** Closes idle connections. */
  close(): void {
    this.#upstream?.close()
  }
}

function setCors(
  headers: OutgoingHttpHeaders,
  cors: NonNullable<CdnOptions['cors']>,
  origin: string | undefined,
): void {
  for (const name of Object.keys(headers)) {
    if (name.startsWith('access-control-') || name === 'timing-allow-origin') delete headers[name]
  }
  if (cors === 'none') return
  if (cors === '*') {
    headers['access-control-allow-origin'] = '*'
    return
  }
  headers['vary'] = [headers['vary'], 'Origin'].flat().filter(Boolean).join(', ')
  if (origin !== undefined && cors.includes(origin)) headers['access-control-allow-origin'] = origin
}

function setAge(answer: IncomingMessage, headers: OutgoingHttpHeaders, maxAge: number): void {
  const status = answer.statusCode ?? 0
  if (status !== 200 && status !== 206 && status !== 304) return
  // What says itself that it never changes is kept for as long as it says.
  if (/\bimmutable\b/.test(headers['cache-control'] ?? '')) return
  headers['cache-control'] = `public, max-age=${maxAge}`
  delete headers['expires']
  delete headers['pragma']
}
