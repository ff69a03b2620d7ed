import type { KovuPluginApi } from '@kovu/protocol'
import type { Plugin } from 'vite'
import { commands } from './commands/index.ts'
import { becomeInvoker } from './front/privileges.ts'
import { inlinePath } from './inject/client-scripts.ts'
import { resolveOptions } from './options/resolve.ts'
import type { VhostDevOptions } from './options.ts'
import { closeSite, createContext } from './vite/context.ts'
import { certificatesTarget, frontSite } from './vite/front-site.ts'
import { viteOptions } from './vite/options.ts'
import { testserver } from './vite/testserver.ts'

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

const inlineId = `/${inlinePath}`

/** Makes the plugin. */
export function vhostPlugin(given: VhostDevOptions): Plugin<VhostDevApi> {
  const context = createContext(given)
  return {
    name: 'vhost-dev',
    api: {
      kovu: {
        targets: { testserver, certificates: certificatesTarget(context) },
        commands: commands(context),
        site: () => frontSite(context),
      },
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
      context.isPreview = env.isPreview ?? false
      if (!user.server?.middlewareMode) becomeInvoker()
      return viteOptions(user, domain, (origin) => context.site?.isOurs(origin) ?? false)
    },
    async configResolved(config) {
      context.config = config
      context.options = resolveOptions(given, config.root)
      context.peers = config.plugins
        .map((plugin) => (plugin.api as Partial<KovuPluginApi> | undefined)?.kovu)
        .filter((api) => api !== undefined)
      if (!context.isPreview) return
      const { previewStaticRoot } = await import('./vite/preview.ts')
      await previewStaticRoot(context, config)
    },
    resolveId: {
      filter: { id: /^\/@vhost-dev\/inline$/ },
      handler: (id) => id,
    },
    load: {
      filter: { id: /^\/@vhost-dev\/inline$/ },
      async handler(id) {
        return id === inlineId ? (await context.vite?.scripts?.())?.inline : undefined
      },
    },
    async configureServer(server) {
      // Somebody else owns the port then, and the hosts with it.
      if (server.config.server.middlewareMode) return undefined
      // Builds load none of it.
      const { serveDev } = await import('./vite/serve.ts')
      return serveDev(context, server)
    },
    closeServer({ reason }) {
      const handedOver = reason === 'restart' && context.restarting
      context.restarting = false
      return handedOver ? undefined : closeSite(context)
    },
    async configurePreviewServer(server) {
      const { servePreview } = await import('./vite/preview.ts')
      await servePreview(context, server)
    },
    closePreviewServer: () => closeSite(context),
  }
}
