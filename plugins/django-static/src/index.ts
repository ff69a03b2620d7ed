import type { KovuApi } from '@kovu/protocol'
import type { Plugin } from 'vite'
import { missingImportPlugin } from './build/missing-import.ts'
import { createBuild } from './build/plugin.ts'
import { doctorCommand } from './commands/doctor.ts'
import { findstaticCommand } from './commands/findstatic.ts'
import { inPlaceCommand } from './commands/in-place.ts'
import { staticTarget } from './commands/target.ts'
import { configPlugin } from './config.ts'
import { createContext } from './context.ts'
import { hotFilePlugin } from './serve/hot-file.ts'
import { hotPlugin } from './serve/hot.ts'
import { resolveOptions, type DjangoStaticOptions } from './options.ts'
import { releaseCommands } from './commands/releases.ts'
import { resolvePlugin } from './serve/resolve.ts'
import { servePlugin } from './serve/middleware.ts'
import { hintPlugin } from './serve/hint.ts'

export type { DjangoStaticOptions } from './options.ts'

/**
 * Django's static files for Vite: its finders in development; a hashed STATIC_ROOT and `staticfiles.json` from the build.
 *
 * @param options See the README.
 * @returns Plugins for Vite's list.
 * @throws When an option is unknown or cannot be used.
 */
export function djangoStatic(options: DjangoStaticOptions = {}): Plugin[] {
  const context = createContext(resolveOptions(options))
  const build = createBuild(context)
  const offers: KovuApi = {
    targets: { static: staticTarget(context, build) },
    commands: {
      findstatic: findstaticCommand(context),
      doctor: doctorCommand(context),
      'in-place': inPlaceCommand(context),
      ...releaseCommands(context),
    },
    urls: (publicName, source) => build.urls(publicName, source),
  }
  return [
    configPlugin(context, offers),
    resolvePlugin(context),
    servePlugin(context),
    hotPlugin(context),
    hotFilePlugin(context),
    hintPlugin(context),
    build.plugin,
    missingImportPlugin(context),
  ]
}

export default djangoStatic
