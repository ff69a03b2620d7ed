import type { FrontSite, KovuApi, KovuPluginApi } from '@kovu/protocol'
import type { Plugin, PreviewServer, ResolvedConfig, ViteDevServer } from 'vite'
import { clientInjection } from './inject/client-tags.ts'
import { commands } from './commands/index.ts'
import { resolveOptions } from './options/resolve.ts'
import type { ResolvedHost, ResolvedOptions, VhostDevOptions } from './options/resolve.ts'
import { placeVite } from './vite/placement.ts'
import type { Placement } from './vite/placement.ts'
import { processEnvironment } from './processes/environment.ts'
import type { AppSpec } from './processes/app.ts'
import { siteKey, sites } from './site/sites.ts'
import { Site } from './site/site.ts'
import type { SiteState } from './site/site.ts'
import { testserver } from './vite/testserver.ts'
import { isTrusted } from './trust/stores.ts'
import { hostLines, printedUrls, shortPath } from './names/urls.ts'
import { devHandle, previewHandle } from './vite/handle.ts'
import type { ViteHandle } from './vite/handle.ts'
import { tellPublicAddress, viteOptions } from './vite/options.ts'

const codeRE = /\.(?:py|[cm]?[jt]sx?|json|toml|ini|cfg)$/

/** What the plugin tells other programs, as `plugin.api.vhost`. */
export interface VhostApi {
  /** The HTTPS port; 0 until the front listens. */
  readonly port: number
  /** `https://host[:port]` of every host; a wildcard host is given with `*`. */
  readonly origins: readonly string[]
  /** Path of the certificate of the project's own authority; undefined until the front listens, or with other certificates. */
  readonly ca: string | undefined
}

/** The plugin's `api`. */
export interface VhostDevApi extends KovuPluginApi {
  readonly vhost: VhostApi
}

/** State of one plugin call. */
interface Context {
  readonly given: VhostDevOptions
  config: ResolvedConfig | undefined
  options: ResolvedOptions | undefined
  peers: readonly KovuApi[]
  site: Site | undefined
  /** A new server of this very plugin object has taken the front over; the old one is about to close. */
  restarting: boolean
}

/** Makes the plugin. */
export function vhostPlugin(given: VhostDevOptions): Plugin<VhostDevApi> {
  const context: Context = {
    given,
    config: undefined,
    options: undefined,
    peers: [],
    site: undefined,
    restarting: false,
  }
  const closeSite = async (): Promise<void> => {
    const { site } = context
    // After a restart the front belongs to the plugin of the new server.
    if (!site || site.owner !== context) return
    for (const [key, open] of sites()) if (open === site) sites().delete(key)
    await site.close()
  }
  return {
    name: 'vhost-dev',
    api: {
      kovu: { targets: { testserver }, commands: commands(given) },
      vhost: {
        get port() {
          return context.site?.port ?? 0
        },
        get origins() {
          return context.site?.origins ?? []
        },
        get ca() {
          return context.site?.ca
        },
      },
    },
    config(user, env) {
      if (env.command !== 'serve') return undefined
      const { domain } = resolveOptions(given, user.root ?? process.cwd())
      return viteOptions(user, domain, (origin) => context.site?.isOurs(origin) ?? false)
    },
    configResolved(config) {
      context.config = config
      context.options = resolveOptions(given, config.root)
      context.peers = config.plugins
        .map((plugin) => (plugin.api as Partial<KovuPluginApi> | undefined)?.kovu)
        .filter((api) => api !== undefined)
    },
    async configureServer(server) {
      // Somebody else owns the port then, and the hosts with it.
      if (server.config.server.middlewareMode) return undefined
      return serveDev(context, server)
    },
    closeServer({ reason }) {
      const handedOver = reason === 'restart' && context.restarting
      context.restarting = false
      return handedOver ? undefined : closeSite()
    },
    async configurePreviewServer(server) {
      await servePreview(context, server)
    },
    closePreviewServer: closeSite,
  }
}

async function serveDev(context: Context, server: ViteDevServer): Promise<() => void> {
  const { config } = server
  const placement = await place(context, config)
  const key = siteKey(placement.port, config.root, 'dev')
  let markReady: (value?: unknown) => void = () => {}
  const ready = new Promise((done) => {
    markReady = done
  })
  const state = makeState(context, config, placement, devHandle(server, ready))
  for (const warning of placement.warnings) config.logger.warn(`vhost-dev: ${warning}`)

  const listen = server.listen.bind(server)
  server.listen = async (port, isRestart) => {
    const site = await openSite(context, key, state, placement.port)
    try {
      const origin = placement.viteHost && site.originOf(placement.viteHost)
      tellPublicAddress(config, site.port, origin)
      const started = appSpecs(context, config, placement, site).then((specs) => site.run(specs))
      // After a restart the front goes on, whatever became of the processes.
      await (isRestart
        ? started.catch((error: Error) => config.logger.error(error.message))
        : started)
      const result = await listen(port, isRestart)
      server.resolvedUrls = { local: publicUrls(config, placement, site), network: [] }
      markReady()
      watchCode(server, site)
      return result
    } catch (error) {
      sites().delete(key)
      await site.close()
      throw error
    }
  }
  const openBrowser = server.openBrowser.bind(server)
  server.openBrowser = () => {
    const { site } = context
    if (site) server.resolvedUrls = { local: publicUrls(config, placement, site), network: [] }
    openBrowser()
  }
  server.printUrls = () => printUrls(context, config, placement)
  return () => {
    const site = sites().get(key)
    if (!site) return
    context.restarting = site.owner === context
    context.site = site
    site.takeOver(state, context)
  }
}

