import path from 'node:path'
import type { KovuPluginApi } from '@kovu/protocol'
import type { Plugin } from 'vite'
import { Context } from './context.ts'
import { located, locatedError, mayWait } from './error.ts'
import { guardPlugin } from './hooks/guard.ts'
import { servePlugin } from './hooks/serve.ts'
import { settingsTarget } from './hooks/target.ts'
import { virtualPlugin } from './hooks/virtual.ts'
import { type M4SettingsOptions, resolveOptions } from './options.ts'
import { denied } from './secrets/sealed.ts'

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
    async config({ root: given = '', mode: own, publicDir = 'public', server }, { mode }) {
      const root = path.resolve(given)
      context.start(root, own ?? mode, publicDir === false ? '' : path.resolve(root, publicDir))
      await renderEarly(context)
      const dir = path.resolve(root, context.options.dir)
      return { server: { fs: { deny: denied(context.sealed, dir, root, server?.fs?.deny) } } }
    },
    configResolved(config) {
      if (config.root !== context.root || config.mode !== context.mode) {
        context.start(config.root, config.mode, config.publicDir)
      }
      context.logTo(config.logger)
    },
    buildStart: {
      order: 'pre',
      sequential: true,
      async handler() {
        if (this.environment?.mode === 'dev') return
        try {
          await context.rendered()
        } catch (error) {
          this.error(located(error) ?? (error as Error))
        }
      },
    },
  }
}

/**
 * Renders while the config is still being made: other plugins ask Django, and Django reads the settings. An error waits for
 * those who need the settings, if the files of an earlier run are there to go on with.
 */
async function renderEarly(context: Context): Promise<void> {
  try {
    await context.rendered()
  } catch (error) {
    if (!mayWait(error) || !context.hasOutputs()) throw locatedError(error)
  }
}
