/** The global `require` and `requirejs`: configuration, contexts, and the hooks that applications replace. */
import { core, page } from './core/handover.ts'
import { isBrowser, own } from './objects.ts'
import type { Config, Context, Fn, RequireError, Requirejs, Table, Value } from './types.ts'

/** Does this loader go on for the core? Replaced by a literal when the loader is bundled. */
declare const KOVU_TAKES_OVER: boolean

var contexts: Table<Context> = {}

/** The page may replace it (tests with a fake clock do), the loader keeps the real one. */
var timeout = setTimeout

/** What `requirejs.onError` is until someone replaces it. */
export function throwError(error: RequireError): void {
  throw error
}

/**
 * Does something later.
 * @param fn what to do
 * @param wait milliseconds
 * @returns the timer
 */
export function later(fn: () => void, wait: number): Value {
  return timeout(fn, wait)
}

/**
 * `require([config], deps, callback, errback)`, or `require('id')`.
 * @param config a configuration, whose `context` says which context is meant; or `deps`
 * @param deps the ids
 * @param callback gets the modules
 * @param errback gets an error
 * @returns what the context's `require` returns
 */
export var pageRequire: Requirejs = function (config, deps, callback, errback) {
  var given: Partial<Config> | undefined
  if (Array.isArray(config) || typeof config === 'string') {
    errback = callback
    callback = deps as Fn | undefined
    deps = config as string[]
  } else {
    given = config
    if (!Array.isArray(deps)) {
      errback = callback
      callback = deps as Fn | undefined
      deps = []
    }
  }
  var name = (given && given.context) || '_'
  var ctx = own(contexts, name) || (contexts[name] = requirejs.s.newContext(name))
  if (given) ctx.configure(given)
  return ctx.require(deps, callback, errback)
} as Requirejs

/** The page's `require`, which the core may have given to others already. */
export var requirejs: Requirejs = KOVU_TAKES_OVER ? (page['requirejs'] as Requirejs) : pageRequire

if (!KOVU_TAKES_OVER) {
  requirejs.version = '2.3.8'
  requirejs.config = function (config) {
    return requirejs(config)
  }
}
requirejs.isBrowser = isBrowser
/** What is a URL, not an id. */
requirejs.jsExtRegExp = /^\/|:|\?|\.js$/
requirejs.nextTick = function (fn) {
  later(fn, 4)
}
if (!KOVU_TAKES_OVER || requirejs.onError === core.throwError) requirejs.onError = throwError
/** Runs text as sloppy code in a function of its own; for plugins that compile to JavaScript. */
requirejs.exec = function (text): Value {
  // oxlint-disable-next-line typescript/no-implied-eval, no-new-func -- what a plugin asks for; made only when asked
  return (Function('return eval(arguments[0])') as (text: string) => Value)(text)
}
// The entry gives it `newContext`, `load` and `createNode`.
requirejs.s = { contexts: contexts } as Requirejs['s']
;(['toUrl', 'undef', 'defined', 'specified'] as const).forEach(function (name) {
  requirejs[name] = function (id: string) {
    return ((contexts['_'] as Context).require[name] as Fn)(id)
  }
})
