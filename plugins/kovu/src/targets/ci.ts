import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'

import type { Target, TargetContext } from '@kovu/protocol'

import { KovuError } from '../error.ts'
import type { Graph, Node } from '../graph/targets.ts'

/** The way of a continuous integration, each step only when the one before it was green. */
const steps = ['check', 'test', 'static', 'deb', 'publish']

/** `kovu ci`: everything that stands between a commit and its packages. */
export const ci: Target = {
  help: 'run check, test, static, deb (built twice and compared) and publish; red stops all',
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
  const ordered = new Map(graph)
  const behind = new Set<string>()
  let before: string | undefined
  for (const step of steps.filter((name) => graph.has(name))) {
    // What only this step needs waits as well: nothing is made of a commit whose tests are red.
    for (const name of needed(graph, step, behind)) {
      const node = graph.get(name) as Node
      const target = name === 'deb' ? twice(node.target) : node.target
      const deps = before === undefined ? node.deps : [...new Set([...node.deps, before])]
      ordered.set(name, { ...node, target, deps })
      behind.add(name)
    }
    before = step
  }
  return ordered
}

/** A target and everything that it waits for, but for what is done by then. */
function needed(graph: Graph, goal: string, behind: ReadonlySet<string>): Set<string> {
  const found = new Set<string>()
  const visit = (name: string): void => {
    if (behind.has(name) || found.has(name)) return
    found.add(name)
    for (const dep of graph.get(name)?.deps ?? []) visit(dep)
  }
  visit(goal)
  return found
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
      context.log.info(
        `built twice: ${all.length} ${all.length === 1 ? 'file' : 'files'}, all equal`,
      )
    },
  }
}
