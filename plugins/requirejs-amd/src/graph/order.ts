/** The order in which RequireJS would define modules. */
import type { ModuleRecord } from '../types.ts'

/**
 * Dependencies first, first seen first; a cycle is entered where it was first asked for.
 *
 * @param roots Where to begin.
 * @param entries What may be in the result, by id.
 * @param edgesFrom Ids that an entry leads to.
 */
export function inOrder<E extends { readonly record: ModuleRecord }>(
  roots: readonly string[],
  entries: ReadonlyMap<string, E>,
  edgesFrom: (entry: E) => readonly string[],
): ModuleRecord[] {
  const order: ModuleRecord[] = []
  const seen = new Set<string>()
  // A stack of its own: chains of modules may be deeper than the call stack.
  const stack: { entry: E; edges: readonly string[]; next: number }[] = []
  const enter = (id: string): void => {
    const entry = entries.get(id)
    if (!entry || seen.has(id)) return
    seen.add(id)
    stack.push({ entry, edges: edgesFrom(entry), next: 0 })
  }
  for (const root of roots) {
    enter(root)
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const dep = top.edges[top.next++]
      if (dep !== undefined) {
        enter(dep)
      } else {
        order.push(top.entry.record)
        stack.pop()
      }
    }
  }
  return order
}
