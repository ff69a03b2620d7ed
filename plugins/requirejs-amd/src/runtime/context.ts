/** A loading context and the surface that applications, plugins and tools reach through `requirejs.s.contexts`. */
import { configure, makeShimExports } from './config.ts'
import { report } from './errors.ts'
import { makeModuleMap } from './ids.ts'
import { makeRequire } from './local-require.ts'
import { enable, moduleOf } from './modules.ts'
import { own } from './objects.ts'
import { requirejs } from './requirejs.ts'
import { onScriptError, onScriptLoad } from './scripts.ts'
import { nameToUrl } from './urls.ts'
import { completeLoad } from './waiting.ts'
import type { Context } from './types.ts'

/**
 * Makes a context. Its functions may be replaced by whoever holds it; the loader calls them through it.
 * @param name its name; `_` is that of the page
 * @returns the context
 */
export function newContext(name: string): Context {
  var ctx = {
    contextName: name,
    config: {
      waitSeconds: 7,
      baseUrl: './',
      paths: {},
      bundles: {},
      pkgs: {},
      shim: {},
      config: {},
    },
    registry: {},
    enabledRegistry: {},
    undefEvents: {},
    defined: {},
    urlFetched: {},
    defQueue: [],
    defQueueMap: {},
    bundlesMap: {},
    layers: [],
    wanted: [],
    asking: false,
    requires: 1,
    unnormalized: 1,
    checking: false,
    timer: 0,
    startTime: 0,
    nextTick: requirejs.nextTick,
    onError: function (error, errback) {
      report(ctx, error, errback)
    },
    makeModuleMap: function (id, parent, isNormalized, applyMap) {
      return makeModuleMap(ctx, id, parent, isNormalized, applyMap)
    },
    configure: function (config) {
      configure(ctx, config)
    },
    makeShimExports: makeShimExports,
    makeRequire: function (relMap, options) {
      return makeRequire(ctx, relMap, options)
    },
    enable: function (map) {
      if (own(ctx.registry, map.id)) enable(ctx, moduleOf(ctx, map))
    },
    completeLoad: function (id) {
      completeLoad(ctx, id)
    },
    nameToUrl: function (id, ext, skipExt) {
      return nameToUrl(ctx, id, ext, skipExt)
    },
    load: function (id, url) {
      requirejs.load(ctx, id, url)
    },
    execCb: function (_id, callback, args, exports) {
      return callback.apply(exports, args)
    },
    onScriptLoad: function (event) {
      onScriptLoad(ctx, event)
    },
    onScriptError: function (event) {
      onScriptError(ctx, event)
    },
  } as Omit<Context, 'require'> as Context
  ctx.require = ctx.makeRequire()
  return ctx
}
