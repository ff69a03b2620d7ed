/**
 * What the rooms of this plugin hand to each other. The pure core (`config/`, `module/`, `graph.ts`) fills these
 * shapes; development (`serve.ts`) and the build (`build.ts`) read them. Nothing here knows Vite.
 */
import type { Derivation } from '@kovu/protocol'

/** RequireJS's run-time configuration: what `require.config()` takes. */
export interface RequireConfig {
  /** URL (at run time) or folder (in a build file) that ids are relative to. */
  baseUrl?: string | undefined
  /** Id or id prefix to a path without `.js`, to several to be tried in order, or to `empty:` (not part of a build). */
  paths?: Record<string, string | string[]> | undefined
  /** Ids that stand for a path of another layer: `{ 'layer': ['id', …] }`. */
  bundles?: Record<string, string[]> | undefined
  /** CommonJS-like packages. */
  packages?: (string | RequirePackage)[] | undefined
  /** For the module of the outer key (or `*`): inner key (id or prefix) means its value. */
  map?: Record<string, Record<string, string>> | undefined
  /** Dependencies and the global of scripts that do not call `define`. */
  shim?: Record<string, Shim | string[]> | undefined
  /** What `module.config()` gives, by module id. */
  config?: Record<string, unknown> | undefined
  /** Ids end as Node's do: a trailing `.js` means nothing. */
  nodeIdCompat?: boolean | undefined
  /** Seconds before a load counts as failed; 0 means never. */
  waitSeconds?: number | undefined
  /** Name of a loading context of its own. */
  context?: string | undefined
  /** Modules to load as soon as the configuration is known. */
  deps?: string[] | undefined
  /** Is a script without `define` and without shim export an error? */
  enforceDefine?: boolean | undefined
  /** Create script elements as XHTML. */
  xhtml?: boolean | undefined
  /** Appended to the query of every script's URL. (A function stays for run time.) */
  urlArgs?: string | undefined
  /** The `type` of script elements. */
  scriptType?: string | undefined
  /** Is `data-main` passed over? */
  skipDataMain?: boolean | undefined
  /** Any other key, such as the configuration of a third-party loader plugin. */
  [key: string]: unknown
}

/** An entry of {@link RequireConfig.packages}. */
export interface RequirePackage {
  name: string
  location?: string | undefined
  /** Module id within the package; `main` by default. */
  main?: string | undefined
}

/** An entry of {@link RequireConfig.shim}. */
export interface Shim {
  deps?: string[] | undefined
  /** Dotted path of the global that is the module's value. */
  exports?: string | undefined
  /** Source text of the `init` function, as it stands in the configuration. It runs in the browser only. */
  init?: string | undefined
}

/** What {@link Ids} and the loader need to know of a configuration found in source text. */
export interface ConfigFound {
  /** The literal part, evaluated. */
  readonly config: RequireConfig
  /** Source text of parts that are no literals, by dotted path, such as `shim.foo.init` or `callback`. */
  readonly dynamic: Readonly<Record<string, string>>
  /** Offsets of the object literal in the source. */
  readonly start: number
  readonly end: number
}

/** A key of a build file that is not honoured: told to the user by name. */
export interface BuildNote {
  readonly key: string
  readonly reason: string
  /** What to do or use instead. */
  readonly instead: string
}

/** A layer of an r.js build: an entry of `modules`, or the `name`/`out` of a single-file build. */
export interface BuildModule {
  /** Id of the layer's module. Absent in a single-file build of `include`d modules only. */
  readonly name: string | undefined
  /** Is the module made up by the build (it has no source)? */
  readonly create: boolean
  readonly include: readonly string[]
  /** Left out with everything they depend on. */
  readonly exclude: readonly string[]
  /** Left out themselves only. */
  readonly excludeShallow: readonly string[]
  /** A `require([...])` call of these stands at the layer's end. */
  readonly insertRequire: readonly string[]
  /** Keys of the build file that this layer overrides. */
  readonly override: Readonly<Record<string, unknown>>
}

