import { type Picture, stateWords } from './node.ts'
import { seconds } from '../progress.ts'

/** An indented tree; a target met before is not unfolded again. */
export function drawTree(pictures: readonly Picture[], goals: readonly string[]): string {
  const byName = new Map(pictures.map((one) => [one.name, one]))
  const rows: (readonly [branch: string, note: string])[] = []
  const unfolded = new Set<string>()
  const visit = (name: string, indent: string, branch: string): void => {
    const one = byName.get(name)
    const deps = one?.deps ?? []
    const again = unfolded.has(name) && deps.length > 0
    rows.push([`${branch}${name}${again ? ' …' : ''}`, one === undefined ? '' : note(one)])
    if (again) return
    unfolded.add(name)
    for (const [at, dep] of deps.entries()) {
      const last = at === deps.length - 1
      visit(dep, indent + (last ? '   ' : '│  '), indent + (last ? '└─ ' : '├─ '))
    }
  }
  for (const goal of goals) visit(goal, '', '')
  const width = Math.max(...rows.map(([branch]) => branch.length))
  return rows.map(([branch, note]) => `${branch.padEnd(width + 2)}${note}`.trimEnd()).join('\n')
}

function note({ state, time, why }: Picture): string {
  const reason = state === 'stale' && why !== undefined ? `: ${why}` : ''
  return [time === undefined ? '' : seconds(time), stateWords[state] + reason]
    .filter((part) => part !== '')
    .join('  ')
}
