import { existsSync } from 'node:fs'
import type { PreviewServer, ResolvedConfig } from 'vite'
import { closeSite } from './context.ts'
import type { Context } from './context.ts'
import { previewHandle } from './handle.ts'
import { appSpecs, openSite, place, siteState } from './open-site.ts'
import { printUrls } from './public-urls.ts'
import { checkNames } from './serve.ts'

/**
 * Where Django publishes, a preview shows what was published: STATIC_ROOT, not the folder that builds pass through.
 * To be called before Vite makes the preview.
 */
export async function previewStaticRoot(context: Context, config: ResolvedConfig): Promise<void> {
  const statics = await context.peers.find((peer) => 'statics' in peer)?.statics?.()
  const root = statics?.root
  if (root === undefined) return
  if (!existsSync(root)) {
    config.logger.warn(`vhost-dev: STATIC_ROOT (${root}) does not exist. Run 'kovu static' first.`)
  }
  const client = config.environments['client'] as { build: { outDir: string } } | undefined
  for (const { build } of [config, ...(client ? [client] : [])]) {
    Object.assign(build, { outDir: root })
  }
}

/** Puts the front before a preview of the build. */
export async function servePreview(context: Context, server: PreviewServer): Promise<void> {
  const { config } = server
  const placement = await place(context, config)
  const state = await siteState(context, config, placement, previewHandle(server))
  const site = await openSite(context, config, state, placement.port)
  try {
    await site.run(await appSpecs(context, config, placement, site))
  } catch (error) {
    await closeSite(context)
    throw error
  }
  for (const warning of placement.warnings) config.logger.warn(`vhost-dev: ${warning}`)
  server.printUrls = () => printUrls(context, config, placement)
  checkNames(context, placement.hosts, config.logger)
}
