import type { Command, CommandContext } from '@kovu/protocol'
import type { Context } from '../context.ts'
import { VmServicesError } from '../error.ts'
import type { Wanted } from '../settings.ts'
import { compose } from '../start/container.ts'
import { logs } from './logs.ts'
import { shell } from './shell.ts'
import { status } from './status.ts'
import { destroy, stop } from './stop.ts'

const USAGE = `kovu vm                        start what the settings need
kovu vm status                 what runs where
kovu vm stop [NAME ...]        stop what Kovu has started
kovu vm destroy NAME ...|all   stop, and delete the data
kovu vm shell NAME             a client that is logged in as the application
kovu vm logs [NAME ...]        the last lines
kovu vm tail [NAME ...]        the last lines, and what follows
kovu vm compose                the Compose file of the same services`

/** `kovu vm <verb>`. */
export function vmCommand(context: Context): Command {
  return {
    help: 'show, stop or destroy the services, or enter one (status, stop, destroy, shell, logs, compose)',
    async run({ root, args, log }: CommandContext) {
      context.root = root
      const [verb = '', ...words] = args
      const all = context.wanted()
      const some = choose(all, words[0] === 'all' ? [] : words)
      if (verb === '' || verb === 'up' || verb === 'start') return void (await context.up(log))
      if (verb === 'status') return status(context, all, log)
      if (verb === 'stop' || verb === 'halt') return stop(context, some, log)
      if (verb === 'logs' || verb === 'tail') return logs(context, some, verb === 'tail', log)
      if (verb === 'compose') return log.info(compose(context.root, all).file.trimEnd())
      if (verb === 'destroy') {
        if (words.length > 0) return destroy(context, some, log)
        throw usage('`kovu vm destroy` deletes data: name the services, or say `all`')
      }
      if (verb === 'shell') {
        const [one] = some
        if (words.length === 1 && one) return shell(context, one)
        throw usage(
          `\`kovu vm shell\` wants one of ${all.map(({ service }) => service.name).join(', ')}`,
        )
      }
      throw usage(`\`kovu vm ${verb}\` is nothing`)
    },
  }
}

function choose(all: readonly Wanted[], names: readonly string[]): readonly Wanted[] {
  if (names.length === 0) return all
  return names.map((name) => {
    const found = all.find(({ service }) => service.name === name)
    if (found) return found
    const known = all.map(({ service }) => service.name).join(', ') || 'none'
    throw usage(`there is no service \`${name}\` in this mode; there is ${known}`)
  })
}

function usage(problem: string): VmServicesError {
  return new VmServicesError('VM_SERVICES_COMMAND', `vm-services: ${problem}.\n${USAGE}`)
}
