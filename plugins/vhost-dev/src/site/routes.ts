import { hostTable } from '../names/hosts.ts'
import type { HostTable } from '../names/hosts.ts'
import type { ResolvedHost } from '../options/resolve.ts'
import type { App } from '../processes/app.ts'
import { Upstream } from '../proxy/upstream.ts'

/** What answers a host. */
export type Route = { readonly kind: 'vite' } | AppRoute

/** A host answered by an application. */
export interface AppRoute {
  readonly kind: 'app'
  readonly upstream: Upstream
  /** Does Vite's client go into its pages? */
  readonly inject: boolean
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
    // Hosts that share a target share its process, whichever of them says how to run it.
    const apps = hosts.filter((host) => host.kind === 'app')
    for (const host of apps.toSorted((a, b) => Number(!a.run) - Number(!b.run))) {
      const key = JSON.stringify(host.target)
      let upstream = this.#upstreams.get(key)
      if (!upstream) {
        upstream = (before && before.#upstreams.get(key)) ?? new Upstream(host.name, host.target)
        upstream.name = host.name
        upstream.app = host.run === undefined ? undefined : appOf(host.name)
        this.#upstreams.set(key, upstream)
      }
      routes.set(host.pattern, { kind: 'app', upstream, inject: host.inject })
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
