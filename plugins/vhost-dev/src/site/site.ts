import type { AttachServer } from '../attach/server.ts'
import { CertificateKeeper } from '../certificates/keeper.ts'
import {
  certificateFor,
  certificateNames,
  loadCertificates,
  missingNames,
} from '../certificates/load.ts'
import type { Certificates } from '../certificates/load.ts'
import { Front } from '../front/front.ts'
import type { AppSpec } from '../processes/app.ts'
import type { Processes } from '../processes/index.ts'
import { accepts } from '../processes/ready.ts'
import type { Upstream } from '../proxy/upstream.ts'
import { Dispatcher } from './dispatcher.ts'
import { Routes } from './routes.ts'
import type { SiteState } from './state.ts'

/** One front with everything behind it. It lives on when Vite restarts. */
export class Site {
  /** Whoever may close it: the plugin instance that took it over last. */
  owner: object
  readonly #root: string
  readonly #keeper: CertificateKeeper
  #processes: Processes | undefined
  #attach: AttachServer | undefined
  #state: SiteState
  #routes: Routes
  #front: Front | undefined
  #wantedPort: number | undefined

  constructor(root: string, state: SiteState, owner: object) {
    this.#root = root
    this.#state = state
    this.owner = owner
    this.#routes = this.#makeRoutes()
    this.#keeper = new CertificateKeeper(
      {
        load: () => this.#loadCertificate(),
        forName: (name) => this.#certificateFor(name),
        onError: (error) => this.#state.log.error(String(error)),
      },
      (certificate) => this.#front?.setCertificate(certificate),
    )
  }

  /** The processes it has started; undefined as long as there were none to start. */
  get processes(): Processes | undefined {
    return this.#processes
  }

  /** The port it listens on. */
  get port(): number {
    return this.#front?.port ?? 0
  }

  /** Path of the authority's certificate, if the certificate is our own. */
  get ca(): string | undefined {
    return this.#keeper.current.ca
  }

  /** Names the user's own certificate is not for. */
  get uncoveredNames(): string[] {
    const { ca, cert } = this.#keeper.current
    return ca === undefined ? missingNames(cert, this.#certificateNames()) : []
  }

  /** Connections that are open. */
  get connections(): number {
    return this.#front?.connections ?? 0
  }

  /** `https://host[:port]` of every host. What an expression stands for is `*`. */
  get origins(): string[] {
    const names = this.#routes.table.patterns.map((pattern) => pattern.replace(/^\/.*\//, '*'))
    return [...new Set(names)].map((name) => this.originOf(name))
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

  /**
   * Opens the port. Another port than before is opened before the old one is closed; where it cannot be, the old one
   * stays open.
   *
   * @throws VhostError `VHOST_DEV_PORT_TAKEN`.
   */
  async open(port: number): Promise<void> {
    if (this.#front && this.#wantedPort === port) return
    const before = this.#front
    const dispatcher = new Dispatcher(this.#current())
    this.#front = await Front.open(port, this.#keeper.current, {
      request: (req, res) => dispatcher.request(req, res),
      upgrade: (req, socket, head) => dispatcher.upgrade(req, socket, head),
      unknownHost: (req, res, hostname) => dispatcher.unknownHost(req, res, hostname),
      knows: (hostname) => this.#routes.table.match(hostname) !== undefined,
      secureContext: (name) => this.#keeper.contextFor(name),
    })
    this.#wantedPort = port
    await before?.close()
  }

  /** Answers with something else from now on. Open connections to applications go on. */
  takeOver(state: SiteState, owner: object): void {
    this.#state.simulation?.close()
    this.#state = state
    this.owner = owner
    this.#processes?.useLogger(state.log)
    this.#routes = this.#makeRoutes()
    this.#keeper.renew()
  }

  /** Makes the running processes those of the hosts, and starts them. */
  async run(specs: readonly AppSpec[]): Promise<void> {
    if (specs.length === 0 && !this.#processes) return
    const { Processes } = await import('../processes/index.ts')
    this.#processes ??= new Processes(this.#root, this.#state.log, () => this.#state.vite.reload())
    await this.#processes.sync(specs)
    this.#routes = this.#makeRoutes()
    if (specs.length > 0) await this.#openAttach(this.#processes)
    void this.#processes.start()
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
    this.#keeper.close()
    await Promise.all([this.#processes?.close(), this.#attach?.close(), this.#front?.close()])
    for (const upstream of this.#routes.upstreams) upstream.close()
    this.#state.simulation?.close()
  }

  async #openAttach(processes: Processes): Promise<void> {
    const { AttachServer } = await import('../attach/server.ts')
    this.#attach ??= new AttachServer(this.#root, processes)
    await this.#attach.open()
  }

  #current(): ConstructorParameters<typeof Dispatcher>[0] {
    // oxlint-disable-next-line typescript/no-this-alias -- getters of the view below have a `this` of their own
    const site = this
    return {
      get state() {
        return site.#state
      },
      get port() {
        return site.port
      },
      match: (hostname) => this.#routes.table.match(hostname),
      originOf: (hostname) => this.originOf(hostname),
      isOurs: (origin) => this.isOurs(origin),
    }
  }

  #makeRoutes(): Routes {
    return new Routes(this.#state.hosts, (name) => this.#processes?.get(name), this.#routes)
  }

  #certificateNames(): string[] {
    const { domain, hosts } = this.#state
    return certificateNames(
      domain,
      hosts.map((host) => host.pattern),
    )
  }

  #loadCertificate(): Certificates {
    const { domain, certificates } = this.#state
    return loadCertificates(certificates, domain, this.#certificateNames(), this.#root)
  }

  /** A name that an expression stands for, with more labels than the wildcards of the certificate have. */
  #certificateFor(name: string): ReturnType<typeof certificateFor> {
    const { domain, certificates } = this.#state
    const isOurs = this.#routes.table.match(name) !== undefined
    if (!isOurs || missingNames(this.#keeper.current.cert, [name]).length === 0) return undefined
    return certificateFor(certificates, domain, name, this.#root)
  }
}
