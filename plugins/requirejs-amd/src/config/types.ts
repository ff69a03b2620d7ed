/** The shapes of configurations and build files. */

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
  /** Loader plugins (or modules) that are replaced by an empty module in this layer; the build file's own come first. */
  readonly stubModules: readonly string[]
  /** Do classic scripts go into it, where they may? */
  readonly scripts: boolean
  /** The build file as this layer has it, by its `override`; undefined when it overrides nothing. */
  readonly own: BuildFile | undefined
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
  /** Is one file made (`out`), which pages load by its own `<script>`? */
  readonly single: boolean
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
  /** `none`, or the name of r.js's minifier: any other than `none` means Vite's minifier. */
  readonly optimize: string
  /** What r.js's minifier would have been told (`uglify`), as far as Vite's can do it. */
  readonly minifier: MinifierOptions
  /** Text around each file that the build makes. */
  readonly wrap: BuildWrap | undefined
  /** Are licence comments kept? */
  readonly preserveLicenseComments: boolean
  readonly generateSourceMaps: boolean | undefined
  /** Leave out `define('id', function () {})` for scripts without a module. */
  readonly skipModuleInsertion: boolean
  /** Are shimmed scripts put into factories of their own? */
  readonly wrapShim: boolean
  /** The global object that holds `define`, `require` and `requirejs` instead of the page; '' is the page. */
  readonly namespace: string
  /** Are the static files of modules that went into a layer left out of the output? */
  readonly removeCombined: boolean
  /** File whose text gets a `bundles` configuration, absolute. */
  readonly bundlesConfigOutFile: string | undefined
  /** Is a `build.txt` wanted that lists what went where? */
  readonly writeBuildTxt: boolean
  /** Texts of modules that have no file, by id. */
  readonly rawText: Readonly<Record<string, string>>
  /** What is done to sources. */
  readonly sources: SourceRules
  /** `onBuildWrite`: runs in the sandbox of the build file. */
  readonly onBuildWrite: BuildHook | undefined
  /** Called with each file that the build has made. */
  readonly onModuleBundleComplete: ((data: BundleComplete) => void) | undefined
  /** Its keys as they are written, for loader plugins. */
  readonly raw: Readonly<Record<string, unknown>>
  /** Gets the text of a single-file build instead of a file. */
  readonly write: ((text: string, map: string | undefined) => void) | undefined
  /** Every key that is not honoured. */
  readonly notes: readonly BuildNote[]
  /** Files the result was made from: the build file, its main config files, wrap files. */
  readonly watch: readonly string[]
}

/** What a build file has done to sources before they are read, and before they are written. */
export interface SourceRules {
  readonly onBuildRead: BuildHook | undefined
  /** Are CommonJS files without `define` given one? */
  readonly cjsTranslate: boolean
  /** Does the stanza of the `amdefine` package stay? */
  readonly keepAmdefine: boolean
  /** Do `//>>` comments stay comments? */
  readonly skipPragmas: boolean
  /** Conditions of `//>>includeStart(...)` comments when a source is read. */
  readonly pragmas: Readonly<Record<string, boolean>>
  /** Further ones when it is written. */
  readonly pragmasOnSave: Readonly<Record<string, boolean>>
  /** Values of `has('x')` tests when a source is read. */
  readonly has: Readonly<Record<string, boolean>>
  /** Further ones when it is written. */
  readonly hasOnSave: Readonly<Record<string, boolean>>
}

/** What Vite's minifier is told. */
export interface MinifierOptions {
  readonly mangle: boolean
  readonly compress: boolean
  readonly dropConsole: boolean
  readonly dropDebugger: boolean
  /** Are line breaks and blanks kept? */
  readonly beautify: boolean
  /** Are characters beyond ASCII written as escapes? */
  readonly asciiOnly: boolean
}

/** What `onModuleBundleComplete` is given. */
export interface BundleComplete {
  /** Id of the layer's module. */
  name: string | undefined
  /** Path of the file, relative to `dir`; absolute with `out`. */
  path: string
  /** What is in it: paths in the same way, and ids of loader plugin resources. */
  included: string[]
}

/** `onBuildRead` or `onBuildWrite` of a build file. */
export type BuildHook = (moduleName: string, path: string, contents: string) => string
