import type { Graph } from '../graph/targets.ts'

/** `kovu --list`: every target with its line of help, in the order of their names. */
export function listTargets(graph: Graph): string {
  const names = [...graph.keys()].sort()
  const width = Math.max(0, ...names.map((name) => name.length))
  return names
    .map((name) => `  ${name.padEnd(width)}  ${graph.get(name)?.target.help ?? ''}`)
    .join('\n')
}

/** `kovu --graph`: what each target waits for, as an indented tree; a target met before is not unfolded again. */
export function drawGraph(graph: Graph, goals: readonly string[]): string {
  const lines: string[] = []
  const unfolded = new Set<string>()
  const draw = (name: string, indent: string, branch: string): void => {
    const deps = graph.get(name)?.deps ?? []
    const again = unfolded.has(name) && deps.length > 0
    lines.push(`${branch}${name}${again ? ' …' : ''}`)
    if (again) return
    unfolded.add(name)
    for (const [at, dep] of deps.entries()) {
      const last = at === deps.length - 1
      draw(dep, indent + (last ? '   ' : '│  '), indent + (last ? '└─ ' : '├─ '))
    }
  }
  for (const goal of goals) draw(goal, '', '')
  return lines.join('\n')
}
