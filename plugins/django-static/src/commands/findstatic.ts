import { relative } from 'node:path'
import type { Command } from '@kovu/protocol'
import { type Context } from '../context.ts'
import type { Candidate } from '../finders/finders.ts'
import { derivations } from '../derived.ts'
import { hintFor } from '../hint.ts'
import type { Project } from '../project.ts'

/**
 * `kovu findstatic PATH`: who wins and who is shadowed.
 *
 * @param context The context of the plugin call.
 */
export function findstaticCommand(context: Context): Command {
  return {
    help: 'say which file a public name means, and which files it shadows',
    async run({ args, root, log }) {
      if (args.length === 0) {
        log.error('Which one? kovu findstatic main/css/site.css')
        return 2
      }
      const project = await context.project()
      const shown = (file: string): string =>
        file.startsWith(`${root}/`) ? relative(root, file) : file
      let missing = 0
      for (const publicName of args) {
        await project.refresh([publicName])
        const found = project.finders.findAll(publicName, await project.findOwn(publicName))
        const lines = explain(context, project, { publicName, found, shown })
        if (lines.length === 0) missing += 1
        for (const line of lines) log.info(line)
        if (lines.length > 0) continue
        log.error(
          `No static file has the name ${publicName}.${hintFor(context, project, publicName)}`,
        )
      }
      project.close()
      return missing > 0 ? 1 : 0
    },
  }
}

interface Asked {
  readonly publicName: string
  /** The files of that name, the winner first. */
  readonly found: readonly Candidate[]
  readonly shown: (file: string) => string
}

function explain(
  context: Context,
  { finders }: Project,
  { publicName, found, shown }: Asked,
): string[] {
  const shadowed = (file: string): string => `  ${shown(file)} is shadowed by it`
  for (const { from, to, preferSource } of derivations(context)) {
    const derived = finders.findDerived(publicName, from, to)
    if (derived === undefined || (found.length > 0 && !preferSource)) continue
    const line = `${publicName}: made from ${shown(derived.source)}`
    return [line, ...found.map(({ file }) => shadowed(file))]
  }
  const [first, ...rest] = found
  if (first === undefined) return []
  const line = `${publicName}: ${shown(first.file)} (${first.finder})`
  return [line, ...rest.map(({ file }) => shadowed(file))]
}
