/** The shapes inside the loader. Names that applications and tools read from `requirejs.s` are RequireJS's own. */

import type { Hot, HotEdit, HotRecord } from './hot/types.ts'

/** Any value of the page. */
export type Value = unknown
/** A function of the page: a factory, a callback, an errback. */
// oxlint-disable-next-line typescript/no-explicit-any -- arguments are whatever the modules return
export type Fn = (...args: any[]) => any
/** An object used as a table. */
export type Table<T> = Record<string, T>

/** A `shim` entry, normalised. */
export interface Shim {
  deps?: string[]
  exports?: string
  init?: Fn
  exportsFn?: Fn
}

/** The configuration of a context, with RequireJS's defaults filled in. */
export interface Config {
  waitSeconds: number
  baseUrl: string
  paths: Table<string | string[]>
  bundles: Table<string[]>
  pkgs: Table<string>
  shim: Table<Shim>
  config: Table<Value>
  map?: Table<Table<string>>
  packages?: (string | { name: string; location?: string; main?: string })[]
  nodeIdCompat?: boolean
  enforceDefine?: boolean
  urlArgs?: string | ((id: string, url: string) => string)
  xhtml?: boolean
  scriptType?: string
  skipDataMain?: boolean
  context?: string
  deps?: string[]
  callback?: Fn
  onNodeCreated?: (node: HTMLScriptElement, config: Config, id: string, url: string) => void
}

/** An id, taken apart and resolved. */
export interface ModuleMap {
  prefix: string | null | undefined
  name: string
  parentMap: ModuleMap | null | undefined
  /** Is the id a plugin resource whose plugin is not there yet to normalise it? */
  unnormalized: boolean
  url: string | undefined
  originalName: string | null | undefined
  /** Is it a module (not a `require()` call)? */
  isDefine: boolean
  id: string
  normalizedMap?: ModuleMap
}

/** A module, or a `require()` call, that is on its way. */
export interface Module {
  map: ModuleMap
  events: Table<Fn[]>
  shim: Shim | undefined
  depMaps: (ModuleMap | string)[] | null | undefined
  depExports: Value[]
  depMatched: boolean[]
  depCount: number
  pluginMaps: Table<ModuleMap>
  factory?: Value
  exports?: Value
  errback?: Fn | undefined
  error?: RequireError
  module?:
    | { id: string; uri: string | undefined; config: () => Value; exports: Value; hot?: Hot }
    | undefined
  /** Development: its dependencies as given. */
  given?: string[] | null | undefined
  /** Development: does a `require()` call belong to the factory that made it? */
  early?: boolean | undefined
  /** Development: is a `require()` call the loader's own? */
  silent?: boolean
  require?: LocalRequire
  usingExports?: boolean
  inited?: boolean
  enabled?: boolean
  enabling?: boolean
  fetched?: boolean
  defining?: boolean
  defined?: boolean
  defineEmitted?: boolean
  defineEmitComplete?: boolean
  ignore?: boolean | undefined
  skipMap?: boolean | undefined
  undefed?: boolean
}

/** An error as errbacks see it. */
export interface RequireError extends Error {
  requireType?: string
  requireModules?: string[] | null
  requireMap?: ModuleMap
  originalError?: Value
  contextName?: string
}

/** The arguments of a `define()` call that is not yet matched to a module: id, dependencies, factory. */
export type Definition = [id: string | null, deps: string[] | null | undefined, factory: Value]

/** Gives a module its dependencies and factory: context, module, deps, factory, errback, enabled, ignore. */
export type Init = (
  ctx: Context,
  mod: Module,
  deps: string[] | null | undefined,
  factory: Value,
  errback?: Fn | null,
  enabled?: boolean,
  ignore?: boolean,
) => void

/** A loader plugin. */
export interface LoaderPlugin {
  normalize?: (name: string, normalize: (name: string) => string) => string
  load: (name: string, require: LocalRequire, onload: OnLoad, config: Config) => void
}

/** What a loader plugin calls with its value. */
export interface OnLoad {
  (value?: Value): void
  error: (error: RequireError) => void
  fromText: (text: string, textAlt?: string) => void
}

/** A `require` function. */
export interface LocalRequire {
  (deps: string | string[], callback?: Fn, errback?: Fn): Value
  isBrowser: boolean
  toUrl: (name: string) => string
  defined: (id: string) => boolean
  specified: (id: string) => boolean
  undef?: (id: string) => void
}

/** A loading context: a world of modules of its own. */
export interface Context {
  contextName: string
  config: Config
  registry: Table<Module>
  /** Modules of the registry that someone wants. */
  enabledRegistry: Table<Module>
  /** Listeners of modules that were `undef`ed while someone waited. */
  undefEvents: Table<Table<Fn[]>>
  defined: Table<Value>
  urlFetched: Table<boolean>
  defQueue: Definition[]
  defQueueMap: Table<boolean>
  /** Id to the id of the layer that defines it. */
  bundlesMap: Table<string>
  /** Development: ids whose layers have arrived. */
  layers: string[]
  /** Development: layers that are to be asked for, one after the other. */
  wanted: { id: string; url: string }[]
  /** Development: is a layer under way? */
  asking?: boolean
  /** Development: modules that ran, for their replacement. */
  hot: Table<HotRecord>
  /** Development: what modules left for their next version. */
  hotData: Table<Value>
  /** Development: ids whose values the page's own code has got. */
  pageUses: Table<boolean>
  /** Development: id of the module whose factory runs. */
  running?: string | undefined
  /** Development: did a replaced module fail? */
  broken?: boolean
  requires: number
  unnormalized: number
  checking: boolean
  timer: Value
  startTime: number
  nextTick: (fn: () => void) => void
  onError: (error: RequireError, errback?: Fn) => void
  makeModuleMap: (
    name: string | null,
    parent?: ModuleMap | null,
    isNormalized?: boolean,
    applyMap?: boolean,
  ) => ModuleMap
  configure: (config: Partial<Config>) => void
  makeShimExports: (shim: Shim) => Fn
  makeRequire: (relMap?: ModuleMap | null, skipMap?: boolean) => LocalRequire
  require: LocalRequire
  enable: (map: ModuleMap, parent?: Module) => void
  completeLoad: (id: string) => void
  nameToUrl: (id: string, ext?: string, skipExt?: boolean) => string
  load: (id: string, url: string) => void
  execCb: (id: string, callback: Fn, args: Value[], exports: Value) => Value
  onScriptLoad: (event: Event) => void
  onScriptError: (event: Event) => void
}

/** The global `require`. */
export interface Requirejs {
  (
    config: Partial<Config> | string | string[],
    deps?: string | string[] | Fn,
    callback?: Fn,
    errback?: Fn,
  ): Value
  version: string
  isBrowser: boolean
  jsExtRegExp: RegExp
  config: (config: Partial<Config>) => Value
  nextTick: (fn: () => void) => void
  onError: (error: RequireError) => void
  onResourceLoad?: (context: Context, map: ModuleMap, depMaps: (ModuleMap | string)[]) => void
  get?: (context: Context, id: string, relMap: Value, localRequire: LocalRequire) => Value
  createNode: (config: Config, id: string, url: string) => HTMLScriptElement
  load: (context: Context, id: string, url: string) => Value
  exec: (text: string) => Value
  s: {
    contexts: Table<Context>
    newContext: (name: string) => Context
    head?: Element
    /** Development: brings an edit to the page. */
    update?: (edit: HotEdit) => void
  }
  toUrl?: Fn
  undef?: Fn
  defined?: Fn
  specified?: Fn
}
