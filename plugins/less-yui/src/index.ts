import type { KovuPluginApi } from '@kovu/protocol'
import type { Plugin } from 'vite'
import { fromArgs } from './lessc/args.ts'
import { Context } from './context.ts'
import { hotPlugin } from './hooks/hot.ts'
import { loadPlugin, sheetPlugin } from './hooks/load.ts'
import { type LessYuiOptions, resolveOptions } from './options.ts'
import { buildMapsPlugin } from './hooks/build-maps.ts'
import { plainCssPlugin } from './hooks/plain-css.ts'
import { resolvePlugin } from './hooks/resolve.ts'
import { rollupPlugin } from './hooks/rollup.ts'
import { cssTarget, derivation } from './target.ts'

export type { LessYuiOptions, Minifier } from './options.ts'

/** The factory, with the reader of old command lines. */
export interface LessYui {
  /**
   * LESS as `lessc` understood it: `x.css` is answered from `x.less`. See the README for the options.
   *
   * @returns The list of sub-plugins.
   * @throws When an option is unknown or has an unknown value.
   */
  (options?: LessYuiOptions): Plugin[]
  /**
   * Options out of a `lessc` command line: `lessYui(lessYui.fromArgs('--yui-compress -O2'))`.
   *
   * @throws For a flag that no longer exists, saying what takes its place.
   */
  fromArgs(line: string | readonly string[]): LessYuiOptions
}

/** LESS as `lessc` understood it, for Vite and Rollup. */
export const lessYui: LessYui = Object.assign(create, { fromArgs })

export default lessYui

function create(options: LessYuiOptions = {}): Plugin[] {
  const context = new Context(resolveOptions(options))
  return [
    mainPlugin(context),
    resolvePlugin(context),
    loadPlugin(context),
    plainCssPlugin(context),
    hotPlugin(context),
    sheetPlugin(context),
    buildMapsPlugin(context),
    rollupPlugin(context),
  ]
}

/** What peers find by name, and what Vite is configured with. */
function mainPlugin(context: Context): Plugin {
  return {
    name: 'less-yui',
    enforce: 'pre',
    api: {
      kovu: { targets: { css: cssTarget(context) }, derives: [derivation(context)] },
    } satisfies KovuPluginApi,
    config(user, { command }) {
      // Vite's own minifier fails on `*zoom: 1`. Sheets are minified one by one in `transform` instead.
      context.ownMinify = user.build?.cssMinify === undefined
      // Only then does Vite hand on maps from one step to the next.
      const mapped = command === 'build' && Boolean(user.build?.sourcemap)
      return {
        ...(context.ownMinify && { build: { cssMinify: false } }),
        ...(mapped && { css: { devSourcemap: true } }),
      }
    },
    configResolved(config) {
      context.configure(config)
    },
    // In development, too: when the server closes.
    closeBundle() {
      context.close()
    },
  }
}
