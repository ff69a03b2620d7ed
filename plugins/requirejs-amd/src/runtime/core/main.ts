/**
 * The core: the loader of pages whose modules all stand in layers. It has the globals of require.js and their meaning; what
 * is rarer it leaves to the complete loader, which is fetched as soon as the page asks for such a thing.
 */
import { settle } from './cycles.ts'
import { define, intake } from './define.ts'
import { configs, handover, hold } from './hold.ts'
import { normalize } from './ids.ts'
import { init, isSpecial, special, timeout } from './modules.ts'
import { defined, isFunction, moduleOf, registry } from './registry.ts'
import { acts, requirejs } from './requirejs.ts'
import { data, root } from './tables.ts'
import type { Act, CoreModule } from './types.ts'
import type { Config, Fn, RequireError, Table, Value } from '../types.ts'

/** The object that gets the loader's functions. Replaced when the loader's file is written. */
declare const KOVU_LOADER_PAGE: Table<Value>

/** Keys of configurations that mean nothing to modules of layers, and those that the core follows. */
var known = /^(baseUrl|paths|waitSeconds|deps|callback)$/

/** `require([config], deps, callback, errback)`, or `require('id')`. */
function page(given: Partial<Config>, deps?: Value, callback?: Value, errback?: Value): Value {
  var local = acts[1] as Act
  // Lists and texts have it, configurations have not.
  if (!given || (given as unknown as string).concat) return local('', given, deps, callback)
  for (var key in given) {
    if (!known.test(key)) {
      hold()
      return (acts[0] as Act)(given, deps, callback, errback)
    }
  }
  configs.push(given)
  if ((given.waitSeconds as number) >= 0) handover.wait = given.waitSeconds as number
  if (given.deps || given.callback) local('', given.deps || [], given.callback)
  return Array.isArray(deps)
    ? (acts[1] as Act)('', deps, callback, errback)
    : (acts[1] as Act)('', [], deps, callback)
}

/** A module's `require`. */
function local(from: string, deps: string | string[], callback?: Fn, errback?: Fn): Value {
  if (typeof deps !== 'string') {
    intake()
    timeout(function () {
      // Some may have come between.
      ;(acts[2] as Act)(from, deps, callback, errback)
    }, 4)
    return requirejs
  }
  if (from && isSpecial.test(deps)) return special(registry[from] as CoreModule, deps)
  var id = normalize(deps, from)
  if (id in defined) return defined[id]
  var error = Error(
    'Module name "' +
      id +
      '" has not been loaded yet for context: _' +
      (from ? '' : '. Use require([])') +
      '\nhttps://requirejs.org/docs/errors.html#notloaded',
  ) as RequireError
  error.requireType = 'notloaded'
  return requirejs.onError(error)
}

var serial = 1

/** A `require()` call is due. */
function due(from: string, deps: string[], callback?: Fn, errback?: Fn): void {
  intake()
  var mod = moduleOf('_@r' + ++serial, from)
  mod.asked = 1
  mod.guarded = mod.errback = errback
  init(mod, deps, callback)
  settle()
}

/** A layer has come that was asked for because of a module. */
function loaded(id: string): void {
  intake()
  var mod = registry[id]
  if (mod) init(mod, [])
  settle()
}

acts.push(page, local, due, loaded, loaded)

var target = KOVU_LOADER_PAGE
// Unless the page has an AMD loader already.
if (!target['define'] && !isFunction(target['requirejs'])) {
  var config = (target['requirejs'] || {}) as Partial<Config>
  if (target['require'] && !isFunction(target['require'])) {
    config = target['require']
    target['require'] = 0
  }
  handover.config = config
  handover.wait = 7
  var scripts = document.scripts
  var given: string | null = null
  for (var at = scripts.length; at-- && !given;) {
    given = (scripts[at] as Element).getAttribute('data-main')
  }
  if (given && !config.skipDataMain) {
    var url = new URL(given.replace(/(\.js)?$/, '.js'), document.baseURI).href
    var main = (handover.begun = data.main[url.slice(root.length)])
    if (main) config.deps = (config.deps || []).concat(main)
    else hold()
  }
  target['requirejs'] = requirejs
  target['require'] = target['require'] || requirejs
  target['define'] = define
  requirejs(config)
}
