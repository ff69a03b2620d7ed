/** What is still on its way: scripts that arrive, cycles that only wait for each other, loads that take too long. */
import { makeError } from './errors.ts'
import { emit } from './events.ts'
import { check, defineDep, register } from './modules.ts'
import { each, eachOwn, globalOf, has, own } from './objects.ts'
import { takeQueue } from './define.ts'
import { later } from './requirejs.ts'
import { removeScript } from './scripts.ts'
import type { Context, Definition, Module, ModuleMap, Table } from './types.ts'

/**
 * Registers all `define()` calls made so far.
 * @param ctx the context
 */
export function intake(ctx: Context): void {
  takeQueue(ctx)
  while (ctx.defQueue.length) {
    var definition = ctx.defQueue.shift() as Definition
    if (definition[0] === null) {
      return ctx.onError(
        makeError('mismatch', 'Mismatched anonymous define() module: ' + definition[2]),
      )
    }
    register(ctx, definition)
  }
  ctx.defQueueMap = {}
}

/**
 * Tries the next of several `paths` of an id.
 * @param ctx the context
 * @param id the id that did not load
 * @returns is there another path
 */
export function nextPath(ctx: Context, id: string): boolean {
  var paths = own(ctx.config.paths, id)
  if (!Array.isArray(paths) || paths.length < 2) return false
  paths.shift()
  // Always there on a `require` of the page.
  ;(ctx.require.undef as (id: string) => void)(id)
  ctx.makeRequire(null, true)([id])
  return true
}

/**
 * Matches a script that has run to its module: its anonymous `define()` is that of the module, and a script without
 * any gets its shim's value.
 * @param ctx the context
 * @param id id that the script was loaded for
 */
export function completeLoad(ctx: Context, id: string): void {
  var shim = own(ctx.config.shim, id) || {}
  var found = false
  takeQueue(ctx)
  while (ctx.defQueue.length) {
    var definition = ctx.defQueue.shift() as Definition
    if (definition[0] === null) {
      definition[0] = id
      // A second anonymous one waits for the load event of another script.
      if (found) break
      found = true
    } else if (definition[0] === id) found = true
    register(ctx, definition)
  }
  ctx.defQueueMap = {}
  var mod = own(ctx.registry, id)
  if (!found && !has(ctx.defined, id) && mod && !mod.inited) {
    if (ctx.config.enforceDefine && (!shim.exports || !globalOf(shim.exports))) {
      if (!nextPath(ctx, id)) {
        ctx.onError(makeError('nodefine', 'No define call for ' + id, null, [id]))
      }
      return
    }
    register(ctx, [id, shim.deps || [], shim.exportsFn])
  }
  checkLoaded(ctx)
}

/**
 * Runs what only waits for modules that wait for it: the module found twice on the way gets what its dependency has
 * so far.
 * @param ctx the context
 * @param mod where to look
 * @param traced ids on the way here
 * @param processed ids that are done
 */
function breakCycle(
  ctx: Context,
  mod: Module,
  traced: Table<boolean>,
  processed: Table<boolean>,
): void {
  if (mod.error) {
    emit(mod, 'error', mod.error)
    return
  }
  traced[mod.map.id] = true
  each(mod.depMaps, function (map, index) {
    var id = (map as ModuleMap).id
    var dep = own(ctx.registry, id)
    if (!dep || mod.depMatched[index] || processed[id]) return
    if (own(traced, id)) {
      defineDep(mod, index, ctx.defined[id])
      check(ctx, mod)
    } else breakCycle(ctx, dep, traced, processed)
  })
  processed[mod.map.id] = true
}

/**
 * Looks at all wanted modules: breaks cycles when no script is under way, reports loads that take too long, and looks
 * again later while there are any.
 * @param ctx the context
 */
export function checkLoaded(ctx: Context): void {
  if (ctx.checking) return
  var limit = ctx.config.waitSeconds * 1000
  var expired = limit && ctx.startTime + limit < Date.now()
  var late: string[] = []
  var requires: Module[] = []
  var loading = false
  var retrying = false
  var settled = true
  ctx.checking = true
  eachOwn(ctx.enabledRegistry, function (mod) {
    var map = mod.map
    if (!mod.enabled) return false
    if (!map.isDefine) requires.push(mod)
    if (mod.error || mod.inited) return false
    if (expired) {
      if (nextPath(ctx, map.id)) loading = retrying = true
      else {
        late.push(map.id)
        removeScript(ctx, map.id)
      }
    } else if (mod.fetched && map.isDefine) {
      loading = true
      // A plugin's resource may wait for a cycle itself; a script does not.
      if (!map.prefix) return !(settled = false)
    }
    return false
  })
  // As in require.js, an error that nobody catches leaves the mark: nothing is looked at again.
  if (expired && late.length) {
    var error = makeError('timeout', 'Load timeout for modules: ' + late, null, late)
    error.contextName = ctx.contextName
    return ctx.onError(error)
  }
  if (settled) {
    each(requires, function (mod) {
      breakCycle(ctx, mod, {}, {})
    })
  }
  if ((!expired || retrying) && loading && !ctx.timer) {
    ctx.timer = later(function () {
      ctx.timer = 0
      checkLoaded(ctx)
    }, 50)
  }
  ctx.checking = false
}
