import type { Command } from '@kovu/protocol'
import { VhostError } from '../error.ts'
import type { Context } from '../vite/context.ts'

/** The verbs this plugin adds to the `kovu` command. Vite's start does not wait for their code. */
export function commands(context: Context): Readonly<Record<string, Command>> {
  return {
    trust: {
      help: "put the project's certificate authority into the stores of browsers and system (--dry-run)",
      async run(command) {
        const { changeTrust } = await import('./trust.ts')
        return changeTrust(context.given, command, 'add')
      },
    },
    untrust: {
      help: "take the project's certificate authority out of all stores (--dry-run)",
      async run(command) {
        const { changeTrust } = await import('./trust.ts')
        return changeTrust(context.given, command, 'remove')
      },
    },
    hosts: {
      help: 'print the lines for the hosts file, or write them (--write, --remove; names of wildcard hosts)',
      async run(command) {
        const { hosts } = await import('./hosts.ts')
        return hosts(context, command)
      },
    },
    attach: {
      help: 'run one process of the running testserver in this terminal, for a debugger (its name)',
      async run({ root, args }) {
        const [name] = args
        if (name === undefined || args.length > 1 || name.startsWith('-')) {
          throw new VhostError(
            'VHOST_DEV_ATTACH',
            "Name one process, as its lines in the testserver's terminal begin: 'kovu attach django'.",
          )
        }
        const { attach } = await import('../attach/client.ts')
        return attach(root, name)
      },
    },
  }
}
