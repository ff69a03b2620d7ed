import { KovuError } from '../error.ts'
import { nearest } from '../nearest.ts'

/** What a plan must know of a target. */
export interface Plannable {
  readonly name: string
  /** Names of targets that must have run before. */
  readonly deps: readonly string[]
  /** Names of targets that run whenever this one does, after it. */
  readonly followers: readonly string[]
  /** Does it not end by itself? */
  readonly persistent: boolean
  /** Names of targets that it refuses to run without, and that nobody offers. */
  readonly missing?: readonly string[]
}

/**
 * What has to run for some goals, dependencies first. Targets that do not end by themselves come last.
 *
 * @param graph All targets.
 * @param goals Names of targets.
 * @returns Each needed target once.
 * @throws KovuError `KOVU_UNKNOWN_TARGET`, with the nearest name; `KOVU_CYCLE`, with the way round; `KOVU_ENDLESS` when a target waits for
 *   one that does not end; `KOVU_REQUIRED` when a target refuses to run without one that nobody offers.
 */
export function plan<Node extends Plannable>(
  graph: ReadonlyMap<string, Node>,
  goals: readonly string[],
): Node[] {
  const planned = new Set<string>()
  const order: Node[] = []
  const visit = (name: string, way: readonly string[]): void => {
    if (way.includes(name)) {
      const round = [...way.slice(way.indexOf(name)), name].join(' → ')
      throw new KovuError('KOVU_CYCLE', `These targets wait for each other: ${round}.`)
    }
    if (planned.has(name)) return
    const node = graph.get(name)
    if (node === undefined) throw unknownTarget([...graph.keys()], name)
    const [missing] = node.missing ?? []
    if (missing !== undefined) throw refusal(name, missing)
    for (const dep of node.deps) {
      if (!node.persistent && graph.get(dep)?.persistent === true) throw endless(name, dep)
      visit(dep, [...way, name])
    }
    if (planned.has(name)) return
    planned.add(name)
    order.push(node)
    for (const follower of node.followers) visit(follower, [])
  }
  for (const goal of goals) visit(goal, [])
  return [
    ...order.filter(({ persistent }) => !persistent),
    ...order.filter(({ persistent }) => persistent),
  ]
}

function unknownTarget(names: readonly string[], name: string): KovuError {
  const near = nearest(name, names)
  const hint = near === undefined ? '' : ` Did you mean \`${near}\`?`
  return new KovuError(
    'KOVU_UNKNOWN_TARGET',
    `There is no target \`${name}\`.${hint} \`kovu --list\` shows all of them.`,
  )
}

function endless(name: string, dep: string): KovuError {
  return new KovuError(
    'KOVU_ENDLESS',
    `\`${name}\` waits for \`${dep}\`, which does not end by itself. Take that out of its \`after\`; it may run \`kovu ${dep}\` itself, beside its own work.`,
  )
}

function refusal(name: string, missing: string): KovuError {
  return new KovuError(
    'KOVU_REQUIRED',
    `\`${name}\` does not run without a target \`${missing}\`, and the project has none. Add one: kovu({ targets: { ${missing}: { run: '…' } } }).`,
  )
}
