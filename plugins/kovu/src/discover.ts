import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** What a project folder holds that Kovu can work with. */
export interface Discovery {
  /** `manage.py` below the root, if there is one. */
  readonly manage: string | undefined
  /** The r.js build file below the root, if there is one. */
  readonly build: string | undefined
  /** Is there a source of settings, `m4/base.m4`? */
  readonly m4: boolean
}

/** What makes a folder `m4` one of settings. */
const settingsSource = 'm4/base.m4'

/** The names under which projects keep their r.js build file, as the r.js documentation and its examples use them. */
const buildFiles = ['build.js', 'app.build.js', 'r.build.js', 'rbuild.js', 'require.build.js']

/** Every name that {@link discover} looks at: whether there is such a file decides which plugins there are. */
export const discoverable: readonly string[] = ['manage.py', settingsSource, ...buildFiles]

/** An object literal with one of r.js's telling keys: enough to tell a build file from any other `build.js`. */
const rjsRE = /\b(?:baseUrl|appDir|mainConfigFile|modules|optimize|out)\s*:/

/**
 * Looks for what needs no configuration.
 *
 * @param root The folder of the Vite config, absolute.
 */
export function discover(root: string): Discovery {
  return {
    manage: existsSync(join(root, 'manage.py')) ? 'manage.py' : undefined,
    m4: existsSync(join(root, settingsSource)),
    build: buildFiles.find((name) => {
      const file = join(root, name)
      return existsSync(file) && rjsRE.test(readFileSync(file, 'utf8'))
    }),
  }
}
