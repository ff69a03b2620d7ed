import type { Target } from '@kovu/protocol'

import type { DeployOptions } from '../options.ts'
import { revision } from './revision.ts'
import { quote, shell } from './shell.ts'

/**
 * The `deploy` target: a command for each host, one host after another, after `publish`. The first that fails ends it, so that the hosts
 * behind it keep what they have.
 */
export function deployTarget({ hosts, command }: DeployOptions): Target {
  return {
    help: `run ${command}, for ${hosts.join(', ')}`,
    deps: ['publish'],
    requires: ['test'],
    async run({ root, mode, log, signal }) {
      const { branch, build } = await revision(root, process.env)
      for (const host of hosts) {
        signal.throwIfAborted()
        log.info(`deploy: ${host}`)
        const line = fill(command, { host, branch, build, mode })
        await shell({ name: `deploy (${host})`, command: line, root, log, signal })
      }
    },
  }
}

/** Puts values into `{name}` places of a shell command, each as one word whatever is in it; other braces stay. */
export function fill(command: string, values: Readonly<Record<string, string>>): string {
  return command.replaceAll(/\{(\w+)\}/g, (place, name: string) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined
    return value === undefined ? place : quote(value)
  })
}
