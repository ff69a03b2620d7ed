/** The life of a module, as in the complete loader: known, wanted (enabled), fetched, known by its `define()`, run. */
import { fetched, handover, hold, insert } from './hold.ts'
import { normalize } from './ids.ts'
import { defined, isFunction, moduleOf, registry, table, wanted } from './registry.ts'
import { acts, makeRequire, requirejs, throwError } from './requirejs.ts'
import { urls } from './tables.ts'
import type { Act, CoreModule } from './types.ts'
import type { RequireError, Table, Value } from '../types.ts'

/** The page's clock, whatever becomes of it. */
export var timeout: (fn: () => void, wait: number) => unknown = setTimeout

/** Ids whose definitions are being registered. */
export var queued: Table<Value> = table()

/** The dependencies that are not modules. */
export var isSpecial: RegExp = /^(require|exports|module)$/

/**
 * The value of such a dependency.
 * @param mod who asks
 * @param name which of them
 * @returns its value
 */
export function special(mod: CoreModule, name: string): Value {
  var id = mod.id
  if (name === 'require') return (mod.require = mod.require || makeRequire(id))
  if (name === 'module') {
    return (mod.module = mod.module || {
      id: id,
      uri: urls[id],
      config: function () {
        return {}
      },
      exports: (mod.exports = mod.exports || {}),
    })
  }
  return mod.from === id ? (defined[id] = mod.exports = mod.exports || {}) : undefined
}

/**
 * Gives a module what its `define()` or `require()` said. A second time changes nothing.
 * @param mod the module
 * @param deps its dependencies
 * @param factory its factory, or its value
 */
export function init(mod: CoreModule, deps: string[], factory?: Value): void {
  if (mod.known) return
  mod.deps = deps
  mod.body = factory
  mod.known = 1
  if (mod.asked) enable(mod)
}

/**
 * Marks a module as wanted, and with it all it depends on.
 * @param mod the module
 */
function enable(mod: CoreModule): void {
  wanted[mod.id] = mod
  // Dependencies that are there already must not run the module before all are looked at.
  mod.asked = mod.enabling = 1
  mod.deps.forEach(function (name, at) {
    var id = (mod.ids[at] = normalize(name, mod.from))
    var dep = registry[id]
    if (isSpecial.test(id)) mod.values[at] = special(mod, id)
    else if (id in defined && !dep) mod.values[at] = defined[id]
    else {
      mod.count++
      dep = moduleOf(id, id)
      dep.guarded = dep.guarded || mod.guarded
      dep.listeners.push(function (value) {
        fill(mod, at, value)
      })
      if (!dep.asked) enable(dep)
    }
  })
  mod.enabling = 0
  check(mod)
}

/**
 * Fills in a dependency, and runs what waited for it. Cycles may try it twice.
 * @param mod the module
 * @param at which dependency
 * @param value its value
 */
export function fill(mod: CoreModule, at: number, value: Value): void {
  if (mod.ids[at]) {
    mod.ids[at] = ''
    mod.count--
    mod.values[at] = value
  }
  check(mod)
}

/** Does what can be done for a wanted module: fetch it, run it, announce it. */
function check(mod: CoreModule): void {
  var id = mod.id
  var value = mod.body
  var isDefine = mod.from === id
  if (mod.enabling || mod.defining) return
  if (!mod.known) {
    // Its `define()` may be in the queue.
    if (!queued[id]) fetch(id)
    return
  }
  if (mod.count) return
  // The factory may lead back here.
  mod.defining = 1
  if (isFunction(value)) {
    // With nobody to tell, errors stay the page's own uncaught errors.
    if ((isDefine && mod.guarded) || requirejs.onError !== throwError) {
      try {
        value = value.apply(mod.exports, mod.values) as Value
      } catch (error) {
        mod.error = error as RequireError
        return hold()
      }
    } else value = value.apply(mod.exports, mod.values) as Value
    if (isDefine && value === undefined) value = (mod.module || mod)['exports']
  }
  if (isDefine) defined[id] = value
  delete registry[id]
  delete wanted[id]
  mod.listeners.forEach(function (listener) {
    listener(value)
  })
}

/** Asks for the layer of a module; one is loaded once. */
function fetch(id: string): void {
  var url = urls[id]
  if (!url) hold()
  else if (!fetched[url]) {
    fetched[url] = 1
    handover.started = Date.now()
    insert(
      url,
      function () {
        ;(acts[3] as Act)(id)
      },
      function (event) {
        hold()
        ;(acts[4] as Act)(id, event)
      },
    )
    // The complete loader knows what to say.
    if (handover.wait) {
      timeout(
        function () {
          for (var name in wanted) if (!(wanted[name] as CoreModule).known) hold()
        },
        handover.wait * 1000 + 1,
      )
    }
  }
}
