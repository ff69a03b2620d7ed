import path from 'node:path'
import type { Command, CommandContext } from '@kovu/protocol'
import { readTemplate, slashed, type Context } from '../context.ts'
import { emitNamedAmd } from '../output/index.ts'
import { derivedName } from '../names.ts'

/** The `hulk` command: what `hulk --wrapper amd FILES` prints, named modules one a line. */
export function hulkCommand(context: Context): Command {
  return {
    help: 'print templates as named AMD modules (FILE...)',
    run: (command) => printTemplates(context, command),
  }
}

/** A module's id is the template's path as it was given, with the derived name and without suffix. */
async function printTemplates(
  context: Context,
  { args, log, root }: CommandContext,
): Promise<number> {
  if (args.length === 0) {
    log.error('hulk-amd: name the templates to print: kovu hulk media/t/hello.template.mustache')
    return 1
  }
  for (const name of args) {
    const id = derivedName(slashed(name), context.include.suffixes, context.options)
    const template = await readTemplate(path.resolve(root, name))
    log.info(emitNamedAmd(template, context.options, (id ?? name).replace(/\.js$/, '')).text)
  }
  return 0
}
