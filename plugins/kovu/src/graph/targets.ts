import type { KovuApi, KovuPluginApi, Target } from '@kovu/protocol'
import type { ResolvedConfig } from 'vite'

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

/** What the roof plugin offers beyond the protocol: the project's own targets. */
export interface RoofApi extends KovuPluginApi {
  readonly roof: { readonly own: readonly Contribution[] }
}

/** A target in the graph, with everything it waits for. */
export interface Node {
  readonly name: string
  readonly target: Target
  readonly own: boolean
  /** Names of existing targets that must have run before. */
  readonly deps: readonly string[]
  /** Names of targets that run whenever this one does, after it. */
  readonly followers: readonly string[]
}

/** The graph by target name. */
export type Graph = ReadonlyMap<string, Node>

/** The protocol objects of a config's plugins, in the order of the plugins. */
export function peers(config: Pick<ResolvedConfig, 'plugins'>): KovuApi[] {
  return config.plugins.flatMap(({ api }) => {
    const kovu = (api as { kovu?: KovuApi } | undefined)?.kovu
    return kovu === undefined ? [] : [kovu]
  })
}

/** Everything that the plugins of a config, and the project itself, add to the graph. */
export function collectTargets(config: Pick<ResolvedConfig, 'plugins'>): Graph {
  const offered = peers(config).flatMap((api) =>
    Object.entries(api.targets ?? {}).map(([name, target]): Contribution => ({
      name,
      target,
      own: false,
      before: [],
      after: [],
    })),
  )
  const own = config.plugins.flatMap(({ api }) => (api as RoofApi | undefined)?.roof?.own ?? [])
  return buildGraph([...offered, ...own])
}

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
    const deps = [...(target.deps ?? []), ...(inherited.get(name) ?? []), ...needed, ...after]
    graph.set(name, {
      name,
      target,
      own,
      deps: [...new Set(deps)].filter((dep) => byName.has(dep) && dep !== name),
      followers,
    })
  }
  return graph
}
