import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { debuglog } from 'node:util'
import type { Simulation } from '../cdn/simulation.ts'
import { answerText, checkRequest, cutOff, isNavigation, refuseRequest } from '../front/request.ts'
import type { Checked, FrontRequest, FrontResponse } from '../front/request.ts'
import { requestLine } from '../front/request-log.ts'
import type { Change } from '../proxy/change.ts'
import { forward } from '../proxy/forward.ts'
import type { Forwarding } from '../proxy/forward.ts'
import { hopsOf } from '../proxy/headers.ts'
import { hostLines } from '../names/urls.ts'
import type { HostLine } from '../names/urls.ts'
import { answerState, statePath } from '../pages/away.ts'
import { answerUnknownHost } from '../pages/unknown-host.ts'
import { forwardUpgrade, refuseUpgrade } from '../proxy/upgrade.ts'
import { accepts } from '../processes/ready.ts'
import { isViteHandshake } from '../vite/handle.ts'
import type { AppRoute, Route } from './routes.ts'
import type { SiteState } from './state.ts'

const debug = debuglog('kovu:vhost-dev')
const maxHops = 5

/** The site as a request finds it. */
export interface CurrentSite {
  readonly state: SiteState
  /** The HTTPS port. */
  readonly port: number
  match(hostname: string): Route | undefined
  /** `https://host[:port]`. */
  originOf(hostname: string): string
  /** Is the origin one of a page of ours? */
  isOurs(origin: string): boolean
}

/** Decides, for every request, who answers it. */
export class Dispatcher {
  readonly #site: CurrentSite

  constructor(site: CurrentSite) {
    this.#site = site
  }

  /** Answers a request. Never throws. */
  request(req: FrontRequest, res: FrontResponse): void {
    try {
      res.on('error', () => {})
      req.on('error', () => {})
      const checked = checkRequest(req)
      if (!checked.ok) return refuseRequest(res, checked)
      const route = this.#site.match(checked.authority.hostname)
      if (!route) return this.unknownHost(req, res, checked.authority.hostname)
      if (route.kind === 'vite' || this.#isVitePath(checked.url)) {
        return this.#toVite(req, res, checked)
      }
      this.#toApp(req, res, checked, route)
    } catch (error) {
      this.#failed(res, error)
    }
  }

  /** Answers a request for a host that is none of the site's. */
  unknownHost(req: FrontRequest, res: FrontResponse, hostname: string): void {
    const { domain, hosts, vite } = this.#site.state
    const lines = (): HostLine[] => hostLines(hosts, vite.base, (host) => this.#site.originOf(host))
    answerUnknownHost(req, res, hostname, { domain, lines })
  }

  /** Answers a WebSocket handshake. Never throws. */
  upgrade(req: IncomingMessage, socket: Duplex, head: Buffer): void {
    try {
      socket.on('error', () => socket.destroy())
      const checked = checkRequest(req)
      if (!checked.ok) return refuseUpgrade(socket, checked.status)
      if (req.headers.upgrade?.toLowerCase() !== 'websocket' || req.method !== 'GET') {
        return refuseUpgrade(socket, 400)
      }
      const route = this.#site.match(checked.authority.hostname)
      if (!route) return refuseUpgrade(socket, 421)
      const isVites = isViteHandshake(req) && this.#isVitePath(checked.url)
      if (route.kind === 'vite' || isVites) return this.#upgradeVite(req, socket, head, checked)
      const hops = hopsOf(req.headers)
      if (hops >= maxHops) return refuseUpgrade(socket, 508)
      const started = performance.now()
      forwardUpgrade(req, socket, head, this.#forwarding(req, checked, route, []), (status) =>
        this.#log(req, checked, status, started),
      )
    } catch (error) {
      debug('upgrade: %o', error)
      socket.destroy()
    }
  }

  #failed(res: FrontResponse, error: unknown): void {
    debug('request: %o', error)
    answerText(res, 500, 'The development front failed on this request.')
  }

  #toVite(req: FrontRequest, res: FrontResponse, checked: Checked): void {
    req.url = checked.url
    void this.#whenViteIsReady()
      .then(() => {
        const { simulation, vite } = this.#site.state
        return simulation ? this.#simulate(req, res, checked, simulation) : vite.handle(req, res)
      })
      .catch((error: unknown) => this.#failed(res, error))
  }

