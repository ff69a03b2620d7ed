import { relative } from 'node:path'
import type { Command, Derivation } from '@kovu/protocol'
import type { Context } from '../context.ts'
import { derivations } from '../derived.ts'
import { writeWhole } from '../publish/releases.ts'
import { isInstalled } from '../templates/texts.ts'
import type { Project } from '../project.ts'

/** What the words of the command mean: the targets of the old Makefile. */
const KINDS: Readonly<Record<string, string>> = { css: '.css', templates: '.js' }

/**
 * `kovu in-place [css] [templates]`: writes what other plugins derive beside its source, as the old Makefile did: Django's
 * own server then finds it, and nothing else needs to run.
 *
 * @param context The context of the plugin call.
 */
export function inPlaceCommand(context: Context): Command {
  return {
    help: 'write compiled style sheets and templates beside their sources',
    async run({ args, root, log }) {
      const unknown = args.find((word) => KINDS[word] === undefined)
      if (unknown !== undefined) {
        log.error(`What is ${unknown}? kovu in-place ${Object.keys(KINDS).join(' ')}`)
        return 2
      }
      const suffixes = (args.length === 0 ? Object.keys(KINDS) : args).map((word) => KINDS[word])
      const project = await context.project()
      const files: string[] = []
      for (const derivation of derivations(context)) {
        if (!suffixes.some((suffix) => suffix !== undefined && derivation.to.endsWith(suffix)))
          continue
        for (const source of sourcesOf(project, derivation)) {
          const file = await writeBeside(source, derivation)
          log.info(relative(root, file))
          files.push(file)
        }
      }
      const count = files.length === 1 ? '1 file' : `${files.length} files`
      log.info(`${count} written beside the sources`)
      return 0
    },
  }
}

/** Sources of the project's own whose derived name is published. */
function* sourcesOf(
  { finders, info, statics, privateFiles }: Project,
  { from, to, publish }: Derivation,
): Generator<string> {
  for (const [name, source] of finders.collect(info.ignorePatterns)) {
    if (!name.endsWith(from) || isInstalled(source) || privateFiles.has(source)) continue
    const publicName = name.slice(0, -from.length) + to
    if (publish === 'all' || statics.mentions(publicName)) yield source
  }
}

async function writeBeside(source: string, derivation: Derivation): Promise<string> {
  const { code, map } = await derivation.render(source)
  const file = source.slice(0, -derivation.from.length) + derivation.to
  writeWhole(file, code)
  if (map !== undefined && /sourceMappingURL=(?!data:)/.test(code)) writeWhole(`${file}.map`, map)
  return file
}
