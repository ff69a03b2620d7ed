import type { Target } from '@kovu/protocol'
import type { Context } from '../context.ts'

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
      const { info, finders } = await context.project()
      for (const { dir } of finders.roots) target.input(`glob:${dir}/**`)
      for (const file of info.files) target.input(file)
      await target.build()
      if (info.staticRoot !== null) target.output(`${info.staticRoot}/staticfiles.json`)
    },
  }
}
