/** The global `require` and `requirejs`: configuration, contexts, and the hooks that applications replace. */
import { newContext } from './context.ts'
import { throwError } from './errors.ts'
import { isBrowser, own } from './objects.ts'
import { createNode, loadScript } from './scripts.ts'
import type { Config, Context, Fn, Requirejs, Table, Value } from './types.ts'

var contexts: Table<Context> = {}

/**
 * `require([config], deps, callback, errback)`, or `require('id')`.
 * @param config a configuration, whose `context` says which context is meant; or `deps`
 * @param deps the ids
 * @param callback gets the modules
 * @param errback gets an error
 * @returns what the context's `require` returns
 */
export var requirejs: Requirejs = function (config, deps, callback, errback) {
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
  return ctx.require(deps as string[], callback, errback)
} as Requirejs

requirejs.version = '2.3.8'
requirejs.isBrowser = isBrowser
/** What is a URL, not an id. */
requirejs.jsExtRegExp = /^\/|:|\?|\.js$/
requirejs.config = function (config) {
  return requirejs(config)
}
requirejs.nextTick = function (fn) {
  setTimeout(fn, 4)
}
requirejs.onError = throwError
requirejs.createNode = createNode
requirejs.load = loadScript
/** Runs text as sloppy code in a function of its own; for plugins that compile to JavaScript. */
requirejs.exec = function (text): Value {
  // oxlint-disable-next-line typescript/no-implied-eval, no-new-func -- what a plugin asks for; made only when asked
  return (Function('return eval(arguments[0])') as (text: string) => Value)(text)
}
requirejs.s = { contexts: contexts, newContext: newContext }
;(['toUrl', 'undef', 'defined', 'specified'] as const).forEach(function (name) {
  requirejs[name] = function (id: string) {
    return ((contexts['_'] as Context).require[name] as Fn)(id)
  }
})