/** How text is put around a layer (`wrap`); texts are already read from their files. */
export interface BuildWrap {
  readonly start: string
  readonly end: string
}

/** An r.js build file, read and normalised. Paths are absolute with forward slashes. */
export interface BuildFile {
  /** The build file, or undefined for an object given in the options. */
  readonly file: string | undefined
  /** Folder that its relative paths are relative to. */
  readonly folder: string
  /** `appDir`: top of the sources that `dir` mirrors. */
  readonly appDir: string | undefined
  /** `baseUrl` as a folder. */
  readonly baseUrl: string
  /** `dir`: where r.js would have put the tree. Never written here; sources in it are never read. */
  readonly dir: string | undefined
  /** `out`: the one file of a single-file build, absolute. Undefined with `modules`. */
  readonly out: string | undefined
  /** The layers. One entry with `out`. */
  readonly modules: readonly BuildModule[]
  /** Run-time configuration of the build file itself laid over that of its `mainConfigFile`s. */
  readonly config: RequireConfig
  /** Source text of run-time functions in it (`shim.x.init`), by dotted path. */
  readonly dynamic: Readonly<Record<string, string>>
  /** Absolute paths of the `mainConfigFile`s, in their order. */
  readonly mainConfigFiles: readonly string[]
  /** Are dependencies of `require([...])` calls inside functions part of the layer? */
  readonly findNestedDependencies: boolean
  /** Are resources of `text!` put into the layer? */
  readonly inlineText: boolean
  /** Loader plugins that are replaced by an empty module in the output. */
  readonly stubModules: readonly string[]
  /** `none`, or the name of r.js's minifier: any other than `none` means Vite's minifier. */
  readonly optimize: string
  /** Text around a single-file build. */
  readonly wrap: BuildWrap | undefined
  /** Are licence comments kept? */
  readonly preserveLicenseComments: boolean
  readonly generateSourceMaps: boolean | undefined
  /** Leave out `define('id', function () {})` for scripts without a module. */
  readonly skipModuleInsertion: boolean
  /** `onBuildRead`/`onBuildWrite` run in the sandbox of the build file: `(id, path, contents) → contents`. */
  readonly onBuildRead: BuildHook | undefined
  readonly onBuildWrite: BuildHook | undefined
  /** Conditions of `//>>includeStart(...)` comments. */
  readonly pragmas: Readonly<Record<string, boolean>>
  readonly pragmasOnSave: Readonly<Record<string, boolean>>
  /** Any other r.js key as written (all are listed in `notes` too unless they have no effect here). */
  readonly rest: Readonly<Record<string, unknown>>
  /** Every key that is not honoured. */
  readonly notes: readonly BuildNote[]
  /** Files the result was made from: the build file, its main config files, wrap files. */
  readonly watch: readonly string[]
}

/** `onBuildRead` or `onBuildWrite` of a build file. */
export type BuildHook = (moduleName: string, path: string, contents: string) => string

/** The file behind a public name. */
export interface Found {
  /** Absolute path. Of a derived name: where the derived file would be. */
  readonly file: string
  /** Absolute path of the source that the file is derived from. */
  readonly source?: string | undefined
  readonly derived?: Derivation | undefined
}

/** What an id means. `id` is always the normalised id, as RequireJS's registry would hold it. */
export type Resolved =
  | {
      readonly kind: 'module'
      readonly id: string
      readonly publicName: string
      readonly found: Found
      /** The layer that holds the id, by `bundles`. */
      readonly bundle?: string | undefined
    }
  /** `require`, `exports` or `module`. */
  | { readonly kind: 'special'; readonly id: string }
  /** Loaded by URL at run time: absolute, with a protocol or a query, a fallback array, above the static root. */
  | { readonly kind: 'external'; readonly id: string }
  /** `empty:`: some other layer or the page defines it. */
  | { readonly kind: 'empty'; readonly id: string }
  /** `plugin!resource`; the resource is normalised as far as it is known without running the plugin. */
  | {
      readonly kind: 'plugin'
      readonly id: string
      readonly plugin: string
      readonly resource: string
    }
  /** It should be a static file, and there is none. */
  | { readonly kind: 'missing'; readonly id: string; readonly publicName: string }

