import type { KovuPluginApi } from '@kovu/protocol'
import type { Plugin } from 'vite'
import { buildPlugin } from './build.ts'
import { createContext } from './context.ts'
import { Hot } from './hot.ts'
import type { RequirejsAmdOptions } from './options.ts'
import { Answers } from './serve/index.ts'
import { hasStaticsPeer } from './peers.ts'
import { standalone } from './serve/middleware.ts'

export type { RjsBuild, RjsModule, RjsWrap } from './config/rjs.ts'
export type { RequirejsAmdOptions } from './options.ts'
export type { BuildHook, RequireConfig, RequirePackage, Shim } from './types.ts'

/**
 * RequireJS under Vite: AMD sources, r.js build files and `require.config()` as they are.
 *
 * In development this plugin's loader stands at the public name of require.js, and modules travel in layers; in a build
 * it writes what r.js would have written, as classic scripts under their public names.
 *
 * @param options All optional.
 * @returns The plugins, in order.
 */
export function requirejsAmd(options: RequirejsAmdOptions = {}): Plugin[] {
  const context = createContext(options)
  const answers = new Answers(context)
  let hot: Hot | undefined
  const main: Plugin = {
    name: 'requirejs-amd',
    api: {
      kovu: {
        targets: {
          js: {
            help: 'AMD modules by the r.js build file, as hashed classic scripts',
            deps: ['settings', 'templates'],
            run: (target) => target.build(),
          },
        },
        answers: (request) => answers.answer(request),
      },
    } satisfies KovuPluginApi,
    configResolved(config) {
      context.config = config
      context.reset()
    },
    configureServer(server) {
      hot = new Hot(context, answers, server)
      answers.served = hot
      if (!hasStaticsPeer(server.config))
        server.middlewares.use(standalone(context, answers, server))
    },
    async hotUpdate({ file, type }) {
      if (this.environment.name !== 'client') return undefined
      return (await hot?.changed(file, type)) ? [] : undefined
    },
  }
  return [main, buildPlugin(context)]
}

export default requirejsAmd
