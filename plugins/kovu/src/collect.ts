import type { KovuApi, KovuPluginApi } from '@kovu/protocol'
import type { ResolvedConfig } from 'vite'

import { buildGraph, type Contribution, type Graph } from './graph/targets.ts'
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

/** Everything that every project has, that the plugins of a config add, and that the project itself adds. */
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
  return buildGraph([...common, ...offered, ...(roof?.own ?? [])])
}
