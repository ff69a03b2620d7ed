/** Cycles that only wait for each other. */
import { fill } from './modules.ts'
import { defined, registry, table, wanted } from './registry.ts'
import type { CoreModule } from './types.ts'
import type { Table, Value } from '../types.ts'

var settling: Value

/**
 * Runs what only waits for modules that wait for it: the module found twice on the way gets what its dependency has so
 * far.
 * @param mod where to look
 * @param traced ids on the way here
 * @param processed ids that are done
 */
function breakCycle(mod: CoreModule, traced: Table<Value>, processed: Table<Value>): void {
  traced[mod.id] = 1
  mod.ids.forEach(function (id, at) {
    var dep = registry[id]
    if (!dep || processed[id]) return
    if (traced[id]) fill(mod, at, defined[id])
    else breakCycle(dep, traced, processed)
  })
  processed[mod.id] = 1
}

/** Breaks cycles when no script is under way. */
export function settle(): void {
  var requires: CoreModule[] = []
  var loading: Value
  // As in require.js, an error that nobody catches leaves the mark: nothing is looked at again.
  if (settling) return
  settling = 1
  for (var id in wanted) {
    var mod = wanted[id] as CoreModule
    if (mod.from !== id) requires.push(mod)
    loading = loading || !mod.known
  }
  if (!loading) {
    requires.forEach(function (mod) {
      breakCycle(mod, table(), table())
    })
  }
  settling = 0
}
