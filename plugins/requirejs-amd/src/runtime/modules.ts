/** The life of a module: known, wanted (enabled), fetched, inited by its `define()`, run, announced. */
import { emit, listen, passError } from './events.ts'
import { makeHot, note } from './hot/record.ts'
import { each, eachOwn, has, isFunction, own } from './objects.ts'
import { callPlugin } from './plugins.ts'
import { load, moduleOf, on, unregister } from './registry.ts'
import { requirejs, throwError } from './requirejs.ts'
import { layerOf } from './urls.ts'
import type {
  Context,
  Definition,
  Fn,
  Module,
  ModuleMap,
  RequireError,
  Table,
  Value,
} from './types.ts'

/** Is it the development's loader? Replaced by a literal when the loader is bundled. */
declare const KOVU_DEVELOPMENT: boolean

/** The dependencies that are not modules, by name. */
export var specials: Table<(ctx: Context, mod: Module) => Value> = {
  require: function (ctx, mod) {
    return (mod.require = mod.require || ctx.makeRequire(mod.map))
  },
  exports: function (ctx, mod) {
    mod.usingExports = true
    if (!mod.map.isDefine) return undefined
    return (ctx.defined[mod.map.id] = mod.exports = mod.exports || {})
  },
  module: function (ctx, mod) {
    if (mod.module) return mod.module
    mod.module = {
      id: mod.map.id,
      // Its own place, whichever layer it came in.
      uri: layerOf(ctx, mod.map.id) ? ctx.nameToUrl(mod.map.id, '.js', true) : mod.map.url,
      config: function () {
        return own(ctx.config.config, mod.map.id) || {}
      },
      exports: (mod.exports = mod.exports || {}),
    }
    if (KOVU_DEVELOPMENT && mod.map.isDefine) mod.module.hot = makeHot(ctx, mod.map.id)
    return mod.module
  },
}

/**
 * Gives a module what its `define()` or `require()` said. A second time changes nothing.
 * @param ctx the context
 * @param mod the module
 * @param deps its dependencies
 * @param factory its factory, or its value
 * @param errback gets errors of its dependencies
 * @param enabled is it wanted
 * @param ignore is its value not to be kept
 */
export function init(
  ctx: Context,
  mod: Module,
  deps: string[] | null | undefined,
  factory: Value,
  errback?: Fn | null,
  enabled?: boolean,
  ignore?: boolean,
): void {
  if (mod.inited) return
  mod.factory = factory
  if (errback) listen(mod, 'error', errback)
  else if (mod.events['error']) {
    errback = passError(mod)
  }
  mod.depMaps = deps && deps.slice()
  if (KOVU_DEVELOPMENT) mod.given = deps
  mod.errback = errback || undefined
  mod.inited = true
  mod.ignore = ignore
  if (enabled || mod.enabled) enable(ctx, mod)
  else check(ctx, mod)
}

/**
 * Registers a `define()` call, unless the id has its value already.
 * @param ctx the context
 * @param definition the call's arguments, with an id
 */
export function register(ctx: Context, definition: Definition): void {
  var id = definition[0] as string
  if (has(ctx.defined, id)) return
  init(ctx, moduleOf(ctx, ctx.makeModuleMap(id, null, true)), definition[1], definition[2])
}

/**
 * Fills in a dependency. Cycles may try it twice.
 * @param mod the module
 * @param index which dependency
 * @param exports its value
 */
export function defineDep(mod: Module, index: number, exports: Value): void {
  if (mod.depMatched[index]) return
  mod.depMatched[index] = true
  mod.depCount--
  mod.depExports[index] = exports
}

/**
 * Asks for the module's script, or its plugin.
 * @param ctx the context
 * @param mod the module
 */
function fetch(ctx: Context, mod: Module): void {
  if (mod.fetched) return
  mod.fetched = true
  ctx.startTime = Date.now()
  function go(): void {
    if (mod.map.prefix) callPlugin(ctx, mod, init)
    else load(ctx, mod)
  }
  if (!mod.shim) return go()
  ctx.makeRequire(mod.map)(mod.shim.deps || [], go)
}

/**
 * Runs the factory.
 * @param ctx the context
 * @param mod the module, its dependencies filled in
 * @returns did it succeed; an error is reported
 */