/** Ids and public names, there and back. */
export interface Ids {
  readonly config: RequireConfig
  /** Public name of `baseUrl`, without slashes at its ends: `main/js`, or '' for the static root itself. */
  readonly prefix: string
  /** The id as RequireJS's registry holds it: relative to its parent, `map` and packages' mains applied. */
  normalize(id: string, parentId?: string): string
  /** Public name (with `.js`) of a normalised id without loader plugin, or undefined when it is no static file's. */
  toPublicName(id: string): string | undefined
  /** Public name of a path with its extension (`text!`, `toUrl`), or undefined when outside the static root. */
  toResourceName(path: string): string | undefined
  /** What a dependency means to the module that names it. */
  resolve(id: string, parentId?: string): Resolved
  /** What a normalized id means. (Normalizing twice would apply `map` twice.) */
  locate(id: string): Resolved
  /** The shortest id whose public name this is (`paths` and packages tried first), or undefined when it has none. */
  idOf(publicName: string): string | undefined
}

/** A half-open range of UTF-16 offsets in a source. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** A literal id in a source. */
export interface DepLiteral extends Span {
  readonly id: string
}

/** A call of the page's `define`. */
export interface DefineCall extends Span {
  /** The literal name; undefined for an anonymous module. */
  readonly id: string | undefined
  /** Is the first argument something that can be no name (array, function, object), or an identifier that is none? */
  readonly anonymous: boolean
  /** Offset of the first argument, where `'id', ` is to be inserted. */
  readonly insertAt: number
  /** The literal dependency array, in order. Undefined when there is none or it is not literal. */
  readonly deps: readonly DepLiteral[] | undefined
  /** Is there a dependency array that cannot be read (it is computed)? */
  readonly computedDeps: boolean
  /** CommonJS form: literal `require('x')` ids of the factory, in source order. Undefined when it is not that form. */
  readonly sugar: readonly DepLiteral[] | undefined
  /** How many of `require, exports, module` the factory of the CommonJS form takes. */
  readonly sugarParams: number
  /** The factory expression, when there is one. */
  readonly factory: Span | undefined
  /** Offset of the factory (or value) argument, where a dependency array is to be inserted before it. */
  readonly depsAt: number
  /** Offset inside the factory's body where a directive can stand. */
  readonly strictAt: number | undefined
}

/** A `require([...], …)` or `requirejs([...], …)` call with a literal array. */
export interface RequireCall extends Span {
  readonly deps: readonly DepLiteral[]
  /** Is an element of the array computed? */
  readonly computed: boolean
  /** Has the call an error callback? */
  readonly errback: boolean
  /** Is it the local `require` of a factory, so that relative ids are relative to its module? */
  readonly local: boolean
}

/** What is known of a source without running it. */
export interface Analysis {
  /**
   * `amd`: calls `define`, and an id can be inserted. `main`: no `define`, but `require([...])` or `require.config()`.
   * `esm`: has import or export syntax. `script`: none of these, to be run as a classic script of its own; it may still
   * call `define` in a way that cannot be read ({@link callsDefine}).
   */
  readonly kind: 'amd' | 'main' | 'script' | 'esm'
  /** Does it call `define` anywhere? */
  readonly callsDefine: boolean
  readonly defines: readonly DefineCall[]
  /** `require([...])` calls that run with the file. */
  readonly requires: readonly RequireCall[]
  /** `require([...])` calls inside functions and factories. */
  readonly nested: readonly RequireCall[]
  /** Literal arguments of `require.toUrl()`. */
  readonly toUrls: readonly DepLiteral[]
  /** Literal configurations (`require.config({})`, `require({}, …)`, `var require = {}`). */
  readonly configs: readonly ConfigFound[]
  /** Is there a `'use strict'` directive at its top? */
  readonly strict: boolean
  /** Does its top level declare names (globals, when it runs as a script)? */
  readonly declares: boolean
}

