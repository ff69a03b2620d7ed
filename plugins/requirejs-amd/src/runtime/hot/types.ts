/** The shapes of replacing modules in a running page. Development only. */
import type { Definition, Fn, Table, Value } from '../types.ts'

/** What is known of a module that ran. */
export interface HotRecord {
  /** Its `define()` call, to run it again. */
  definition: Definition
  /** Ids whose values its factory was given, or asked for while it ran. */
  uses: Table<boolean>
  /** May it be replaced alone? */
  self?: boolean
  /** Who wants to be told of an error in its new version. */
  onError?: Fn | undefined
  /** May it not be replaced at all? */
  declined?: boolean
  /** Ids whose replacement it takes care of. */
  accepts: Table<Fn | true>
  disposers: Fn[]
}

/** `module.hot`. */
export interface Hot {
  /** What the last version left in `dispose`. */
  data: Value
  accept: (deps?: string | string[] | Fn, callback?: Fn) => void
  decline: () => void
  dispose: (fn: (data: Table<Value>) => void) => void
  invalidate: () => void
}

/** What the server says of an edit. */
export interface HotEdit {
  /** Ids of the modules that the edited file makes. */
  ids: string[]
  /** Public names of those that are files of their own, by id. */
  names: Table<string>
  /** Are they texts or templates, whose values take the place of the old ones? */
  values: boolean
  /** Ids of modules that may run again, for their factories do nothing but make a value. */
  rerunnable: string[]
  /** The query by which the loader's own URL gives the new definitions. */
  query: string
}
