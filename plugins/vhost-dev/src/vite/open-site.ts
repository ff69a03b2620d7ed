import type { FrontSite } from '@kovu/protocol'
import type { ResolvedConfig } from 'vite'
import { isExact } from '../names/hosts.ts'
import type { AppSpec } from '../processes/app.ts'
import { siteKey, sites } from '../site/sites.ts'
import { Site } from '../site/site.ts'
import type { SiteState } from '../site/state.ts'
import { optionsOf } from './context.ts'
import type { Context } from './context.ts'
import type { ViteHandle } from './handle.ts'
import { placeVite } from './placement.ts'
import type { Placement } from './placement.ts'

/** Decides who answers what; asks Django through its plugin where there is one. */
export async function place(context: Context, config: ResolvedConfig): Promise<Placement> {
  const statics = await context.peers.find((peer) => 'statics' in peer)?.statics?.()
  return placeVite(optionsOf(context), config.base, statics?.url)
}

/** What the front answers with, from this server on. */
export async function siteState(
  context: Context,
  config: ResolvedConfig,
  placement: Placement,
  vite: ViteHandle,
): Promise<SiteState> {
  const { domain, certificates, cdn, log } = optionsOf(context)
  const { hosts, vitePaths, viteHost } = placement
  let told = false
  const onRelaxed = (): void => {
    if (told) return
    told = true
    config.logger.info("vhost-dev: the pages' Content-Security-Policy is relaxed for Vite's client")
  }
  const { scripts } = vite
  const injects = scripts && (viteHost !== undefined || vitePaths.length > 0)
  return {
    domain,
    hosts,
    certificates,
    vite,
    simulation: cdn && new (await import('../cdn/simulation.ts')).Simulation(cdn),
    vitePaths,
    injection: injects
      ? async (pageOrigin) => {
          const { injection } = await import('../inject/injection.ts')
          const { sources } = await scripts()
          const origin = viteHost === undefined ? pageOrigin : context.site?.originOf(viteHost)
          return injection({ origin: origin ?? pageOrigin, sources, onRelaxed })
        }
      : undefined,
    log: config.logger,
    logsRequests: log,
  }
}

/**
 * The site of this root: a new one, or the one that an earlier server of it has left open.
 *
 * @throws VhostError `VHOST_DEV_PORT_TAKEN`, `VHOST_DEV_CERTIFICATE`.
 */
export async function openSite(
  context: Context,
  config: ResolvedConfig,
  state: SiteState,
  port: number,
): Promise<Site> {
  const key = siteKey(config.root, context.isPreview ? 'preview' : 'dev')
  const open = sites().get(key)
  const site = open ?? new Site(config.root, state, context)
  context.site = site
  try {
    await site.open(port)
  } catch (error) {
    // A front that is open stays, with its old port.
    if (!open) throw error
    config.logger.error(`${(error as Error).message} It stays on port ${site.port}.`)
  }
  sites().set(key, site)
  const missing = site.uncoveredNames
  if (missing.length > 0) {
    config.logger.warn(
      `vhost-dev: the certificate of the options is not for ${missing.join(', ')}; browsers will refuse it there.`,
    )
  }
  return site
}

/** What is to run behind the site, with the environment that other plugins offer. */
export async function appSpecs(
  context: Context,
  config: ResolvedConfig,
  placement: Placement,
  site: Site,
): Promise<AppSpec[]> {
  const { domain, processes } = optionsOf(context)
  if (processes.length === 0) return []
  const { processEnvironment } = await import('../processes/environment.ts')
  const front: FrontSite = { domain, port: site.port, origins: site.origins }
  const additions = await Promise.all(
    context.peers.map(async (peer) => (await peer.processEnv?.(front)) ?? {}),
  )
  return processes.map((process): AppSpec => {
    const { name, target } = process
    const port = target?.kind === 'tcp' ? { PORT: String(target.port) } : {}
    const host = placement.hosts.find((one) => one.kind === 'app' && one.name === name)?.pattern
    const exact = host?.replace(/^\*/, 'www') ?? domain
    return Object.assign({}, process, {
      env: processEnvironment(config.root, [...additions, port, process.env]),
      host: new URL(site.originOf(isExact(exact) ? exact : domain)).host,
    })
  })
}
