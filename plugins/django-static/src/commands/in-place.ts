import { relative } from 'node:path'
import type { Command } from '@kovu/protocol'
import type { Context } from '../context.ts'
import { derivations } from '../derived.ts'
import { writeWhole } from '../publish/releases.ts'

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
      const wanted = args.length === 0 ? undefined : args.map((word) => KINDS[word])
      const { finders, info, statics, privateFiles } = await context.project()
      let count = 0
      for (const { from, to, publish, render } of derivations(context)) {
        if (
          wanted !== undefined &&
          !wanted.some((suffix) => suffix !== undefined && to.endsWith(suffix))
        )
          continue
        for (const [name, source] of finders.collect(info.ignorePatterns)) {
          if (!name.endsWith(from)) continue
          const publicName = name.slice(0, -from.length) + to
          if (publish !== 'all' && !statics.mentions(publicName)) continue
          // What lies in a package is not ours to write to.
          if (/[\\/](?:site|dist)-packages[\\/]/.test(source) || privateFiles.has(source)) continue
          const { code, map } = await render(source)
          const file = source.slice(0, -from.length) + to
          writeWhole(file, code)
          if (map !== undefined && /sourceMappingURL=(?!data:)/.test(code))
            writeWhole(`${file}.map`, map)
          log.info(relative(root, file))
          count += 1
        }
      }
      log.info(
        `${count} file${count === 1 ? '' : 's'} written beside ${count === 1 ? 'its source' : 'their sources'}`,
      )
      return 0
    },
  }
}
