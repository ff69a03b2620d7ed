import type { History } from '../../graph/history.ts'
import { plan } from '../../graph/plan.ts'
import type { Graph } from '../../graph/targets.ts'

/** A target as a picture shows it. */
export interface Picture {
  readonly name: string
  readonly help: string
  /** Names of targets in the picture that it waits for. */
  readonly deps: readonly string[]
  /** `fresh`: nothing to do; `stale`: it would run; `always`: it runs whenever it is asked for; `group`: it only stands for others. */
  readonly state: 'fresh' | 'stale' | 'always' | 'group'
  /** Why it would run. */
  readonly why: string | undefined
  /** How long its last green run took, in milliseconds. */
  readonly time: number | undefined
  /** How many inputs and outputs it had. */
  readonly inputs: number
  readonly outputs: number
}

/** The targets that goals need, dependencies first, with what is known of their last runs. */
export function picture(
  graph: Graph,
  goals: readonly string[],
  history: Pick<History, 'why' | 'memory'>,
): Picture[] {
  const { memory } = history
  const nodes = plan(graph, goals)
  const shown = new Set(nodes.map(({ name }) => name))
  return nodes.map(({ name, target, deps }) => {
    const run = memory.runs.get(name)
    const reason = target.group === true ? undefined : history.why(name)
    const always = target.persistent === true || (run !== undefined && run.inputs.length === 0)
    return {
      name,
      help: target.help,
      deps: deps.filter((dep) => shown.has(dep)),
      state: stateOf(target.group === true, always, reason),
      why: reason,
      time: run?.time,
      inputs: run?.inputs.length ?? 0,
      outputs: run?.outputs.length ?? 0,
    }
  })
}

function stateOf(group: boolean, always: boolean, why: string | undefined): Picture['state'] {
  if (group) return 'group'
  if (always) return 'always'
  return why === undefined ? 'fresh' : 'stale'
}

/** The state in words. */
export const stateWords: Readonly<Record<Picture['state'], string>> = {
  fresh: 'up to date',
  stale: 'would run',
  always: 'runs each time',
  group: '',
}
