/** `require` functions: the page's, and those that modules get, which resolve ids relative to their module. */
import { makeError } from './errors.ts'
import { noteNow } from './hot/record.ts'
import { normalize } from './ids.ts'
import { init, specials } from './modules.ts'
import { has, isBrowser, isFunction, own } from './objects.ts'
import { takeQueue } from './define.ts'
import { moduleOf, unregister } from './registry.ts'
import { requirejs } from './requirejs.ts'
import { removeScript } from './scripts.ts'
import { checkLoaded, intake } from './waiting.ts'
import type { Context, Fn, LocalRequire, ModuleMap, Value } from './types.ts'

/** Is it the development's loader? Replaced by a literal when the loader is bundled. */
declare const KOVU_DEVELOPMENT: boolean

/**
 * A `require([…])` call is due.
 * @param ctx the context
 * @param map its internal id
 * @param deps its dependencies
 * @param callback gets their values
 * @param errback gets their errors
 * @param skipMap are its ids final, so that `map` does not hold
 * @param early development: does it belong to the factory that made it
 */
export function requireNow(
  ctx: Context,
  map: ModuleMap,
  deps: string[],
  callback?: Fn,
  errback?: Fn,
  skipMap?: boolean,
  early?: boolean,
): void {
  // Some may have come between.
  intake(ctx)
  var mod = moduleOf(ctx, map)
  mod.skipMap = skipMap
  if (KOVU_DEVELOPMENT) mod.early = early
  init(ctx, mod, deps, callback, errback, true)
  checkLoaded(ctx)
}

/**
 * Makes a `require`.
 * @param ctx the context
 * @param relMap the module that it belongs to; nothing for the page's
 * @param skipMap are its ids final, so that `map` does not hold
 * @returns the function
 */
export function makeRequire(
  ctx: Context,
  relMap?: ModuleMap | null,
  skipMap?: boolean,
): LocalRequire {
  function idOf(id: string): string {
    return ctx.makeModuleMap(id, relMap, false, true).id
  }

  function localRequire(deps: string | string[], callback?: Fn, errback?: Fn): Value {
    if (typeof deps === 'string') return now(deps, callback, errback)
    intake(ctx)
    var early = KOVU_DEVELOPMENT ? !!relMap && ctx.running === relMap.id : undefined
    ctx.nextTick(function () {
      requireNow(ctx, ctx.makeModuleMap(null, relMap), deps, callback, errback, skipMap, early)
    })
    return localRequire
  }

  function now(name: string, callback?: Fn, errback?: Fn): Value {
    if (isFunction(callback)) {
      return ctx.onError(makeError('requireargs', 'Invalid require call'), errback)
    }
    if (relMap && has(specials, name)) {
      return (specials[name] as Fn)(ctx, ctx.registry[relMap.id])
    }
    if (requirejs.get) return requirejs.get(ctx, name, relMap, localRequire as LocalRequire)
    var id = idOf(name)
    if (KOVU_DEVELOPMENT && relMap) noteNow(ctx, relMap.id, id)
    if (has(ctx.defined, id)) return ctx.defined[id]
    return ctx.onError(
      makeError(
        'notloaded',
        'Module name "' +
          id +
          '" has not been loaded yet for context: ' +
          ctx.contextName +
          (relMap ? '' : '. Use require([])'),
      ),
    )
  }

  localRequire.isBrowser = isBrowser
  localRequire.toUrl = function (name: string): string {
    var dot = name.lastIndexOf('.')
    var ext: string | undefined
    // The dots of `./` and `../` begin no extension.
    if (dot >= 0 && (dot > 1 || !/^\.\.?(\/|$)/.test(name))) {
      ext = name.slice(dot)
      name = name.slice(0, dot)
    }
    return ctx.nameToUrl(normalize(ctx.config, name, relMap && relMap.id, true), ext, true)
  }
  localRequire.defined = function (id: string): boolean {
    return has(ctx.defined, idOf(id))
  }
  localRequire.specified = function (id: string): boolean {
    id = idOf(id)
    return has(ctx.defined, id) || has(ctx.registry, id)
  }
  if (!relMap) {
    ;(localRequire as LocalRequire).undef = function (id) {
      undef(ctx, id)
    }
  }
  return localRequire as LocalRequire
}

/**
 * Forgets a module, so that it loads anew. Who waits for it keeps waiting.
 * @param ctx the context
 * @param id its absolute id
 */
function undef(ctx: Context, id: string): void {
  takeQueue(ctx)
  var map = ctx.makeModuleMap(id, null, true)
  var mod = own(ctx.registry, id)
  removeScript(ctx, id)
  delete ctx.defined[id]
  delete ctx.urlFetched[map.url as string]
  delete ctx.undefEvents[id]
  for (var i = ctx.defQueue.length - 1; i >= 0; i--) {
    if ((ctx.defQueue[i] as Value[])[0] === id) ctx.defQueue.splice(i, 1)
  }
  delete ctx.defQueueMap[id]
  if (!mod) return
  mod.undefed = true
  if (mod.events['defined']) ctx.undefEvents[id] = mod.events
  unregister(ctx, id)
}
