/** Modules on their way, and values that are there. */
import type { CoreModule } from './types.ts'
import type { Fn, Table, Value } from '../types.ts'

/**
 * Makes a table without names of its own.
 * @returns the table
 */
export function table<T>(): Table<T> {
  return Object.create(null) as Table<T>
}

/** Modules and `require()` calls on their way, by id. */
export var registry: Table<CoreModule> = table()

/** Those of them that somebody wants, in the order of wanting. */
export var wanted: Table<CoreModule> = table()

/** Values by id. */
export var defined: Table<Value> = table()

/**
 * Tells functions from other values, as RequireJS does.
 * @param value any value
 * @returns is it a plain function
 */
export function isFunction(value: Value): value is Fn {
  return {}.toString.call(value) === '[object Function]'
}

/**
 * The module of an id, registered if it is new.
 * @param id the id
 * @param from id that its dependencies are relative to: its own, or that of a `require()` call's module
 * @returns the module
 */
export function moduleOf(id: string, from: string): CoreModule {
  return (
    registry[id] ||
    (registry[id] = {
      id: id,
      from: from,
      listeners: [],
      deps: [],
      ids: [],
      values: [],
      count: 0,
    })
  )
}
