import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'

import type { Target, TargetContext } from '@kovu/protocol'

import { KovuError } from '../error.ts'
import type { Graph, Node } from '../graph/targets.ts'

/** The way of a continuous integration, each step only when the one before it was green. */
const steps = ['check', 'test', 'static', 'deb', 'publish']

/** `kovu ci`: everything that stands between a commit and its packages. */
export const ci: Target = {
  help: 'check, test, static, deb (built twice and compared), publish; red stops all',
  deps: steps,
  group: true,
  run: () => Promise.resolve(),
}

/**
 * The graph as `kovu ci` runs it: the steps one after another, and packages built twice.
 *
 * @param graph The project's graph.
 */
export function asCi(graph: Graph): Graph {
  const present = steps.filter((name) => graph.has(name))
  const changed = present.map((name, at): [string, Node] => {
    const node = graph.get(name) as Node
    const before = present.slice(0, at)
    const target = name === 'deb' ? twice(node.target) : node.target
    return [name, { ...node, target, deps: [...new Set([...node.deps, ...before])] }]
  })
  return new Map([...graph, ...changed])
}

/**
 * Runs a target two times and compares what it wrote.
 *
 * @throws KovuError `KOVU_NOT_REPRODUCIBLE`, naming the files that differ.
 */
function twice(target: Target): Target {
  return {
    ...target,
    async run(context: TargetContext) {
      const build = async (): Promise<ReadonlyMap<string, string>> => {
        const outputs = new Set<string>()
        await target.run({
          ...context,
          output: (path) => {
            outputs.add(path)
            context.output(path)
          },
        })
        return new Map([...outputs].map((path) => [path, hash('sha256', readFileSync(path))]))
      }
      const [first, second] = [await build(), await build()]
      const all = [...new Set([...first.keys(), ...second.keys()])]
      const differing = all.filter((path) => first.get(path) !== second.get(path))
      if (differing.length > 0) {
        throw new KovuError(
          'KOVU_NOT_REPRODUCIBLE',
          `Two builds of the same sources differ, so what was tested is not what would be published:\n${differing.map((path) => `  ${path}`).join('\n')}\nLook for times, random numbers or the order of a folder in what goes into them.`,
        )
      }
      context.log.info(`built twice: ${all.length} files, all equal`)
    },
  }
}
