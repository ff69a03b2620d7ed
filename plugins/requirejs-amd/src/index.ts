import type { KovuPluginApi } from '@kovu/protocol'
import type { Plugin } from 'vite'
import { buildPlugin } from './build/index.ts'
import { createContext } from './context.ts'
import { EsmBuild } from './esm/build.ts'
import { esmPlugins } from './esm/plugin.ts'
import { Hot } from './serve/hot.ts'
import type { RequirejsAmdOptions } from './options.ts'
import { Answers } from './serve/index.ts'
import { hasStaticsPeer } from './peers.ts'
import { rollupConfig } from './rollup.ts'
import { HOT_ID, hotModule } from './serve/hot-module.ts'
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
  let underVite = false
  const main: Plugin = {
    name: 'requirejs-amd',
    api: {
      kovu: {
        targets: {
          js: {
            help: 'join AMD modules by the r.js build file to classic scripts',
            deps: ['settings', 'templates'],
            run: (target) => target.build(),
          },
        },
        answers: (request) => answers.answer(request),
      },
    } satisfies KovuPluginApi,
    configResolved(config) {
      context.config = config
      underVite = true
      context.reset()
    },
    options({ plugins }) {
      if (underVite) return
      context.config = rollupConfig([plugins], (message) => this.warn(message))
      context.reset()
    },
    configureServer(server) {
      hot = new Hot(context, answers, server)
      answers.served = hot
      if (options.build !== undefined || options.entries !== undefined) {
        // Work enough to be felt: the server is to be there first.
        const warm = (): void => void answers.warm()
        if (server.httpServer) server.httpServer.once('listening', warm)
        else setImmediate(warm)
      }
      if (!hasStaticsPeer(server.config))
        server.middlewares.use(standalone(context, answers, server))
    },
    async hotUpdate({ file, type, read }) {
      if (this.environment.name !== 'client' || !hot) return undefined
      // An editor may still be writing.
      if (type === 'update') await read()
      if (!(await hot.changed(file, type))) return undefined
      // Vite would take an .html file that updates nothing for a page.
      const follower = this.environment.moduleGraph.getModuleById(HOT_ID)
      return file.endsWith('.html') && follower ? [follower] : []
    },
  }
  const esm = new EsmBuild(context)
  const borders = esmPlugins(context, {
    projects: () =>
      context.config.command === 'build' ? context.projects() : answers.projects.all(),
    async imported(plugin, id, project) {
      if (context.config.command === 'build') await esm.imported(plugin, id, project)
    },
  })
  return [main, hotModule(), ...borders, buildPlugin(context, esm)]
}

export default requirejsAmd