  #simulate(req: FrontRequest, res: FrontResponse, checked: Checked, simulation: Simulation): void {
    const { vite } = this.#site.state
    const isTool = simulation.isTool(checked.url, vite.base)
    const { offline = false, latency = 0 } = simulation.options
    if (offline && !isTool) return cutOff(res)
    const { origin } = req.headers
    const change = simulation.change(typeof origin === 'string' ? origin : undefined, isTool)
    const route = { upstream: simulation.upstream(vite.port), timeoutMs: 0 }
    const forwarding = this.#forwarding(req, checked, route, [change])
    if (latency === 0) return forward(req, res, forwarding)
    setTimeout(() => forward(req, res, forwarding), latency)
  }

  #toApp(req: FrontRequest, res: FrontResponse, checked: Checked, route: AppRoute): void {
    const { upstream, changes } = route
    const { state } = this.#site
    if (state.logsRequests) this.#logWhenDone(req, res, checked)
    if (hopsOf(req.headers) >= maxHops) {
      return answerText(res, 508, `The target of '${upstream.name}' leads back to this front.`)
    }
    if (checked.url === statePath) {
      void accepts(upstream.target).then((is) =>
        is && upstream.app?.state !== 'starting'
          ? forward(req, res, this.#forwarding(req, checked, route, changes))
          : answerState(res, upstream),
      )
      return
    }
    const { injection } = state
    if (!injection || !route.inject || req.method === 'HEAD' || !isNavigation(req)) {
      return forward(req, res, this.#forwarding(req, checked, route, changes))
    }
    void injection(this.#site.originOf(checked.authority.hostname))
      .then((client) =>
        forward(req, res, this.#forwarding(req, checked, route, [...changes, client])),
      )
      .catch((error: unknown) => this.#failed(res, error))
  }

  #forwarding(
    req: FrontRequest,
    checked: Checked,
    route: Pick<AppRoute, 'upstream' | 'timeoutMs'>,
    changes: readonly Change[],
  ): Forwarding {
    return {
      upstream: route.upstream,
      url: checked.url,
      info: {
        host: checked.host,
        remoteAddress: req.socket.remoteAddress ?? '127.0.0.1',
        port: this.#site.port,
        hops: hopsOf(req.headers),
      },
      timeoutMs: route.timeoutMs,
      changes,
    }
  }

  #logWhenDone(req: FrontRequest, res: FrontResponse, checked: Checked): void {
    const started = performance.now()
    res.on('close', () =>
      this.#log(req, checked, res.headersSent ? res.statusCode : undefined, started),
    )
  }

  #log(req: FrontRequest, checked: Checked, status: number | undefined, started: number): void {
    const { log, logsRequests } = this.#site.state
    if (!logsRequests) return
    const { hostname } = checked.authority
    const ms = performance.now() - started
    log.info(requestLine({ hostname, method: req.method ?? '', url: checked.url, status, ms }))
  }

  /** Vite checks a token when there is an Origin; the front checks that the Origin is ours. */
  #upgradeVite(req: IncomingMessage, socket: Duplex, head: Buffer, checked: Checked): void {
    const { origin } = req.headers
    if (origin !== undefined && !this.#site.isOurs(origin)) return refuseUpgrade(socket, 403)
    if (!isViteHandshake(req)) return refuseUpgrade(socket, 400)
    req.url = checked.url
    void this.#whenViteIsReady().then(() => {
      const { upgrade } = this.#site.state.vite
      return upgrade ? upgrade(req, socket, head) : refuseUpgrade(socket, 400)
    })
  }

  async #whenViteIsReady(): Promise<void> {
    // A restart may begin while we wait for the one before.
    for (let vite; vite !== this.#site.state.vite;) {
      vite = this.#site.state.vite
      await vite.ready
    }
  }

  /** Below a path that Vite answers, written as a browser writes it: nothing that a later `..` could undo. */
  #isVitePath(url: string): boolean {
    const path = url.split('?', 1)[0] ?? ''
    if (!this.#site.state.vitePaths.some((prefix) => path.startsWith(prefix))) return false
    return !/(?:^|\/|%2f)(?:\.|%2e){1,2}(?:\/|%2f|$)|%5c|%2f/i.test(path)
  }
}
