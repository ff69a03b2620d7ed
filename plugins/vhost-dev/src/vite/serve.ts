import type { ViteDevServer } from 'vite'
import { isExact } from '../names/hosts.ts'
import { siteKey, sites } from '../site/sites.ts'
import type { Site } from '../site/site.ts'
import { closeSite, optionsOf } from './context.ts'
import type { Context } from './context.ts'
import { devHandle } from './handle.ts'
import { appSpecs, openSite, place, siteState } from './open-site.ts'
import { tellPublicAddress } from './options.ts'
import { printUrls, publicUrls } from './public-urls.ts'

/**
 * Puts the front before a development server.
 *
 * @returns What Vite calls once its own middlewares are in place.
 */
export async function serveDev(context: Context, server: ViteDevServer): Promise<() => void> {
  const { config } = server
  const placement = await place(context, config)
  let markReady: (value?: unknown) => void = () => {}
  const ready = new Promise((done) => {
    markReady = done
  })
  const vite = devHandle(server, ready)
  context.vite = vite
  const state = await siteState(context, config, placement, vite)
  for (const warning of placement.warnings) config.logger.warn(`vhost-dev: ${warning}`)

  const listen = server.listen.bind(server)
  server.listen = async (port, isRestart) => {
    const site = await openSite(context, config, state, placement.port)
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
      watchFiles(context, server, site)
      if (!isRestart) checkNames(context, placement.hosts, config.logger)
      return result
    } catch (error) {
      await closeSite(context)
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
    const site = sites().get(siteKey(config.root, 'dev'))
    if (!site) return
    context.restarting = site.owner === context
    context.site = site
    site.takeOver(state, context)
  }
}

/** Edits start processes anew, end pauses of crashed ones, and reload the pages of those that restart themselves. */
function watchFiles(context: Context, server: ViteDevServer, site: Site): void {
  let abort = new AbortController()
  const { procfile } = optionsOf(context)
  server.httpServer?.on('close', () => abort.abort())
  server.watcher.on('all', (event, file) => {
    if (event === 'addDir' || event === 'unlinkDir') return
    if (file === procfile) void server.restart()
    site.processes?.onEdit(file)
    if (!file.endsWith('.py') || server.ws.clients.size === 0) return
    abort.abort()
    abort = new AbortController()
    void site.reloadAfterRestart(abort.signal)
  })
}

/** Looks in the background whether browsers will find the hosts. */
export function checkNames(
  context: Context,
  hosts: readonly { readonly pattern: string }[],
  log: { warn(message: string): void },
): void {
  const names = hosts.map(({ pattern }) => pattern.replace(/^\*/, 'www')).filter(isExact)
  const warn = (warning: string): void => log.warn(`vhost-dev: ${warning}`)
  void import('../names/resolution.ts').then(({ warnAboutNames }) =>
    warnAboutNames(optionsOf(context).domain, names, warn),
  )
}
