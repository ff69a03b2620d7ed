import { join } from 'node:path'
import type { FrontSite } from '@kovu/protocol'
import { type Context } from '../context.ts'
import { hotFile } from '../serve/hot-file.ts'
import { makeOverlay, writeOverlay } from './overlay.ts'
import { workDir } from '../work-dir.ts'

/**
 * Environment of Django's processes behind the front: the `env` of the mode, and the overlay of the settings.
 *
 * @param context The context of the plugin call.
 * @param site The front.
 */
export async function processEnv(
  context: Context,
  site: FrontSite,
): Promise<Readonly<Record<string, string>>> {
  const { info } = await context.project()
  const own = { ...context.options.env[context.mode] }
  if (!context.options.overlay) return { ...own, DJANGO_SETTINGS_MODULE: info.settingsModule }
  const overlay = makeOverlay(info, site, hotFile(context.root))
  if (overlay.changes.length === 0) return { ...own, DJANGO_SETTINGS_MODULE: info.settingsModule }
  if (!context.told) {
    context.told = true
    const head = `django-static: for development, over ${info.settingsModule} (djangoStatic({ overlay: false }) turns this off):`
    context.config?.logger.info([head, ...overlay.changes.map((line) => `  ${line}`)].join('\n'))
  }
  const dir = join(workDir(context.root), 'django')
  const pythonPath = own['PYTHONPATH'] ?? process.env['PYTHONPATH']
  return { ...own, ...writeOverlay(overlay, dir, pythonPath) }
}
