/** The globals: whatever is done with them is one of the acts. */
import type { Act } from './types.ts'
import type { LocalRequire, RequireError, Requirejs, Value } from '../types.ts'

/**
 * What pages and scripts do, each by its number: `require([config], deps, callback, errback)`; the `require` of a module,
 * after the module's id; such a call, when it is due; a layer has come; it has not. The entry fills it.
 */
export var acts: Act[] = []

/**
 * What `requirejs.onError` is until someone replaces it.
 * @param error any error
 */
export function throwError(error: RequireError): void {
  throw error
}

/** The global `require`. */
export var requirejs = function (config: Value, deps: Value, callback: Value, errback: Value) {
  return (acts[0] as Act)(config, deps, callback, errback)
} as unknown as Requirejs

/**
 * Makes a module's `require`.
 * @param from the module's id
 * @returns the function
 */
export function makeRequire(from: string): LocalRequire {
  return function (deps: Value, callback: Value, errback: Value) {
    return (acts[1] as Act)(from, deps, callback, errback)
  } as unknown as LocalRequire
}

requirejs.version = '2.3.8'
requirejs.config = requirejs as Requirejs['config']
requirejs.onError = throwError
