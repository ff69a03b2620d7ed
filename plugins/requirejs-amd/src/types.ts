/**
 * What the rooms of this plugin hand to each other. The pure core (`config/`, `module/`, `graph.ts`) fills these
 * shapes; development (`serve.ts`) and the build (`build.ts`) read them. Nothing here knows Vite.
 */
import type { Derivation } from '@kovu/protocol'
import type { ConfigFound, RequireConfig } from './config/types.ts'

export type {
  BuildFile,
  BuildHook,
  BuildModule,
  BuildNote,
  BundleComplete,
  ConfigFound,
  MinifierOptions,
  RequireConfig,
  RequirePackage,
  Shim,
} from './config/types.ts'

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
  /** What it is. `resource`: made from a loader plugin's resource; `code` is then its value in JSON. */
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
  /** Is it a loader plugin's resource that the plugin writes into each layer anew? `code` is what it wrote into this one. */
  readonly layered?: boolean | undefined
  /** Name of the npm package that the id means, for want of a static file. Such a record is an `esm` one. */
  readonly npm?: string | undefined
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
  /** Forgets a file. Returns the ids of the modules that were made from it. */
  invalidate(file: string): readonly string[]
  /** Modules read so far that depend on one of the ids, directly or through others, and those themselves. */
  leadingTo(ids: readonly string[]): readonly ModuleRecord[]
  /** Puts made modules in the place of what has their ids. */
  provide(modules: readonly MadeModule[]): void
}

/** A module that a build makes: an ES module as an AMD module. */
export interface MadeModule {
  readonly id: string
  readonly publicName: string
  /** AMD code without an id. */
  readonly code: string
  readonly map?: SourceMapLike | undefined
  /** The file that it stands for, if it stands for one. */
  readonly file: string
  readonly watch: readonly string[]
}

/** A module as concatenable code. */
export interface RegistryCode {
  /** Ends in a newline; defines the id when run (with `main`: after its top level has run). */
  readonly code: string
  /** Map to `record.file`'s own text (through the derived map, if any), made when it is read. Absent when nothing moved. */
  readonly map?: SourceMapLike | undefined
}
