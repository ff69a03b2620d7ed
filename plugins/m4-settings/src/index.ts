import path from 'node:path'
import type { KovuPluginApi } from '@kovu/protocol'
import type { Plugin } from 'vite'
import { Context } from './context.ts'
import { locatedError } from './error.ts'
import { guardPlugin } from './guard.ts'
import { findLayers } from './layers.ts'
import { type M4SettingsOptions, resolveOptions } from './options.ts'
import { denied } from './sealed.ts'
import { servePlugin } from './serve.ts'
import { settingsTarget } from './target.ts'
import { virtualPlugin } from './virtual.ts'

export { M4SettingsError } from './error.ts'
export { m4, type M4Options } from './m4/index.ts'
export type { M4SettingsOptions } from './options.ts'

/**
 * Settings from one m4 source, for Django, Node, nginx and the browser. See the README for the options.
 *
 * @returns The list of sub-plugins.
 * @throws When an option is unknown or has an unknown value.
 */
export function m4Settings(options: M4SettingsOptions = {}): Plugin[] {
  const context = new Context(resolveOptions(options))
  return [mainPlugin(context), guardPlugin(context), servePlugin(context), virtualPlugin(context)]
}

export default m4Settings

/** What peers find by name, and what Vite is configured with. */
function mainPlugin(context: Context): Plugin {
  return {
    name: 'm4-settings',
    enforce: 'pre',
    // One rendering for all environments of a build.
    sharedDuringBuild: true,
    api: { kovu: { targets: { settings: settingsTarget(context) } } } satisfies KovuPluginApi,
    config(user, { mode }) {
      const root = path.resolve(user.root ?? process.cwd())
      context.start(root, user.mode ?? mode)
      try {
        context.sealed.add(findLayers(root, context.mode, context.options))
      } catch {
        // It is told where the settings are needed.
      }
      const dir = path.resolve(root, context.options.dir)
      return { server: { fs: { deny: denied(context.sealed, dir, root, user.server?.fs?.deny) } } }
    },
    configResolved(config) {
      if (config.root !== context.root || config.mode !== context.mode) {
        context.start(config.root, config.mode)
      }
      context.configure(config)
    },
    buildStart: {
      order: 'pre',
      sequential: true,
      async handler() {
        if (this.environment?.mode === 'dev') return
        try {
          await context.rendered()
        } catch (error) {
          throw locatedError(error)
        }
      },
    },
  }
}