function run(ctx: Context, mod: Module): boolean {
  var map = mod.map
  var exports: Value = mod.factory
  if (KOVU_DEVELOPMENT) var outer = note(ctx, mod)
  if (isFunction(mod.factory)) {
    // With nobody to tell, errors stay the page's own uncaught errors.
    if ((mod.events['error'] && map.isDefine) || requirejs.onError !== throwError) {
      try {
        exports = ctx.execCb(map.id, mod.factory, mod.depExports, mod.exports)
      } catch (caught) {
        var error = caught as RequireError
        error.requireMap = map
        error.requireModules = map.isDefine ? [map.id] : null
        error.requireType = map.isDefine ? 'define' : 'require'
        ctx.onError((mod.error = error))
        return false
      }
    } else exports = ctx.execCb(map.id, mod.factory, mod.depExports, mod.exports)
    if (map.isDefine && exports === undefined) {
      if (mod.module) exports = mod.module.exports
      else if (mod.usingExports) exports = mod.exports
    }
  }
  if (KOVU_DEVELOPMENT) ctx.running = outer
  mod.exports = exports
  if (map.isDefine && !mod.ignore) {
    ctx.defined[map.id] = exports
    if (requirejs.onResourceLoad) {
      var depMaps: (ModuleMap | string)[] = []
      each(mod.depMaps, function (dep) {
        depMaps.push((dep as ModuleMap).normalizedMap || dep)
      })
      requirejs.onResourceLoad(ctx, map, depMaps)
    }
  }
  unregister(ctx, map.id)
  return (mod.defined = true)
}

/**
 * Does what can be done for a wanted module: fetch it, run it, announce it.
 * @param ctx the context
 * @param mod the module
 */
export function check(ctx: Context, mod: Module): void {
  if (!mod.enabled || mod.enabling) return
  if (!mod.inited) {
    // Its `define()` may be in the queue.
    if (!has(ctx.defQueueMap, mod.map.id)) fetch(ctx, mod)
  } else if (mod.error) emit(mod, 'error', mod.error)
  else if (!mod.defining) {
    // The factory may lead back here.
    mod.defining = true
    if (mod.depCount < 1 && !mod.defined && !run(ctx, mod)) return
    mod.defining = false
    if (mod.defined && !mod.defineEmitted) {
      mod.defineEmitted = true
      emit(mod, 'defined', mod.exports)
      mod.defineEmitComplete = true
    }
  }
}

/**
 * Marks a module as wanted, and with it all it depends on.
 * @param ctx the context
 * @param mod the module
 */
function enable(ctx: Context, mod: Module): void {
  ctx.enabledRegistry[mod.map.id] = mod
  mod.enabled = true
  // Dependencies that are there already must not run the module before all are looked at.
  mod.enabling = true
  each(mod.depMaps, function (entry, index) {
    var dep = entry as ModuleMap
    if (typeof entry === 'string') {
      dep = ctx.makeModuleMap(
        entry,
        mod.map.isDefine ? mod.map : mod.map.parentMap,
        false,
        !mod.skipMap,
      )
      ;(mod.depMaps as ModuleMap[])[index] = dep
      var special = own(specials, dep.id)
      if (special) {
        mod.depExports[index] = special(ctx, mod)
        return
      }
      mod.depCount++
      on(ctx, dep, 'defined', function (exports: Value) {
        if (mod.undefed) return
        defineDep(mod, index, exports)
        check(ctx, mod)
      })
      if (mod.errback) on(ctx, dep, 'error', mod.errback)
      else if (mod.events['error']) {
        on(ctx, dep, 'error', passError(mod))
      }
    }
    if (!has(specials, dep.id)) enableDep(ctx, mod, dep)
  })
  eachOwn(mod.pluginMaps, function (plugin) {
    enableDep(ctx, mod, plugin)
  })
  mod.enabling = false
  check(ctx, mod)
}

/**
 * Marks what is registered under an id as wanted.
 * @param ctx the context
 * @param map the id
 */
export function enableMap(ctx: Context, map: ModuleMap): void {
  var mod = own(ctx.registry, map.id)
  if (mod) enable(ctx, mod)
}

/**
 * Marks a dependency as wanted, if it is on its way and not wanted yet.
 * @param ctx the context
 * @param mod who needs it
 * @param map the dependency
 */
function enableDep(ctx: Context, mod: Module, map: ModuleMap): void {
  var dep = own(ctx.registry, map.id)
  if (dep && !dep.enabled) ctx.enable(map, mod)
}
