/** The complete loader goes on where the core has stopped: its modules, its configurations, and what has happened since. */
import { scriptError } from './arrivals.ts'
import { define } from './define.ts'
import { requireNow } from './local-require.ts'
import { init } from './modules.ts'
import { each, eachOwn, has } from './objects.ts'
import { moduleOf } from './registry.ts'
import { pageRequire } from './requirejs.ts'
import { checkLoaded } from './waiting.ts'
import type { Defined, Handover, Held } from './core/types.ts'
import type { Context, Fn, Module, RequireError, Table, Value } from './types.ts'

/**
 * Takes over.
 * @param ctx the page's context
 * @param core what the core has left
 */
export function adopt(ctx: Context, core: Handover): void {
  function parentOf(from: string) {
    return from ? ctx.makeModuleMap(from, null, true) : null
  }
  function local(from: string, deps: string[], callback?: Fn, errback?: Fn): Value {
    return ctx.makeRequire(parentOf(from))(deps, callback, errback)
  }
  function defineAll(definitions: Defined[]): void {
    each(definitions.splice(0), function (definition) {
      define.apply(null, definition as unknown as Parameters<typeof define>)
    })
  }

  ctx.startTime = core.started || 0
  eachOwn(core.done, function (value, id) {
    // The `exports` of a module that has not run yet are no value.
    if (!has(core.pending, id)) ctx.defined[id] = value
  })
  eachOwn(core.fetched, function (_, url) {
    ctx.urlFetched[url] = true
  })
  each(core.configs, function (config) {
    var copy: Table<Value> = {}
    eachOwn(config as Table<Value>, function (value, key) {
      if (key !== 'deps' && key !== 'callback') copy[key] = value
    })
    ctx.configure(copy)
  })

  var errors: RequireError[] = []
  // Calls first, as on the way that has led here: their modules are not defined yet, and need no script.
  eachOwn(core.pending, function (old, id) {
    if (old.from === id) {
      if (old.known) ctx.defQueueMap[id] = true
    } else if (old.error) {
      old.error.requireType = 'require'
      old.error.requireModules = null
      errors.push(old.error)
    } else if (!old.defining) {
      var mod = moduleOf(ctx, ctx.makeModuleMap(null, parentOf(old.from)))
      init(ctx, mod, old.deps, old.body, old.errback, true)
    }
  })
  eachOwn(core.pending, function (old, id) {
    if (old.from !== id || !old.known) return
    delete ctx.defQueueMap[id]
    var mod = moduleOf(ctx, ctx.makeModuleMap(id, null, true))
    // Others may hold them already.
    mod.exports = old.exports
    mod.module = old.module as Module['module']
    if (!old.defining) return init(ctx, mod, old.deps, old.body)
    // It has thrown, and does not run again.
    mod.inited = mod.defining = true
    if (!old.error) return
    old.error.requireMap = mod.map
    old.error.requireModules = [id]
    old.error.requireType = 'define'
    errors.push(old.error)
  })

  core.acts.splice(
    0,
    5,
    pageRequire,
    local,
    function (from: string, deps: string[], callback?: Fn, errback?: Fn) {
      requireNow(ctx, ctx.makeModuleMap(null, parentOf(from)), deps, callback, errback)
    },
    ctx.completeLoad,
    function (id: string, event: Event) {
      scriptError(ctx, id, event)
    },
  )
  // What one of them throws is the page's; the others happen all the same.
  function next(): void {
    var held: Held | undefined = core.held.shift()
    if (!held) return
    defineAll(held[2])
    try {
      ;(core.acts[held[0]] as Fn).apply(null, held[1] as Value[])
    } finally {
      next()
    }
  }
  try {
    each(errors, function (error) {
      ctx.onError(error)
    })
  } finally {
    defineAll(core.taken)
    next()
    defineAll(core.queue)
    checkLoaded(ctx)
  }
}
