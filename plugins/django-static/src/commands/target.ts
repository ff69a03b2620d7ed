import type { Target } from '@kovu/protocol'
import type { Build } from '../build/plugin.ts'
import { ignorePatterns, type Context } from '../context.ts'

/**
 * The `static` target: Vite's build publishes by itself when this target is asked for. Where its last bundle is as good as a new one,
 * that is published again, with what the other plugins make of their sources now.
 *
 * @param context The context of the plugin call.
 * @param build The build side of the same call.
 */
export function staticTarget(context: Context, build: Build): Target {
  return {
    help: 'write STATIC_ROOT and its staticfiles.json',
    deps: ['css', 'templates', 'js', 'settings'],
    async run(target) {
      const { info, finders, statics } = await context.project()
      for (const of of ['settings', 'files', 'mentions'] as const)
        for (const input of statics.inputs?.(of) ?? []) target.input(input)
      for (const file of finders.collect(ignorePatterns(context, info)).values()) target.input(file)
      const isBuilt = await target.build()
      if (!isBuilt && !(await build.publishAgain())) await target.build({ force: true })
      for (const file of build.watch) target.input(file)
      for (const file of context.published) target.output(file)
    },
  }
}
