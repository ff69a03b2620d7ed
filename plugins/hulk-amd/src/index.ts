import type { KovuPluginApi } from '@kovu/protocol'
import type { Plugin } from 'vite'
import { configure, createContext, type Context } from './context.ts'
import { derivations, hulkCommand, templatesTarget } from './derived/index.ts'
import { hotPlugin, resolvePlugin, servePlugin, transformPlugin } from './vite/index.ts'
import { resolveOptions, type HulkAmdOptions } from './options.ts'
import { partialsCommand } from './partials/index.ts'

export type { HulkAmdOptions, LintOptions } from './options.ts'

/**
 * Compiles Hogan and Mustache templates: ES modules for `import`, AMD as hulk writes it for derived `.js` names.
 *
 * @param options See the README.
 * @throws An error for an unknown option or a value that cannot be.
 */
export function hulkAmd(options: HulkAmdOptions = {}): Plugin[] {
  const context = createContext(resolveOptions(options))
  return [
    mainPlugin(context),
    resolvePlugin(context),
    transformPlugin(context),
    hotPlugin(context),
    servePlugin(context),
  ]
}

export default hulkAmd

/** The plugin that peers find. */
function mainPlugin(context: Context): Plugin {
  return {
    name: 'hulk-amd',
    api: {
      kovu: {
        get derives() {
          return derivations(context)
        },
        commands: { hulk: hulkCommand(context), partials: partialsCommand(context) },
        targets: { templates: templatesTarget(context) },
      },
    } satisfies KovuPluginApi,
    configResolved(config) {
      configure(context, config)
    },
  }
}
