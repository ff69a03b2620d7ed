/** The keys of an r.js build file, and what becomes of each. Meanings as in r.js 2.3 (its documentation, our words). */
import type { BuildHook, BuildNote, RequireConfig } from '../types.ts'

/** A layer in the `modules` of a build file. */
export interface RjsModule {
  /** Id of the layer's own module. */
  name: string
  /** Does the layer's module have no source? Then an empty one is made. */
  create?: boolean
  /** Further ids put into the layer. */
  include?: string | string[]
  /** Ids left out, with everything that they depend on. */
  exclude?: string[]
  /** Ids left out, but not what they depend on. */
  excludeShallow?: string[]
  /** Ids of a `require([…])` call at the layer's end. */
  insertRequire?: string[]
  /** Loader plugins replaced by an empty module in this layer. */
  stubModules?: string[]
  /** Keys of the build file that have another value for this layer. */
  override?: Record<string, unknown>
}

/** Text around a single-file build. */
export interface RjsWrap {
  start?: string
  end?: string
  /** Files instead of texts, relative to the build file. */
  startFile?: string | string[]
  endFile?: string | string[]
}

/** The content of an r.js build file. Run-time configuration keys may stand in it as well. */
export interface RjsBuild extends RequireConfig {
  /** Top folder of the sources; `dir` mirrors it, and `baseUrl` is relative to it. */
  appDir?: string
  /** Where r.js writes the tree. Vite's output goes elsewhere; the folder is never read or written. */
  dir?: string
  /** The file of a single-file build. */
  out?: string | ((text: string) => void)
  /** Id of the module of a single-file build, often `almond`. */
  name?: string
  /** As in {@link RjsModule}, for a single-file build. */
  create?: boolean
  include?: string | string[]
  exclude?: string[]
  excludeShallow?: string[]
  insertRequire?: string[]
  /** The layers. */
  modules?: RjsModule[]
  /** Files whose `require.config()` is the base of this configuration. */
  mainConfigFile?: string | string[]
  /** Loader plugins that are replaced by an empty module in every layer. */
  stubModules?: string[]
  /** Do `require([…])` calls inside functions add to the layer? */
  findNestedDependencies?: boolean
  /** Do resources of `text!` go into the layer? True by default. */
  inlineText?: boolean
  /** `none` leaves the output readable; any other name means Vite's minifier. */
  optimize?: string
  /** Text around a single-file build; true means a function. */
  wrap?: boolean | RjsWrap
  /** Keep comments with a licence? True by default. */
  preserveLicenseComments?: boolean
  generateSourceMaps?: boolean
  /** Leave layers' scripts without a `define` call as they are. */
  skipModuleInsertion?: boolean
  /** Which file names r.js would not copy. */
  fileExclusionRegExp?: RegExp | string
  /** Delete what went into a layer from r.js's `dir`. */
  removeCombined?: boolean
  /** Changes a source before it is read. */
  onBuildRead?: BuildHook
  /** Changes a module before it is written. */
  onBuildWrite?: BuildHook
  /** Values for `//>>includeStart` comments when sources are read. */
  pragmas?: Record<string, boolean>
  /** Values for `//>>includeStart` comments when files are written. */
  pragmasOnSave?: Record<string, boolean>
}

/** Keys that are read by this plugin. */
const honoured: ReadonlySet<string> =
  words(`appDir baseUrl dir out name create include exclude excludeShallow
  insertRequire modules mainConfigFile stubModules findNestedDependencies inlineText optimize wrap preserveLicenseComments
  generateSourceMaps skipModuleInsertion onBuildRead onBuildWrite pragmas pragmasOnSave`)

/** Run-time keys: they go into {@link RequireConfig}, as does any key nobody knows (a loader plugin's configuration). */
const runtime: ReadonlySet<string> =
  words(`paths bundles packages map shim config nodeIdCompat waitSeconds deps
  callback enforceDefine xhtml urlArgs scriptType skipDataMain locale text hgn`)

/** Keys that only say how r.js itself goes about its copy of the tree: nothing is lost without them. */
const harmless: ReadonlySet<string> =
  words(`logLevel keepBuildDir writeBuildTxt allowSourceOverwrites isBuild
  preserveComments skipDirOptimize normalizeDirDefines skipSemiColonInsertion keepAmdefine buildCSS`)

