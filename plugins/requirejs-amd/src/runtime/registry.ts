/** The registry: modules on their way, and who waits for them. */
import { listen } from './events.ts'
import { has, own } from './objects.ts'
import type { Context, Fn, Module, ModuleMap } from './types.ts'

/**
 * The module of an id, registered if it is new.
 * @param ctx the context
 * @param map the resolved id
 * @returns the module
 */
export function moduleOf(ctx: Context, map: ModuleMap): Module {
  return (
    own(ctx.registry, map.id) ||
    (ctx.registry[map.id] = {
      events: own(ctx.undefEvents, map.id) || {},
      map: map,
      shim: own(ctx.config.shim, map.id),
      depExports: [],
      depMaps: [],
      depMatched: [],
      pluginMaps: {},
      depCount: 0,
    })
  )
}

/**
 * Waits for a module. What has happened already is told at once.
 * @param ctx the context
 * @param map the module's id
 * @param name `defined` or `error`
 * @param listener gets the exports, or the error
 */
export function on(ctx: Context, map: ModuleMap, name: string, listener: Fn): void {
  var mod = own(ctx.registry, map.id)
  if (has(ctx.defined, map.id) && (!mod || mod.defineEmitComplete)) {
    if (name === 'defined') listener(ctx.defined[map.id])
    return
  }
  mod = moduleOf(ctx, map)
  if (mod.error && name === 'error') listener(mod.error)
  else listen(mod, name, listener)
}

/**
 * Forgets a module's way; its value stays.
 * @param ctx the context
 * @param id the module's id
 */
export function unregister(ctx: Context, id: string): void {
  delete ctx.registry[id]
  delete ctx.enabledRegistry[id]
}

/**
 * Loads the module's script; one URL is loaded once.
 * @param ctx the context
 * @param mod the module
 */
export function load(ctx: Context, mod: Module): void {
  var url = mod.map.url as string
  if (ctx.urlFetched[url]) return
  ctx.urlFetched[url] = true
  ctx.load(mod.map.id, url)
}
