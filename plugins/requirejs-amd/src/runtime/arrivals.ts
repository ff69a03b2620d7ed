/** Script events: one tells that a module's script has run, or did not come. */
import { makeError } from './errors.ts'
import { each, eachOwn } from './objects.ts'
import { nextPath } from './waiting.ts'
import type { Context, ModuleMap } from './types.ts'

/**
 * Whose script an event tells of. It tells once.
 * @param ctx the context
 * @param event the event
 * @returns the module's id
 */
function idOf(ctx: Context, event: Event): string {
  var node = event.currentTarget as Element
  node.removeEventListener('load', ctx.onScriptLoad, false)
  node.removeEventListener('error', ctx.onScriptError, false)
  return node.getAttribute('data-requiremodule') as string
}

/**
 * A script has run.
 * @param ctx the context
 * @param event its event
 */
export function onScriptLoad(ctx: Context, event: Event): void {
  ctx.completeLoad(idOf(ctx, event))
}

/**
 * A script did not come.
 * @param ctx the context
 * @param event its event
 */
export function onScriptError(ctx: Context, event: Event): void {
  var id = idOf(ctx, event)
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
