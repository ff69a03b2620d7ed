/** The content of an r.js build file. Meanings as in r.js 2.3, in our words. */
import type { BuildHook, BundleComplete, RequireConfig } from '../types.ts'

/** A layer in the `modules` of a build file. */
export interface RjsModule {
  /** Id of the layer's own module. The layer's file has its name. */
  name: string
  /** Has the layer's module no source? Then an empty one is made. */
  create?: boolean
  /** Further ids put into the layer, with what they depend on. */
  include?: string | string[]
  /** Ids left out, with everything that they depend on. The id of another layer means all that it holds. */
  exclude?: string | string[]
  /** Ids left out, but not what they depend on. */
  excludeShallow?: string | string[]
  /** Ids of a `require([…])` call at the layer's end. It adds nothing to the layer. */
  insertRequire?: string | string[]
  /** As the build file's own, for this layer. */
  stubModules?: string[]
  /** Keys of the build file with another value for this layer; objects such as `paths` and `pragmas` are merged. */
  override?: Partial<RjsBuild>
}

/** Text around what is built. */
export interface RjsWrap {
  start?: string
  end?: string
  /** Files instead of texts, relative to the build file. Several are put one after the other. */
  startFile?: string | string[]
  endFile?: string | string[]
}

/**
 * The content of an r.js build file. Run-time configuration (`paths`, `map`, `shim`, …) may stand in it as well: it says
 * what ids mean in the build, and does not reach the page, which has its own.
 */
export interface RjsBuild extends RequireConfig {
  // Where things are
  /** Top folder of the sources; `dir` mirrors it, and `baseUrl` is relative to it. */
  appDir?: string
  /** Where r.js writes its copy of the tree. Vite's output goes elsewhere; the folder is never read or written. */
  dir?: string
  /** The file of a single-file build. A function gets its text (and its map) instead; `stdout` prints it. */
  out?: string | ((text: string, map?: string) => void)
  /** Files whose `require.config()` is the base of this configuration; a later one is laid over an earlier one. */
  mainConfigFile?: string | string[]

  // What goes into files
  /** The layers of a build with `dir`. */
  modules?: RjsModule[]
  /** Id of the module of a single-file build, often `almond`. */
  name?: string
  /** As in {@link RjsModule}, for a single-file build. */
  create?: boolean
  include?: string | string[]
  exclude?: string | string[]
  excludeShallow?: string | string[]
  insertRequire?: string | string[]
  /** Ids that come before everything else of a single-file build, as they do at run time. */
  deps?: string[]
  /** Do `require([…])` calls inside functions add to the layer? False by default: they load when they are made. */
  findNestedDependencies?: boolean
  /** Do resources of `text!` go into the layer? True by default. */
  inlineText?: boolean
  /** Modules that are read for their dependencies, and written as empty ones: plugins whose resources are all inlined. */
  stubModules?: string[]
  /** Texts of modules that have no file, or that stand in for one. */
  rawText?: Record<string, string>
  /** Are files without a `define` call left without one? By default an empty one is put behind them. */
  skipModuleInsertion?: boolean
  /**
   * Is a shimmed script put into a factory, so that it runs after the AMD modules in its shim's `deps`? Its top level is
   * then no longer the global scope (what `exports` names is put there). False by default: it is a classic script.
   */
  wrapShim?: boolean

  // What happens to sources
  /** Changes a source before anything else looks at it. Has to return it. */
  onBuildRead?: BuildHook
  /** Changes a module before it is written. Has to return it. */
  onBuildWrite?: BuildHook
  /** Called with each file that the build has made. */
  onModuleBundleComplete?: (data: BundleComplete) => void
  /** Values for the conditions of `//>>includeStart("x", pragmas.x);` comments, when a source is read and when it is written. */
  pragmas?: Record<string, boolean>
  /** Further values when a module is written: its dependencies are those of the source without them. */
  pragmasOnSave?: Record<string, boolean>
  /** Are `//>>` comments left alone? */
  skipPragmas?: boolean
  /** Values for `has('x')` tests: they become constants, dependencies of dead branches are none, the minifier removes these. */
  has?: Record<string, boolean>
  /** Further values when a module is written. */
  hasOnSave?: Record<string, boolean>
  /** Are CommonJS files without `define` made modules? */
  cjsTranslate?: boolean
  /** Does the stanza of the `amdefine` package stay? By default it goes. */
  keepAmdefine?: boolean
  /** Directives are always kept, each for its own file; r.js removes those at the top of a file unless this is true. */
  useStrict?: boolean

  // What is written
  /** `none` leaves the output readable; any other name means Vite's minifier. */
  optimize?: string
  /** r.js's minifier: `mangle`, `compress` (`drop_console`, `drop_debugger`), `output` (`beautify`, `ascii_only`). */
  uglify?: Record<string, unknown>
  /** The same. */
  uglify2?: Record<string, unknown>
  /** Text around each file that is made; true means a function. */
  wrap?: boolean | RjsWrap
  /** Name of a global object that holds `define`, `require` and `requirejs`, so that the page's own are left alone. */
  namespace?: string
  /** Are comments with a licence kept? True by default. */
  preserveLicenseComments?: boolean
  /** Are maps to the sources written? By default Vite's `build.sourcemap` says so. */
  generateSourceMaps?: boolean
  /** Are files that went into a layer left out of the output? Under a plugin for static files they stay. */
  removeCombined?: boolean
  /** A file below `dir` that gets the layers' `bundles` configuration. Our loader needs none. */
  bundlesConfigOutFile?: string
  /** Is a `build.txt` written that lists what went where? Unlike r.js, only if it is asked for. */
  writeBuildTxt?: boolean
  /** Locale whose `i18n!` bundles go into layers. */
  locale?: string
  /** Which file names r.js does not copy. */
  fileExclusionRegExp?: RegExp | string | null
}

/** Keys whose value is laid over that of the build file by a layer's `override`, key by key. */
const objectKeys = words(
  'paths wrap pragmas pragmasOnSave has hasOnSave uglify uglify2 map rawText config shim bundles',
)

/** Keys that are read by this plugin. */
const honoured =
  words(`appDir baseUrl dir out name create include exclude excludeShallow insertRequire modules
  mainConfigFile stubModules findNestedDependencies inlineText optimize uglify uglify2 wrap preserveLicenseComments
  generateSourceMaps skipModuleInsertion onBuildRead onBuildWrite onModuleBundleComplete pragmas pragmasOnSave skipPragmas
  has hasOnSave namespace wrapShim useStrict rawText cjsTranslate keepAmdefine removeCombined bundlesConfigOutFile
  writeBuildTxt`)

/** Run-time keys: they go into {@link RequireConfig}, as does any key nobody knows (a loader plugin's configuration). */
const runtime =
  words(`paths bundles packages map shim config nodeIdCompat waitSeconds deps callback enforceDefine xhtml
  urlArgs scriptType skipDataMain locale text hgn`)

function words(text: string): ReadonlySet<string> {
  return new Set(text.split(/\s+/))
}

/**
 * Does a layer's `override` lay this key's value over the build file's, rather than replace it?
 *
 * @param key The key.
 */
export function isObjectKey(key: string): boolean {
  return objectKeys.has(key)
}

/**
 * Is the key one that says what is built, and that this plugin does?
 *
 * @param key The key.
 */
export function isHonoured(key: string): boolean {
  return honoured.has(key)
}

/**
 * Is the key part of the pages' configuration?
 *
 * @param key The key.
 */
export function isRuntimeKey(key: string): boolean {
  return key === 'baseUrl' || runtime.has(key)
}
