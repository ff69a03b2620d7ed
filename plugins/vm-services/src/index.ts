import path from 'node:path'
import type { KovuPluginApi } from '@kovu/protocol'
import { normalizePath, type Plugin } from 'vite'
import { vmCommand } from './commands/index.ts'
import { Context } from './context.ts'
import { deniedFiles } from './denied.ts'
import { resolveOptions, type VmServicesOptions } from './options.ts'

export { VmServicesError } from './error.ts'
export type { ServiceOption, ServiceOptions, VmServicesOptions } from './options.ts'

/**
 * The services that the application's settings need, in development. See the README for the options.
 *
 * @throws When an option is unknown or has an unknown value.
 */
export function vmServices(options: VmServicesOptions = {}): Plugin {
  const context = new Context(resolveOptions(options))
  return {
    name: 'vm-services',
    sharedDuringBuild: true,
    api: {
      kovu: {
        targets: {
          vm: {
            help: 'start the databases and brokers that the settings need',
            deps: ['settings'],
            async run({ log }) {
              const count = await context.up(log)
              if (count === 0) log.info('vm: the settings of this mode need no service')
            },
          },
        },
        commands: { vm: vmCommand(context) },
      },
    } satisfies KovuPluginApi,
    config({ root = '', server }) {
      context.root = path.resolve(root)
      const dir = normalizePath(context.folders.dir)
      return {
        server: {
          // A database writes all the time, and is nobody's business.
          watch: { ignored: [`${dir}/**`] },
          fs: { deny: deniedFiles(dir, server?.fs?.deny) },
        },
      }
    },
    configResolved(config) {
      context.root = config.root
    },
    async configureServer({ config }) {
      if (config.mode === 'test' && process.env['VITEST'] !== undefined) return
      // Under `kovu testserver` the target has said already what runs.
      await context.up(config.logger, 'news')
    },
  }
}

export default vmServices
