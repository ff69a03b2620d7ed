import type { Target } from '@kovu/protocol'
import { ignorePatterns, type Context } from '../context.ts'

/**
 * The `static` target: Vite's build publishes by itself when this target is asked for.
 *
 * @param context The context of the plugin call.
 */
export function staticTarget(context: Context): Target {
  return {
    help: 'write STATIC_ROOT and its staticfiles.json',
    deps: ['css', 'templates', 'js', 'settings'],
    async run(target) {
      const { info, finders, statics } = await context.project()
      for (const of of ['settings', 'files', 'mentions'] as const)
        for (const input of statics.inputs?.(of) ?? []) target.input(input)
      for (const file of finders.collect(ignorePatterns(context, info)).values()) target.input(file)
      await target.build()
      for (const file of context.published) target.output(file)
    },
  }
}
