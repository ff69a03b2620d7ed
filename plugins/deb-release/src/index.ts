import type { KovuApi, KovuPluginApi } from '@kovu/protocol'
import type { Plugin } from 'vite'

import { releaseCommand } from './command.ts'
import { Context } from './context.ts'
import { type DebReleaseOptions, resolveOptions } from './options.ts'
import { debTarget, publishTarget } from './targets.ts'

export { DebReleaseError } from './error.ts'
export type { DebReleaseOptions, RoleOptions, SourceOptions } from './options.ts'

/**
 * Debian packages and an apt repository of a site, and the switch between its releases on servers. See the README.
 *
 * @returns One plugin: it adds targets and a command to the graph, and does nothing in a build.
 * @throws {DebReleaseError} When an option is unknown or cannot be used.
 */
export function debRelease(options: DebReleaseOptions = {}): Plugin {
  const context = new Context(resolveOptions(options))
  const kovu: KovuApi = {
    targets: { deb: debTarget(context), publish: publishTarget(context) },
    commands: { release: releaseCommand(context) },
  }
  return {
    name: 'deb-release',
    sharedDuringBuild: true,
    api: { kovu } satisfies KovuPluginApi,
    configResolved({ root, plugins }) {
      context.start(root)
      context.peers = plugins.flatMap((plugin) => {
        const peer = (plugin.api as Partial<KovuPluginApi> | undefined)?.kovu
        return peer === undefined || peer === kovu ? [] : [peer]
      })
    },
  }
}

export default debRelease
