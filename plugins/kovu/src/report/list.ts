import type { Command } from '@kovu/protocol'

import type { Graph } from '../graph/targets.ts'

/** `kovu --list`: every target and command of a project, with a line of help. */
export function listProject(project: {
  readonly graph: Graph
  readonly commands: ReadonlyMap<string, Pick<Command, 'help'>>
}): string {
  const targets = [...project.graph].map(([name, { target }]) => [name, target.help] as const)
  const commands = [
    ...[...project.commands].map(([name, { help }]) => [name, help] as const),
    ['makefile', 'print a Makefile whose targets call kovu'] as const,
    [
      'new',
      'write a starting Vite config, or with --ci the files of a continuous integration',
    ] as const,
  ]
  return `Targets\n${table(targets)}\n\nCommands\n${table(commands)}`
}

function table(rows: readonly (readonly [name: string, help: string])[]): string {
  const width = Math.max(8, ...rows.map(([name]) => name.length))
  return rows
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, help]) => `  ${name.padEnd(width)}  ${help}`)
    .join('\n')
}
