import type { KovuApi, KovuPluginApi } from '@kovu/protocol'
import type { ResolvedConfig } from 'vite'

import { KovuError } from './error.ts'
import { buildGraph, type Contribution, type Graph } from './graph/targets.ts'
import { nearest } from './nearest.ts'
import { commonTargets } from './targets/index.ts'

/** What the preset says of a project, beyond the protocol. */
export interface Roof {
  /** The project's own targets. */
  readonly own: readonly Contribution[]
  /** What every target depends on, as `TargetContext.input` takes it. */
  readonly inputs: readonly string[]
  /** How Python is started. */
  readonly python: readonly string[] | undefined
  /** Whom to tell how a run ended; see the option. */
  readonly notify: string | undefined
}

/** `plugin.api` of the preset's own plugin. */
export interface RoofApi extends KovuPluginApi {
  readonly roof: Roof
}

/** The protocol objects of a config's plugins, in the order of the plugins. */
export function peers(config: Pick<ResolvedConfig, 'plugins'>): KovuApi[] {
  return config.plugins.flatMap(({ api }) => {
    const kovu = (api as { kovu?: KovuApi } | undefined)?.kovu
    return kovu === undefined ? [] : [kovu]
  })
}

/** What the preset says, if the config has it. */
export function roofOf(config: Pick<ResolvedConfig, 'plugins'>): Roof | undefined {
  return config.plugins
    .map(({ api }) => (api as Partial<RoofApi> | undefined)?.roof)
    .find((roof) => roof !== undefined)
}

/** A config as far as targets depend on it: a resolved one, or a loaded one of which no hook has run. */
export type CollectedConfig = Pick<ResolvedConfig, 'plugins' | 'root'> &
  Partial<Pick<ResolvedConfig, 'cacheDir'>>

/** Targets of the suite, which a project may have or not. */
const optional: ReadonlySet<string> = new Set(
  'settings css templates js static certificates vm testserver check test deb publish deploy'.split(
    ' ',
  ),
)

/**
 * Everything that every project has, that the plugins of a config add, and that the project itself adds.
 *
 * @throws KovuError `KOVU_UNKNOWN_TARGET` when one of the project's own is to run before or after a mistyped one.
 */
export function collectTargets(config: CollectedConfig): Graph {
  const roof = roofOf(config)
  const offered = peers(config).flatMap((api) =>
    Object.entries(api.targets ?? {}).map(([name, target]): Contribution => ({
      name,
      target,
      own: false,
      before: [],
      after: [],
    })),
  )
  const common = commonTargets(config.root, roof?.python, config.cacheDir)
  const graph = buildGraph([...common, ...offered, ...(roof?.own ?? [])])
  for (const { name, before, after } of roof?.own ?? [])
    for (const other of [...before, ...after]) checkNeighbour(name, other, graph)
  return graph
}

/** A neighbour that is not there is passed over, since a plugin may be left out; but not one that is nobody's name. */
function checkNeighbour(name: string, other: string, graph: Graph): void {
  if (graph.has(other) || optional.has(other)) return
  const near = nearest(other, [...graph.keys(), ...optional])
  if (near === undefined) return
  throw new KovuError(
    'KOVU_UNKNOWN_TARGET',
    `\`${name}\` is to run before or after \`${other}\`, and there is no target of this name. Did you mean \`${near}\`?`,
  )
}
