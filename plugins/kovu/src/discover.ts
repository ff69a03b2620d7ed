import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** What a project folder holds that Kovu can work with. */
export interface Discovery {
  /** `manage.py` below the root, if there is one. */
  readonly manage: string | undefined
  /** The r.js build file below the root, if there is one. */
  readonly build: string | undefined
}

/** The names under which projects keep their r.js build file, as the r.js documentation and its examples use them. */
const buildFiles = ['build.js', 'app.build.js', 'r.build.js', 'rbuild.js', 'require.build.js']

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
    build: buildFiles.find((name) => {
      const file = join(root, name)
      return existsSync(file) && rjsRE.test(readFileSync(file, 'utf8'))
    }),
  }
}
