/** Loader plugins: `plugin!resource` ids, their normalisation, their values. */
import { makeError } from './errors.ts'
import { listen, passError } from './events.ts'
import { normalize } from './ids.ts'
import { eachOwn, has, own } from './objects.ts'
import { load, moduleOf, on, unregister } from './registry.ts'
import { requirejs } from './requirejs.ts'
import { layerOf } from './urls.ts'
import type { Context, Init, LoaderPlugin, Module, ModuleMap, OnLoad, Value } from './types.ts'

/**
 * Asks the plugin for the resource as soon as the plugin is there.
 * @param ctx the context
 * @param mod the resource's module
 * @param init gives a module its value
 */
export function callPlugin(ctx: Context, mod: Module, init: Init): void {
  var pluginMap = ctx.makeModuleMap(mod.map.prefix as string)
  // Cycles are traced through dependencies.
  ;(mod.depMaps as ModuleMap[]).push(pluginMap)
  on(ctx, pluginMap, 'defined', function (plugin: LoaderPlugin) {
    var map = mod.map
    var layer = own(ctx.bundlesMap, map.id) || layerOf(ctx, map.id)
    var localRequire = ctx.makeRequire(map.parentMap)
    if (map.unnormalized) awaitNormalized(ctx, mod, plugin, init)
    else if (layer) {
      map.url = ctx.nameToUrl(layer)
      load(ctx, mod)
    } else plugin.load(map.name, localRequire, onLoad(ctx, mod, localRequire, init), ctx.config)
  })
  ctx.enable(pluginMap, mod)
  mod.pluginMaps[pluginMap.id] = pluginMap
}

/**
 * Lets a resource under its provisional id take the value of the id that the plugin makes of it.
 * @param ctx the context
 * @param mod the provisional module
 * @param plugin the plugin
 * @param init gives a module its value
 */
function awaitNormalized(ctx: Context, mod: Module, plugin: LoaderPlugin, init: Init): void {
  var map = mod.map
  var name = map.name
  if (plugin.normalize) {
    name =
      plugin.normalize(name, function (id) {
        return normalize(ctx.config, id, map.parentMap ? map.parentMap.name : null, true)
      }) || ''
  }
  var normalized = ctx.makeModuleMap(map.prefix + '!' + name, map.parentMap, true)
  on(ctx, normalized, 'defined', function (value: Value) {
    mod.map.normalizedMap = normalized
    init(ctx, mod, [], always(value), null, true, true)
  })
  var target = own(ctx.registry, normalized.id)
  if (!target) return
  ;(mod.depMaps as ModuleMap[]).push(normalized)
  if (mod.events['error']) {
    listen(target, 'error', passError(mod))
  }
  ctx.enable(normalized)
}

/**
 * A factory of a given value.
 * @param value the value, which may be a function itself
 * @returns a function that returns it
 */
function always(value: Value): () => Value {
  return function () {
    return value
  }
}

/**
 * The function that a plugin calls with the value.
 * @param ctx the context
 * @param mod the resource's module
 * @param localRequire the `require` that the plugin was given
 * @param init gives a module its value
 * @returns the function, with `error` and `fromText`
 */
function onLoad(ctx: Context, mod: Module, localRequire: Context['require'], init: Init): OnLoad {
  var id = mod.map.id
  var done = function (value?: Value): void {
    init(ctx, mod, [], always(value), null, true)
  } as OnLoad
  done.error = function (error) {
    mod.inited = true
    mod.error = error
    error.requireModules = [id]
    // Provisional ids of the resource will never get a value now.
    eachOwn(ctx.registry, function (other) {
      if (other.map.id.indexOf(id + '_unnormalized') === 0) unregister(ctx, other.map.id)
    })
    ctx.onError(error)
  }
  done.fromText = function (text, textAlt) {
    var name = mod.map.name
    var map = ctx.makeModuleMap(name)
    var config = ctx.config.config
    moduleOf(ctx, map)
    if (has(config, id)) config[name] = config[id]
    try {
      // The older form gives a name first.
      requirejs.exec(textAlt || text)
    } catch (error) {
      ctx.onError(
        makeError('fromtexteval', 'fromText eval for ' + id + ' failed: ' + error, error, [id]),
      )
      return
    }
    ;(mod.depMaps as ModuleMap[]).push(map)
    ctx.completeLoad(name)
    localRequire([name], done)
  }
  return done
}
