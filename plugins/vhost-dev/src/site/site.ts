import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { debuglog } from 'node:util'
import type { Logger } from 'vite'
import { certificateNames, loadCertificates } from '../certificates/load.ts'
import type { CertificateOptions, Certificates } from '../certificates/load.ts'
import { Front } from '../front/front.ts'
import { hopsOf } from '../proxy/headers.ts'
import type { ResolvedHost } from '../options/resolve.ts'
import { answerState, statePath } from '../proxy/pages.ts'
import { accepts } from '../processes/ready.ts'
import { Processes } from '../processes/index.ts'
import type { AppSpec } from '../processes/app.ts'
import { forward } from '../proxy/forward.ts'
import type { Forwarding, Injection } from '../proxy/forward.ts'
import { answerText, checkRequest } from '../front/request.ts'
import type { Checked, FrontRequest, FrontResponse } from '../front/request.ts'
import { requestLine } from '../front/request-log.ts'
import { Routes } from './routes.ts'
import type { AppRoute } from './routes.ts'
import { forwardUpgrade, refuseUpgrade } from '../proxy/upgrade.ts'
import type { Upstream } from '../proxy/upstream.ts'
import { isViteHandshake } from '../vite/handle.ts'
import type { ViteHandle } from '../vite/handle.ts'

const debug = debuglog('kovu:vhost-dev')
const maxHops = 5
const dayMs = 86_400_000

/** What a site answers with; replaced as a whole when Vite restarts. */
export interface SiteState {
  readonly domain: string
  readonly hosts: readonly ResolvedHost[]
  readonly certificates: CertificateOptions
  readonly vite: ViteHandle
  /** Paths that every application host answers from Vite; each begins and ends with a slash. */
  readonly vitePaths: readonly string[]
  /** Makes the injection for a page of a host; undefined when there is nothing to inject. */
  injection(pageOrigin: string): Injection | undefined
  readonly log: Logger
  /** Is every request to an application logged? */
  readonly logsRequests: boolean
}

/** One front with everything behind it. It lives on when Vite restarts. */
export class Site {
  readonly processes: Processes
  /** Whoever may close it: the plugin instance that took it over last. */
  owner: object
  readonly #root: string
  #state: SiteState
  #routes: Routes
  #front: Front | undefined
  #certificate: Certificates
  #renewal: NodeJS.Timeout | undefined

  constructor(root: string, state: SiteState, owner: object) {
    this.#root = root
    this.#state = state
    this.owner = owner
    this.processes = new Processes(root, state.log, () => this.#state.vite.reload())
    this.#routes = this.#makeRoutes()
    this.#certificate = this.#loadCertificate()
  }

  /** The port it listens on. */
  get port(): number {
    return this.#front?.port ?? 0
  }

  /** Path of the authority's certificate, if the certificate is our own. */
  get ca(): string | undefined {
    return this.#certificate.ca
  }

  /** Connections that are open. */
  get connections(): number {
    return this.#front?.connections ?? 0
  }

  /** `https://host[:port]` of every host. */
  get origins(): string[] {
    return this.#routes.table.patterns.map((pattern) => this.originOf(pattern))
  }

  /** `https://host[:port]`. */
  originOf(hostname: string): string {
    return `https://${hostname}${this.port === 443 ? '' : `:${this.port}`}`
  }

  /** Is the origin one of a page of ours? */
  isOurs(origin: string): boolean {
    if (!URL.canParse(origin)) return false
    const url = new URL(origin)
    if (url.protocol !== 'https:' || Number(url.port || 443) !== this.port) return false
    return this.#routes.table.match(url.hostname) !== undefined
  }

  /** Opens the port; nothing happens when it is open. */
  async open(port: number): Promise<void> {
    if (this.#front) return
    this.#front = await Front.open(port, this.#certificate, {
      request: (req, res) => this.#onRequest(req, res),
      upgrade: (req, socket, head) => this.#onUpgrade(req, socket, head),
      knows: (hostname) => this.#routes.table.match(hostname) !== undefined,
    })
    this.#renewal = setInterval(() => this.#renew(), dayMs).unref()
  }

  /** Answers with something else from now on. Open connections to applications go on. */
  takeOver(state: SiteState, owner: object): void {
    this.#state = state
    this.owner = owner
    this.processes.useLogger(state.log)
    this.#routes = this.#makeRoutes()
    this.#renew()
  }

  /** Makes the running processes those of the hosts, and starts them. */
  async run(specs: readonly AppSpec[]): Promise<void> {
    await this.processes.sync(specs)
    this.#routes = this.#makeRoutes()
    this.processes.start()
  }

  /**
   * After an edit that makes applications restart themselves: reloads the pages once one was away and is back.
   *
   * @param signal Ends the watch.
   */
  async reloadAfterRestart(signal: AbortSignal): Promise<void> {
    const upstreams = this.#routes.upstreams.filter((upstream) => upstream.app?.state === 'up')
    const started = performance.now()
    const away = new Set<Upstream>()
    while (!signal.aborted && performance.now() - started < (away.size > 0 ? 30_000 : 4000)) {
      for (const upstream of upstreams) {
        if (upstream.app?.state !== 'up') continue
        const is = await accepts(upstream.target)
        if (!is) away.add(upstream)
        else if (away.size > 0 && away.has(upstream)) return this.#state.vite.reload()
      }
      await new Promise((done) => setTimeout(done, 60))
    }
  }