/** Source map, version 3. */
export interface SourceMapLike {
  readonly version: 3
  readonly file?: string | undefined
  readonly sources: readonly (string | null)[]
  readonly sourcesContent?: readonly (string | null)[] | undefined
  readonly names: readonly string[]
  readonly mappings: string
}

/** A module of the graph. */
export interface ModuleRecord {
  /** The normalised id; `text!a/b.html` for a resource. */
  readonly id: string
  /** What it is. `resource`: made from a loader plugin's resource; `code` is then its text as read. */
  readonly kind: Analysis['kind'] | 'resource'
  readonly publicName: string
  /** The file (of a derived module: where it would be). */
  readonly file: string
  /** The file a person edits: `found.source` of a derived module, else `file`. */
  readonly source: string
  readonly code: string
  /** Map of a derived module's code to its source. */
  readonly map?: SourceMapLike | undefined
  readonly analysis: Analysis
  /** Ids of the dependencies as RequireJS would have them before the factory runs (shim's too), normalised, in order. */
  readonly deps: readonly string[]
  /** Ids of `require([...])` calls inside functions, normalised. */
  readonly nestedDeps: readonly string[]
  /** Every file it was made from. */
  readonly watch: readonly string[]
}

/** A source as read. */
export interface Source {
  readonly code: string
  readonly map?: SourceMapLike | undefined
  /** Every file that it was made from. */
  readonly watch: readonly string[]
}

/** How {@link Graph.closure} walks. */
export interface ClosureOptions {
  /** Ids that are neither listed nor followed. */
  readonly exclude?: ReadonlySet<string> | undefined
  /** Follow `require([...])` inside functions too (`findNestedDependencies`). */
  readonly nested?: boolean | undefined
  /** Called for an id that has no file; the default throws `REQUIREJS_AMD_MISSING` with the chain of ids. */
  readonly onMissing?: ((missing: MissingModule) => void) | undefined
  /** Called for a module that cannot be read or parsed; the default throws. The module is left out. */
  readonly onError?: ((error: unknown, id: string) => void) | undefined
}

/** An id that should have had a file. */
export interface MissingModule {
  readonly id: string
  readonly publicName: string
  /** The ids that lead to it, first the one that was asked for. */
  readonly chain: readonly string[]
  /** Public names that are nearly right. */
  readonly near: readonly string[]
  /** Where it is named. */
  readonly from: { readonly record: ModuleRecord; readonly offset: number | undefined } | undefined
  /** The error that stands for it: `REQUIREJS_AMD_MISSING`, with the place. */
  readonly error: Error
}

/** The modules of a configuration, with their edges. */
export interface Graph {
  readonly ids: Ids
  /** The module of a normalised id; undefined for external, empty and unknown-plugin ids. */
  module(id: string): Promise<ModuleRecord | undefined>
  /** The modules that the normalized ids reach, dependencies first, in the order RequireJS would define them. */
  closure(ids: readonly string[], options?: ClosureOptions): Promise<readonly ModuleRecord[]>
  /** Forgets a file. Returns whether any module was made from it. */
  invalidate(file: string): boolean
}

/** A module as concatenable code. */
export interface RegistryCode {
  /** Ends in a newline; defines the id when run (with `main`: after its top level has run). */
  readonly code: string
  /** Map to `record.file`'s own text (through the derived map, if any). Absent when nothing moved. */
  readonly map?: SourceMapLike | undefined
}
