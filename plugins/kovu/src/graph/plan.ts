import { KovuError } from '../error.ts'
import { nearest } from '../nearest.ts'
import type { Graph, Node } from './targets.ts'

/**
 * What has to run for some goals, dependencies first. Targets that do not end by themselves come last.
 *
 * @param graph All targets.
 * @param goals Names of targets.
 * @returns Each needed target once.
 * @throws KovuError `KOVU_UNKNOWN_TARGET`, with the nearest name; `KOVU_CYCLE`, with the way round.
 */
export function plan(graph: Graph, goals: readonly string[]): Node[] {
  const planned = new Set<string>()
  const order: Node[] = []
  const visit = (name: string, way: readonly string[]): void => {
    if (way.includes(name)) {
      const round = [...way.slice(way.indexOf(name)), name].join(' → ')
      throw new KovuError('KOVU_CYCLE', `These targets wait for each other: ${round}.`)
    }
    if (planned.has(name)) return
    const node = graph.get(name)
    if (node === undefined) throw unknownTarget(graph, name)
    for (const dep of node.deps) visit(dep, [...way, name])
    if (planned.has(name)) return
    planned.add(name)
    order.push(node)
    for (const follower of node.followers) visit(follower, [])
  }
  for (const goal of goals) visit(goal, [])
  return [
    ...order.filter(({ target }) => target.persistent !== true),
    ...order.filter(({ target }) => target.persistent === true),
  ]
}

function unknownTarget(graph: Graph, name: string): KovuError {
  const near = nearest(name, [...graph.keys()])
  const hint = near === undefined ? '' : ` Did you mean \`${near}\`?`
  return new KovuError(
    'KOVU_UNKNOWN_TARGET',
    `There is no target \`${name}\`.${hint} \`kovu --list\` shows all of them.`,
  )
}
