/** `require.config()`: what is merged, what is replaced, and what is normalised on the way. */
import { each, eachOwn, globalOf, merge, root } from './objects.ts'
import type { Config, Context, Fn, Shim, Table, Value } from './types.ts'

/** Tables that configurations add to; all other keys are replaced. */
var additive = { paths: 1, bundles: 1, config: 1, map: 1 }

/**
 * The function that gives the value of a script without `define`.
 * @param shim its entry
 * @returns runs `init`, else reads the global
 */
export function makeShimExports(shim: Shim): Fn {
  return function () {
    // oxlint-disable-next-line prefer-rest-params -- the dependencies, whatever they are
    var value = shim.init && (shim.init.apply(root, arguments as unknown as Value[]) as Value)
    return value || (shim.exports && globalOf(shim.exports))
  }
}

/**
 * Lays a configuration over the context's.
 * @param ctx the context
 * @param given the configuration; it is changed where RequireJS changes it (`baseUrl`, `urlArgs`, shim entries)
 */
export function configure(ctx: Context, given: Partial<Config>): void {
  var config = ctx.config as unknown as Table<Value> & Config
  var urlArgs = given.urlArgs
  var base = given.baseUrl
  if (base && base.charAt(base.length - 1) !== '/') given.baseUrl = base + '/'
  if (typeof urlArgs === 'string') {
    given.urlArgs = function (_id, url) {
      return (url.indexOf('?') < 0 ? '?' : '&') + (urlArgs as string)
    }
  }
  var shim = config.shim
  eachOwn(given as Table<Value>, function (value, key) {
    if (key in additive)
      merge((config[key] = config[key] || {}) as Table<Value>, value as Table<Value>)
    else config[key] = value
  })
  eachOwn(given.bundles || {}, function (ids, layer) {
    each(ids, function (id) {
      if (id !== layer) ctx.bundlesMap[id] = layer
    })
  })
  config.shim = shim
  eachOwn((given.shim || {}) as Table<Shim | string[]>, function (entry, id) {
    var value: Shim = Array.isArray(entry) ? { deps: entry } : entry
    if ((value.exports || value.init) && !value.exportsFn)
      value.exportsFn = ctx.makeShimExports(value)
    shim[id] = value
  })
  each(given.packages, function (entry) {
    var pkg = typeof entry === 'string' ? { name: entry } : entry
    if (pkg.location) config.paths[pkg.name] = pkg.location
    config.pkgs[pkg.name] =
      pkg.name + '/' + (pkg.main || 'main').replace(/^\.\//, '').replace(/\.js$/, '')
  })
  // Modules that nobody has defined yet may have moved.
  eachOwn(ctx.registry, function (mod, id) {
    if (!mod.inited && !mod.map.unnormalized) mod.map = ctx.makeModuleMap(id, null, true)
  })
  if (given.deps || given.callback) ctx.require(given.deps || [], given.callback)
}