async function servePreview(context: Context, server: PreviewServer): Promise<void> {
  const { config } = server
  const placement = await place(context, config)
  const key = siteKey(placement.port, config.root, 'preview')
  const site = await openSite(
    context,
    key,
    makeState(context, config, placement, previewHandle(server)),
    placement.port,
  )
  try {
    await site.run(await appSpecs(context, config, placement, site))
  } catch (error) {
    sites().delete(key)
    await site.close()
    throw error
  }
  server.printUrls = () => printUrls(context, config, placement)
}

async function place(context: Context, config: ResolvedConfig): Promise<Placement> {
  const { options, peers } = context
  if (!options) throw new Error('vhost-dev: configResolved has not run')
  const statics = await peers.find((peer) => 'statics' in peer)?.statics?.()
  return placeVite(options, config.base, statics?.url)
}

function makeState(
  context: Context,
  config: ResolvedConfig,
  placement: Placement,
  vite: ViteHandle,
): SiteState {
  const { options } = context
  if (!options) throw new Error('vhost-dev: configResolved has not run')
  let told = false
  const onRelaxed = (): void => {
    if (told) return
    told = true
    config.logger.info("vhost-dev: the pages' Content-Security-Policy is relaxed for Vite's client")
  }
  const { hosts, vitePaths, viteHost } = placement
  return {
    domain: options.domain,
    hosts,
    certificates: options.certificates,
    vite,
    vitePaths,
    injection(pageOrigin) {
      if (!vite.upgrade || (viteHost === undefined && vitePaths.length === 0)) return undefined
      const origin = viteHost === undefined ? pageOrigin : context.site?.originOf(viteHost)
      return origin === undefined ? undefined : clientInjection(origin, vite.base, onRelaxed)
    },
    log: config.logger,
    logsRequests: options.log,
  }
}

async function openSite(
  context: Context,
  key: string,
  state: SiteState,
  port: number,
): Promise<Site> {
  const { config } = context
  const site = sites().get(key) ?? new Site(config?.root ?? process.cwd(), state, context)
  context.site = site
  await site.open(port)
  sites().set(key, site)
  return site
}

async function appSpecs(
  context: Context,
  config: ResolvedConfig,
  placement: Placement,
  site: Site,
): Promise<AppSpec[]> {
  const { options, peers } = context
  const apps = placement.hosts.filter((host) => host.kind === 'app')
  if (!options || !apps.some((app) => app.run)) return []
  const front: FrontSite = { domain: options.domain, port: site.port, origins: site.origins }
  const additions = await Promise.all(
    peers.map(async (peer) => (await peer.processEnv?.(front)) ?? {}),
  )
  return apps.flatMap((app): AppSpec[] => {
    if (app.run === undefined) return []
    const port = app.target.kind === 'tcp' ? { PORT: String(app.target.port) } : {}
    return [
      {
        name: app.name,
        run: app.run,
        cwd: app.cwd,
        env: processEnvironment(config.root, [...additions, port, app.env]),
        target: app.target,
        ready: app.ready,
        host: new URL(site.originOf(app.pattern.replace(/^\*/, 'www'))).host,
      },
    ]
  })
}

/** Edits end pauses of crashed applications, and reload the pages of those that restart themselves. */
function watchCode(server: ViteDevServer, site: Site): void {
  let abort = new AbortController()
  server.httpServer?.on('close', () => abort.abort())
  server.watcher.on('all', (_event, file) => {
    if (!codeRE.test(file)) return
    site.processes.retryNow()
    if (!file.endsWith('.py') || server.ws.clients.size === 0) return
    abort.abort()
    abort = new AbortController()
    void site.reloadAfterRestart(abort.signal)
  })
}

/** Pages before Vite's own host: the first is what a browser opens. */
function publicUrls(config: ResolvedConfig, placement: Placement, site: Site): string[] {
  const isVite = (host: ResolvedHost): number => Number(host.kind === 'vite')
  const hosts = placement.hosts.toSorted((a, b) => isVite(a) - isVite(b))
  return hostLines(hosts, config.base, (host) => site.originOf(host)).map((line) => line.url)
}

function printUrls(context: Context, config: ResolvedConfig, placement: Placement): void {
  const { site } = context
  if (!site) throw new Error('Cannot print server URLs before server.listen is called.')
  const lines = hostLines(placement.hosts, config.base, (host) => site.originOf(host))
  const hint =
    site.ca === undefined || isTrusted(site.ca)
      ? undefined
      : `browsers do not know the authority ${shortPath(site.ca)} yet: 'kovu trust' tells them`
  config.logger.info(printedUrls(lines, hint))
}
