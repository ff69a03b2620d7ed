/** A loading context and the surface that applications, plugins and tools reach through `requirejs.s.contexts`. */
import { configure, makeShimExports } from './config.ts'
import { report } from './errors.ts'
import { makeModuleMap } from './ids.ts'
import { makeRequire } from './local-require.ts'
import { enableMap } from './modules.ts'
import { requirejs } from './requirejs.ts'
import { onScriptError, onScriptLoad } from './arrivals.ts'
import { nameToUrl } from './urls.ts'
import { completeLoad } from './waiting.ts'
import type { Context } from './types.ts'

/** Is it the development's loader? Replaced by a literal when the loader is bundled. */
declare const KOVU_DEVELOPMENT: boolean

/**
 * Makes a context. Its functions may be replaced by whoever holds it; the loader calls them through it.
 * @param name its name; `_` is that of the page
 * @returns the context
 */
export function newContext(name: string): Context {
  function of<A extends unknown[], R>(fn: (ctx: Context, ...rest: A) => R): (...rest: A) => R {
    return fn.bind<null, [Context], A, R>(null, ctx)
  }
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
    requires: 1,
    unnormalized: 1,
    checking: false,
    timer: 0,
    startTime: 0,
    nextTick: requirejs.nextTick,
  } as unknown as Context
  if (KOVU_DEVELOPMENT) {
    ctx.layers = []
    ctx.wanted = []
    ctx.hot = {}
    ctx.hotData = {}
    ctx.pageUses = {}
  }
  ctx.onError = of(report)
  ctx.makeModuleMap = of(makeModuleMap)
  ctx.configure = of(configure)
  ctx.makeShimExports = makeShimExports
  ctx.makeRequire = of(makeRequire)
  ctx.enable = of(enableMap)
  ctx.completeLoad = of(completeLoad)
  ctx.nameToUrl = of(nameToUrl)
  ctx.load = function (id, url) {
    requirejs.load(ctx, id, url)
  }
  ctx.execCb = function (_id, callback, args, exports) {
    return callback.apply(exports, args)
  }
  ctx.onScriptLoad = of(onScriptLoad)
  ctx.onScriptError = of(onScriptError)
  ctx.require = ctx.makeRequire()
  return ctx
}
