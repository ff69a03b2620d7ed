import path from 'node:path'
import type { Target } from '@kovu/protocol'
import type { Context } from '../context.ts'
import { locatedError } from '../error.ts'

/** The `settings` target: every template of the mode under its final name. */
export function settingsTarget(context: Context): Target {
  return {
    help: 'render settings files from m4 templates',
    async run({ root, mode, log, input, output }) {
      if (context.root !== root || context.mode !== mode) context.start(root, mode, '')
      const { dir, env } = context.options
      input(`glob:${path.posix.join(dir.replaceAll('\\', '/'), '*.m4')}`)
      for (const variable of env.values()) input(`env:${variable}`)
      try {
        const { files, inputs } = await context.render()
        for (const file of inputs) input(file)
        for (const { file } of files) output(file)
        const written = context.takeWritten().size
        log.info(
          `settings: ${files.length} ${files.length === 1 ? 'file' : 'files'}, ${written} changed`,
        )
      } catch (error) {
        for (const file of context.inputs) input(file)
        throw locatedError(error)
      }
    },
  }
}
