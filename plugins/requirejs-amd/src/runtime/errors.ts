/** Errors as RequireJS reports them: a kind, the modules concerned, and where errbacks find both. */
import { each, own } from './objects.ts'
import { requirejs } from './requirejs.ts'
import { emit } from './events.ts'
import type { Context, Fn, RequireError, Value } from './types.ts'

/**
 * Makes an error of the loader.
 * @param type RequireJS's name of the kind: `timeout`, `nodefine`, `scripterror`, `mismatch`, `notloaded`, …
 * @param message what happened, for people
 * @param original what was caught, if anything
 * @param ids ids of the modules concerned
 * @returns the error, not thrown
 */
export function makeError(
  type: string,
  message: string,
  original?: Value,
  ids?: string[],
): RequireError {
  var error: RequireError = new Error(message + '\nhttps://requirejs.org/docs/errors.html#' + type)
  error.requireType = type
  if (ids) error.requireModules = ids
  if (original) error.originalError = original
  return error
}

/**
 * Reports an error: to the given errback, else to the listeners of the modules concerned, else to `requirejs.onError`.
 * @param ctx the context
 * @param error the error
 * @param errback who wants it
 */
export function report(ctx: Context, error: RequireError, errback?: Fn): void {
  if (errback) {
    errback(error)
    return
  }
  var told = false
  each(error.requireModules, function (id) {
    var mod = own(ctx.registry, id)
    if (mod) {
      // A module with an error no longer counts as waiting.
      mod.error = error
      if (mod.events['error']) {
        told = true
        emit(mod, 'error', error)
      }
    }
  })
  if (!told) requirejs.onError(error)
}
