/** Script events: one tells that a module's script has run, or did not come. */
import { makeError } from './errors.ts'
import { each, eachOwn } from './objects.ts'
import { nextPath } from './waiting.ts'
import type { Context, ModuleMap } from './types.ts'

/**
 * Whose script an event tells of.
 * @param event the event
 * @returns the module's id
 */
function idOf(event: Event): string {
  return (event.currentTarget as Element).getAttribute('data-requiremodule') as string
}

/**
 * A script has run.
 * @param ctx the context
 * @param event its event
 */
export function onScriptLoad(ctx: Context, event: Event): void {
  ctx.completeLoad(idOf(event))
}

/**
 * A script did not come.
 * @param ctx the context
 * @param event its event
 */
export function onScriptError(ctx: Context, event: Event): void {
  scriptError(ctx, idOf(event), event)
}

/**
 * The script of a module did not come.
 * @param ctx the context
 * @param id the module's id
 * @param event its event
 */
export function scriptError(ctx: Context, id: string, event: Event): void {
  if (nextPath(ctx, id)) return
  var parents: string[] = []
  eachOwn(ctx.registry, function (mod, name) {
    if (name.indexOf('_@r') === 0) return
    each(mod.depMaps, function (map) {
      return (map as ModuleMap).id === id && parents.push(name)
    })
  })
  ctx.onError(
    makeError(
      'scripterror',
      'Script error for "' + id + (parents.length ? '", needed by: ' + parents.join(', ') : '"'),
      event,
      [id],
    ),
  )
}
