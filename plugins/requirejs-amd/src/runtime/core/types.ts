/** The shapes inside the core. `adopt.ts` of the complete loader reads them, too. */
import type { Config, Fn, LocalRequire, RequireError, Table, Value } from '../types.ts'

/** What the node side tells the core. URLs are relative to the static root, and percent-encoded. */
export interface CoreData {
  /** What stands in the core's own URL, unless the core stands in a script with others. */
  self: string
  /** URL of the static root, relative to the core's own file. */
  staticRoot: string
  /** URL of the static root, whatever the core's own URL. */
  url: string
  /** Layers by URL, with the ids that they define. No id stands in two of them. */
  layers: Table<string[]>
  /** URL of a file that a page may give as `data-main`, hashed and not, to the id that it means. */
  main: Table<string>
  /** URL of the complete loader. */
  complete: string
}

/** A module, or a `require()` call, that is on its way. */
export interface CoreModule {
  id: string
  /** Id that its dependencies are relative to: its own, or that of the module whose `require` was called, or ''. */
  from: string
  listeners: ((value: Value) => void)[]
  deps: string[]
  /** Resolved ids of {@link deps}; '' for those that came late. */
  ids: string[]
  /** What the factory gets. */
  values: Value[]
  /** How many are missing. */
  count: number
  body?: Value
  errback?: Fn | undefined
  /** Does somebody want to hear of its errors? */
  guarded?: Value
  error?: RequireError
  exports?: Value
  module?: Table<Value>
  require?: LocalRequire
  known?: Value
  asked?: Value
  enabling?: Value
  defining?: Value
}

/** Something that a page or a script does. */
// oxlint-disable-next-line typescript/no-explicit-any -- each takes its own
export type Act = (...args: any[]) => Value

/** The arguments of a `define()` call. */
export type Defined = ArrayLike<Value>

/** What waits for the complete loader: which act, with what, and the `define()` calls before it. */
export type Held = [kind: number, args: ArrayLike<Value>, queue: Defined[]]

/** What the core leaves to the complete loader, as `requirejs.s`. */
export interface Handover {
  pending: Table<CoreModule>
  done: Table<Value>
  /** URLs of scripts that were asked for. */
  fetched: Table<Value>
  /** Configurations so far. */
  configs: Partial<Config>[]
  /** The page's own configuration, which `data-main` adds to. */
  config: Partial<Config>
  /** Has the core dealt with `data-main`? */
  begun: Value
  /** Absolute URL of the static root. */
  root: string
  /** When it last asked for a script. */
  started: number
  /** Seconds that scripts may take. */
  wait: number
  /** Definitions that nobody has taken, and those that were being registered. */
  queue: Defined[]
  taken: Defined[]
  held: Held[]
  throwError: Fn
  /** Others may take their place. */
  acts: Act[]
}
