import type { RequireConfig } from './types.ts'
import type { RjsBuild } from './config/rjs.ts'

/** What `requirejsAmd()` takes. Every option has a default that suits a small site. */
export interface RequirejsAmdOptions {
  /**
   * The r.js build file or files (paths below Vite's root), or their content. The first one also tells which
   * configuration the site's pages run with. Without one, the configuration is found in `data-main` files.
   */
  build?: string | RjsBuild | readonly (string | RjsBuild)[] | undefined
  /**
   * A file that calls `require.config()` (a path below Vite's root), or the configuration itself, laid over the build
   * file's: what the pages say at run time and the build file does not know.
   */
  config?: string | RequireConfig | undefined
  /**
   * What pages begin with, for sites whose build file does not say (or that have none): ids, globs of public names
   * (`*\/js/pages/*`), or the template tag that names an entry, with a quoted placeholder: `{% requirejs_main 'x' %}`.
   */
  entries?: string | readonly string[] | undefined
  /**
   * How a build's layers travel, and the ES modules that AMD modules depend on: as AMD modules in classic scripts (`'amd'`), or as ES
   * chunks that are loaded by `import()` (`'esm'`). What a `<script type="module">` has too is always the latter.
   */
  format?: 'amd' | 'esm' | undefined
  /**
   * Are minified layers, and what was read off sources that need a parser, kept in `<cacheDir>/kovu/requirejs-amd` between runs?
   * True by default.
   */
  cache?: boolean | undefined
  /**
   * Public name of the require.js that this plugin's loader replaces, such as `lib/require.js`. By default every file
   * that is recognised as require.js by its content is replaced.
   */
  loader?: string | undefined
}