function words(text: string): Set<string> {
  return new Set(text.split(/\s+/))
}

const refused: Readonly<Record<string, Omit<BuildNote, 'key'>>> = {
  uglify: {
    reason: "Vite's minifier has options of its own",
    instead: "leave it out, or set `optimize: 'none'`",
  },
  uglify2: {
    reason: "Vite's minifier has options of its own",
    instead: "leave it out, or set `optimize: 'none'`",
  },
  optimizeCss: {
    reason: 'CSS is not built here',
    instead: 'name the .less or .css file in a template',
  },
  cssImportIgnore: {
    reason: 'CSS is not built here',
    instead: 'name the .less or .css file in a template',
  },
  cssPrefix: {
    reason: 'CSS is not built here',
    instead: 'name the .less or .css file in a template',
  },
  siteRoot: {
    reason: 'CSS is not built here',
    instead: 'name the .less or .css file in a template',
  },
  removeCombined: {
    reason: 'every static file is published, those that went into a layer too',
    instead: 'leave it out: their names may stand in a template',
  },
  fileExclusionRegExp: {
    reason: 'the plugin for static files says what is published',
    instead: "django-static's option `ignore`",
  },
  dirExclusionRegExp: {
    reason: 'the plugin for static files says what is published',
    instead: "django-static's option `ignore`",
  },
  optimizeAllPluginResources: {
    reason: 'resources are put into the layers that depend on them',
    instead: '`include` them in a layer',
  },
  throwWhen: { reason: 'a missing module always fails the build', instead: 'leave it out' },
  namespace: {
    reason: 'renaming the global functions is not supported',
    instead: 'load the output by its own <script> without require.js, or wrap it (`wrap: true`)',
  },
  wrapShim: {
    reason: 'scripts without define stay classic scripts, whose top level is the global scope',
    instead: 'leave the key out',
  },
  useStrict: {
    reason: "'use strict' directives are always kept",
    instead: 'leave the key out',
  },
  cjsTranslate: {
    reason: 'CommonJS files without a define wrapper are not converted',
    instead:
      'wrap them in define(function (require, exports, module) {…}), or import them from an ES module',
  },
  rawText: { reason: 'modules cannot be given as text', instead: 'put the module into a file' },
  has: {
    reason: 'has() tests are not replaced by constants',
    instead: "use Vite's `define` option",
  },
  hasOnSave: {
    reason: 'has() tests are not replaced by constants',
    instead: "use Vite's `define` option",
  },
  closure: { reason: 'the Closure compiler is not run', instead: "Vite's minifier is used" },
  onModuleBundleComplete: {
    reason: 'it is not called',
    instead: 'write a Vite plugin with a generateBundle hook',
  },
  bundlesConfigOutFile: {
    reason: 'nothing is written into sources',
    instead: 'nothing: the loader of the output knows what each layer holds',
  },
  cssIn: { reason: 'CSS is not built here', instead: 'name the .less or .css file in a template' },
  context: { reason: 'a build has no contexts', instead: 'set it in the page' },
  baseScript: { reason: 'r.js has no such key', instead: 'leave it out' },
  packagePaths: { reason: 'RequireJS itself no longer reads it', instead: 'use `packages`' },
}

/**
 * Which keys of a build file are not honoured.
 *
 * @param build The build file's value.
 * @returns A note for each, in the order of the file.
 */
export function notesOn(build: Readonly<Record<string, unknown>>): BuildNote[] {
  return Object.entries(build).flatMap(([key, value]) => {
    const note = Object.hasOwn(refused, key) ? refused[key] : undefined
    if (!note || value === undefined || value === false || value === 'none' || isEmpty(value))
      return []
    return [{ key, ...note }]
  })
}

/** Is the key r.js's own, not part of the pages' configuration? */
export function isBuildKey(key: string): boolean {
  if (key === 'baseUrl' || runtime.has(key)) return false
  return honoured.has(key) || harmless.has(key) || Object.hasOwn(refused, key)
}

function isEmpty(value: unknown): boolean {
  if (Object.prototype.toString.call(value) === '[object RegExp]') return false
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0
}
