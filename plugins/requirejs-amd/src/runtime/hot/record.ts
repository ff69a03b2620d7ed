/** What the loader remembers of modules, so that they can be replaced. Development only. */
import { each, own } from '../objects.ts'
import type { Context, Definition, Fn, Module, ModuleMap, Table, Value } from '../types.ts'
import type { Hot, HotRecord } from './types.ts'

/**
 * Remembers a module that is about to run, and whose values it gets.
 * @param ctx the context
 * @param mod the module, or a `require()` call
 * @returns id of the module that was running, to be set again afterwards
 */
export function note(ctx: Context, mod: Module): string | undefined {
  var outer = ctx.running
  var map = mod.map
  var parent = map.parentMap
  var uses: Table<boolean> | undefined
  if (map.isDefine) {
    ctx.running = map.id
    if (mod.ignore) return outer
    var definition: Definition = [map.id, mod.given, mod.factory]
    var record: HotRecord = { definition: definition, uses: {}, accepts: {}, disposers: [] }
    ctx.hot[map.id] = record
    uses = record.uses
  } else if (!parent) uses = mod.silent ? undefined : ctx.pageUses
  // What a running module requires belongs to it; what it requires later it will require again.
  else if (mod.early) uses = (own(ctx.hot, parent.id) || ({} as Partial<HotRecord>)).uses
  if (!uses) return outer
  var to = uses
  each(mod.depMaps, function (entry) {
    var dep = entry as ModuleMap
    to[(dep.normalizedMap || dep).id] = true
  })
  return outer
}

/**
 * Remembers that a running module asked for another one.
 * @param ctx the context
 * @param parent id of the module whose `require` it is
 * @param id what it asked for
 */
export function noteNow(ctx: Context, parent: string, id: string): void {
  var record = ctx.running === parent && own(ctx.hot, parent)
  if (record) record.uses[id] = true
}

/**
 * Makes `module.hot`. It means the module's newest version.
 * @param ctx the context
 * @param id the module's id
 * @returns the object
 */
export function makeHot(ctx: Context, id: string): Hot {
  function record(): HotRecord {
    return own(ctx.hot, id) || ({ accepts: {}, disposers: [] } as unknown as HotRecord)
  }
  return {
    data: own(ctx.hotData, id),
    accept: function (deps, callback) {
      var own = record()
      if (typeof deps !== 'string' && !Array.isArray(deps)) {
        own.self = true
        own.onError = deps
        return
      }
      var relative = ctx.makeModuleMap(id, null, true)
      each(typeof deps === 'string' ? [deps] : deps, function (dep) {
        own.accepts[ctx.makeModuleMap(dep, relative, false, true).id] = callback || true
      })
    },
    decline: function () {
      record().declined = true
    },
    dispose: function (fn: (data: Table<Value>) => void) {
      record().disposers.push(fn as Fn)
    },
    invalidate: function () {
      location.reload()
    },
  }
}
