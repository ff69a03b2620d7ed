import type { Target } from '@kovu/protocol'

import type { Plannable } from './plan.ts'

/** One target and where it stands among the others. */
export interface Contribution {
  readonly name: string
  readonly target: Target
  /** Is it the project's own, from the `targets` option? */
  readonly own: boolean
  /** Targets that need this one. */
  readonly before: readonly string[]
  /** Targets after which this one runs whenever they run. */
  readonly after: readonly string[]
}

/** A target in the graph, with everything it waits for. */
export interface Node extends Plannable {
  readonly target: Target
  readonly own: boolean
}

/** The graph by target name. */
export type Graph = ReadonlyMap<string, Node>

/** What no plugin can leave out: nothing is published that has not been tested. */
const gates: Readonly<Record<string, readonly string[]>> = { publish: ['test'] }

/**
 * Joins contributions to a graph. A later target takes the place of an earlier one of the same name and keeps what the
 * earlier one waited for, so a project can replace `css` without losing its place.
 */
export function buildGraph(contributions: readonly Contribution[]): Graph {
  const byName = new Map<string, Contribution>()
  const inherited = new Map<string, readonly string[]>()
  for (const one of contributions) {
    const earlier = byName.get(one.name)
    if (earlier !== undefined) inherited.set(one.name, earlier.target.deps ?? [])
    byName.set(one.name, one)
  }
  const graph = new Map<string, Node>()
  for (const { name, target, own, after } of byName.values()) {
    const needed = contributions
      .filter((other) => other.before.includes(name))
      .map(({ name }) => name)
    const followers = contributions
      .filter((other) => other.after.includes(name))
      .map(({ name }) => name)
    const required = [...(target.requires ?? []), ...(gates[name] ?? [])]
    const deps = [
      ...required,
      ...(target.deps ?? []),
      ...(inherited.get(name) ?? []),
      ...needed,
      ...after,
    ]
    graph.set(name, {
      name,
      target,
      own,
      deps: [...new Set(deps)].filter((dep) => byName.has(dep) && dep !== name),
      followers,
      persistent: target.persistent === true,
      missing: required.filter((dep) => !byName.has(dep)),
    })
  }
  return graph
}
