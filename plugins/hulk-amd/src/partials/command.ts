import path from 'node:path'
import type { Command, CommandContext } from '@kovu/protocol'
import { slashed, type Context } from '../context.ts'
import { usagesOf } from './users.ts'

/** The `partials` command: which template includes which, and which nobody uses. */
export function partialsCommand(context: Context): Command {
  return {
    help: 'list templates with those that include them, or only those that nobody uses (unused)',
    run: (command) => listPartials(context, command),
  }
}

async function listPartials(
  context: Context,
  { args, log, root }: CommandContext,
): Promise<number> {
  const wrong = args.find((arg) => arg !== 'unused')
  if (wrong !== undefined) {
    log.error(`hulk-amd: kovu partials knows the word unused, not ${wrong}`)
    return 1
  }
  const show = (file: string): string => slashed(path.relative(root, file))
  for (const { file, users, named } of await usagesOf(context)) {
    const unused = users.length === 0 && !named
    if (args.length > 0) {
      if (unused) log.info(show(file))
      continue
    }
    log.info(unused ? `${show(file)}: unused` : show(file))
    for (const tag of users) log.info(`  in ${show(tag.file)}:${tag.line}:${tag.column + 1}`)
  }
  return 0
}
