import { resolve } from 'node:path'
import type { KovuApi, KovuPluginApi } from '@kovu/protocol'
import type { Plugin } from 'vite'
import { buildOptions } from './build/options.ts'
import type { Context } from './context.ts'
import { serveOptions } from './serve/options.ts'
import { processEnv } from './django/process-env.ts'

/**
 * The main plugin: asks Django, sets Vite's options, meets the other plugins.
 *
 * @param context The context of the plugin call.
 * @param offers What the build side offers the peers.
 */
export function configPlugin(context: Context, offers: KovuApi): Plugin {
  const kovu: KovuApi = {
    ...offers,
    statics: async () => (await context.project()).statics,
    processEnv: (site) => processEnv(context, site),
  }
  return {
    name: 'django-static',
    api: { kovu } satisfies KovuPluginApi,
    async config(user, { command, mode }) {
      context.begin(resolve(user.root ?? process.cwd()), mode)
      context.userTargets = user.kovu?.targets
      const project = await context.project()
      return command === 'serve'
        ? serveOptions(user, context.root, project)
        : buildOptions(user, context.root, project)
    },
    configResolved(config) {
      context.config = config
      context.peers = config.plugins.flatMap((plugin) => {
        const peer = (plugin.api as Partial<KovuPluginApi> | undefined)?.kovu
        return peer === undefined || peer === kovu ? [] : [peer]
      })
    },
  }
}
