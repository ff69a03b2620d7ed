import type { Command, CommandContext } from '@kovu/protocol'
import type { Context } from '../context.ts'
import { DjangoStaticError } from '../error.ts'
import { collectGarbage, currentRelease, listReleases, rollBack } from '../publish/releases.ts'

/**
 * `kovu releases`, `kovu rollback [NUMBER]` and `kovu gc`: what was published, from the manifests kept in STATIC_ROOT.
 *
 * @param context The context of the plugin call.
 */
export function releaseCommands(
  context: Context,
): Readonly<Record<'releases' | 'rollback' | 'gc', Command>> {
  const over =
    (work: (root: string, command: CommandContext) => void): Command['run'] =>
    async (command) => {
      const { info } = await context.project()
      if (info.staticRoot === null) {
        command.log.error('STATIC_ROOT is not set: nothing was published.')
        return 1
      }
      try {
        work(info.staticRoot, command)
        return 0
      } catch (error) {
        if (!(error instanceof DjangoStaticError)) throw error
        command.log.error(error.message)
        return 1
      }
    }
  return {
    releases: {
      help: 'list what was published to STATIC_ROOT',
      run: over((root, { log }) => {
        const releases = listReleases(root)
        const current = currentRelease(root, releases)
        if (releases.length === 0) log.info(`Nothing was published to ${root} yet.`)
        for (const release of releases) {
          const mark = release === current ? '  (current)' : ''
          log.info(`${release.id}  ${release.files.length} files${mark}`)
        }
      }),
    },
    rollback: {
      help: 'make the release before this one current again, or the one of a number',
      run: over((root, { args, log }) => {
        log.info(`Release ${rollBack(root, args[0]).id} is current. Restart Django's processes.`)
      }),
    },
    gc: {
      help: 'delete hashed files that only old releases need',
      run: over((root, { log }) => {
        const { releases, files } = collectGarbage(root, context.options.keep)
        log.info(`${releases.length} releases and ${files.length} files deleted`)
      }),
    },
  }
}
