import { hostTable } from '../names/hosts.ts'
import type { HostTable } from '../names/hosts.ts'
import type { ResolvedHost } from '../options/hosts.ts'
import type { App } from '../processes/app.ts'
import type { Change } from '../proxy/change.ts'
import { cookieDomains } from '../proxy/cookies.ts'
import { Upstream } from '../proxy/upstream.ts'

/** What answers a host. */
export type Route = { readonly kind: 'vite' } | AppRoute

/** A host answered by an application. */
export interface AppRoute {
  readonly kind: 'app'
  readonly upstream: Upstream
  /** Does Vite's client go into its pages? */
  readonly inject: boolean
  /** Milliseconds until the first byte of an answer; 0 is for ever. */
  readonly timeoutMs: number
  readonly changes: readonly Change[]
}

/** The hosts with their applications and the connections to them. */
export class Routes {
  readonly table: HostTable<Route>
  readonly #upstreams = new Map<string, Upstream>()

  /**
   * @param hosts In the order they are shown.
   * @param appOf The process of a name, if it runs.
   * @param before The routes these replace: applications that stay keep their connections, the others' are closed.
   */
  constructor(
    hosts: readonly ResolvedHost[],
    appOf: (name: string) => App | undefined,
    before?: Routes,
  ) {
    const routes = new Map<string, Route>()
    for (const host of hosts) {
      if (host.kind !== 'app') continue
      const key = JSON.stringify(host.target)
      let upstream = this.#upstreams.get(key)
      if (!upstream) {
        upstream = (before && before.#upstreams.get(key)) ?? new Upstream(host.name, host.target)
        upstream.name = host.name
        // Hosts with one target have one process, and its name.
        upstream.app = appOf(host.name)
        this.#upstreams.set(key, upstream)
      }
      const { inject, timeoutMs } = host
      const changes = host.cookieDomains.size > 0 ? [cookieDomains(host.cookieDomains)] : []
      routes.set(host.pattern, { kind: 'app', upstream, inject, timeoutMs, changes })
    }
    for (const [key, upstream] of before ? before.#upstreams : []) {
      if (!this.#upstreams.has(key)) upstream.close()
    }
    this.table = hostTable(
      hosts.map(({ pattern }) => [pattern, routes.get(pattern) ?? { kind: 'vite' }] as const),
    )
  }

  /** Every application, once. */
  get upstreams(): Upstream[] {
    return [...this.#upstreams.values()]
  }
}