  /** Ends the processes and closes the port. */
  async close(): Promise<void> {
    clearInterval(this.#renewal)
    await Promise.all([this.processes.close(), this.#front?.close()])
    for (const upstream of this.#routes.upstreams) upstream.close()
  }

  #makeRoutes(): Routes {
    return new Routes(this.#state.hosts, (name) => this.processes.get(name), this.#routes)
  }

  #loadCertificate(): Certificates {
    const { domain, hosts, certificates } = this.#state
    const names = certificateNames(
      domain,
      hosts.map((host) => host.pattern),
    )
    return loadCertificates(certificates, domain, names, this.#root)
  }

  #renew(): void {
    try {
      const certificate = this.#loadCertificate()
      if (certificate.cert === this.#certificate.cert) return
      this.#certificate = certificate
      this.#front?.setCertificate(certificate)
    } catch (error) {
      this.#state.log.error(String(error))
    }
  }

  #onRequest(req: FrontRequest, res: FrontResponse): void {
    try {
      res.on('error', () => {})
      req.on('error', () => {})
      const checked = checkRequest(req)
      if (!checked.ok) return answerText(res, checked.status, checked.reason)
      const route = this.#routes.table.match(checked.authority.hostname)
      if (!route) return answerText(res, 421, 'No such host is served here.')
      if (route.kind === 'vite' || this.#isVitePath(checked.url)) {
        req.url = checked.url
        void this.#whenViteIsReady().then(() => this.#state.vite.handle(req, res))
        return
      }
      this.#forward(req, res, checked, route)
    } catch (error) {
      debug('request: %o', error)
      answerText(res, 500, 'The development front failed on this request.')
    }
  }

  #forward(req: FrontRequest, res: FrontResponse, checked: Checked, route: AppRoute): void {
    const { upstream } = route
    if (this.#state.logsRequests) this.#logWhenDone(req, res, checked)
    const hops = hopsOf(req.headers)
    if (hops >= maxHops) {
      return answerText(res, 508, `The target of '${upstream.name}' leads back to this front.`)
    }
    if (checked.url === statePath) {
      void accepts(upstream.target).then((is) =>
        is && upstream.app?.state !== 'starting'
          ? forward(req, res, this.#forwarding(req, checked, route, hops))
          : answerState(res, upstream),
      )
      return
    }
    forward(req, res, this.#forwarding(req, checked, route, hops))
  }

  #forwarding(req: FrontRequest, checked: Checked, route: AppRoute, hops: number): Forwarding {
    return {
      upstream: route.upstream,
      url: checked.url,
      info: {
        host: checked.host,
        remoteAddress: req.socket.remoteAddress ?? '127.0.0.1',
        port: this.port,
        hops,
      },
      injection: () =>
        route.inject ? this.#state.injection(this.originOf(checked.authority.hostname)) : undefined,
    }
  }

  #logWhenDone(req: FrontRequest, res: FrontResponse, checked: Checked): void {
    const started = performance.now()
    res.on('close', () => {
      const line = requestLine({
        hostname: checked.authority.hostname,
        method: req.method ?? '',
        url: checked.url,
        status: res.headersSent ? res.statusCode : undefined,
        ms: performance.now() - started,
      })
      this.#state.log.info(line)
    })
  }

  #onUpgrade(req: IncomingMessage, socket: Duplex, head: Buffer): void {
    try {
      socket.on('error', () => socket.destroy())
      const checked = checkRequest(req)
      if (!checked.ok) return refuseUpgrade(socket, checked.status)
      if (req.headers.upgrade?.toLowerCase() !== 'websocket' || req.method !== 'GET') {
        return refuseUpgrade(socket, 400)
      }
      const route = this.#routes.table.match(checked.authority.hostname)
      if (!route) return refuseUpgrade(socket, 421)
      const isVites = isViteHandshake(req) && this.#isVitePath(checked.url)
      if (route.kind === 'vite' || isVites) return this.#upgradeVite(req, socket, head, checked)
      const hops = hopsOf(req.headers)
      if (hops >= maxHops) return refuseUpgrade(socket, 508)
      forwardUpgrade(req, socket, head, this.#forwarding(req, checked, route, hops))
    } catch (error) {
      debug('upgrade: %o', error)
      socket.destroy()
    }
  }

  /** Vite checks a token when there is an Origin; the front checks that the Origin is ours. */
  #upgradeVite(req: IncomingMessage, socket: Duplex, head: Buffer, checked: Checked): void {
    const { origin } = req.headers
    if (origin !== undefined && !this.isOurs(origin)) return refuseUpgrade(socket, 403)
    if (!isViteHandshake(req)) return refuseUpgrade(socket, 400)
    req.url = checked.url
    void this.#whenViteIsReady().then(() => {
      const { upgrade } = this.#state.vite
      return upgrade ? upgrade(req, socket, head) : refuseUpgrade(socket, 400)
    })
  }

  async #whenViteIsReady(): Promise<void> {
    // A restart may begin while we wait for the one before.
    for (let vite; vite !== this.#state.vite;) {
      vite = this.#state.vite
      await vite.ready
    }
  }

  /** Below a path that Vite answers, written as a browser writes it: nothing that a later `..` could undo. */
  #isVitePath(url: string): boolean {
    const path = url.split('?', 1)[0] ?? ''
    if (!this.#state.vitePaths.some((prefix) => path.startsWith(prefix))) return false
    return !/(?:^|\/|%2f)(?:\.|%2e){1,2}(?:\/|%2f|$)|%5c|%2f/i.test(path)
  }
}
