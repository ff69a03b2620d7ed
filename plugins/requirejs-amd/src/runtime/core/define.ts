/** The global `define`, and how modules get what it said. */
import { hold, queue, taken } from './hold.ts'
import { init, queued } from './modules.ts'
import { defined, isFunction, moduleOf } from './registry.ts'
import type { Defined } from './types.ts'
import type { Fn, Value } from '../types.ts'

/**
 * AMD's `define(id, [dependencies], factory)`. What has no name, or dependencies in its text, is not the core's.
 * @param id the module's id
 * @param deps its dependencies; may be left out
 */
export var define = function (id: Value, deps: Value): void {
  // oxlint-disable-next-line prefer-rest-params -- they are taken as they are
  queue.push(arguments)
  if (typeof id !== 'string' || (isFunction(deps) && deps.length)) hold()
} as unknown as Fn & { amd: object }
define.amd = { jQuery: true }

/** Registers all `define()` calls made so far. */
export function intake(): void {
  var definition: Defined | undefined
  queue.splice(0).forEach(function (one) {
    queued[one[0] as string] = 1
    taken.push(one)
  })
  while ((definition = taken.shift())) {
    var id = definition[0] as string
    var deps = definition[1]
    delete queued[id]
    if (id in defined) continue
    if (Array.isArray(deps)) init(moduleOf(id, id), deps as string[], definition[2])
    else init(moduleOf(id, id), [], deps)
  }
}
