import type { Contribution } from '../graph/targets.ts'
import { list, readGlob } from '../graph/globs.ts'
import type { OwnTarget } from '../options.ts'
import { shell } from './shell.ts'

/**
 * The `targets` option as contributions to the graph.
 *
 * @param root Gives Vite's root; called when a target runs.
 */
export function ownTargets(
  targets: Readonly<Record<string, OwnTarget>>,
  root: () => string,
): Contribution[] {
  return Object.entries(targets).map(([name, target]) => ({
    name,
    own: true,
    before: listed(target.before),
    after: listed(target.after),
    target: {
      help:
        target.help ?? (typeof target.run === 'string' ? target.run : 'a function of the config'),
      run: async ({ log, signal, input, output }) => {
        for (const what of listed(target.inputs)) {
          if (what.startsWith('env:')) input(what)
          else input(isGlob(what) ? `files:${what}` : what)
        }
        if (typeof target.run === 'string') {
          await shell({ name, command: target.run, root: root(), log, signal })
        } else await target.run()
        for (const pattern of listed(target.outputs)) {
          for (const file of filesOf(pattern, root())) output(file)
        }
      },
    },
  }))
}

function isGlob(pattern: string): boolean {
  return /[*?{]/.test(pattern)
}

function filesOf(pattern: string, root: string): string[] {
  if (!isGlob(pattern)) return [pattern]
  const glob = readGlob(pattern, root)
  return list(glob, new Set()).names.map((name) => `${glob.base}/${name}`)
}

function listed(value: string | readonly string[] | undefined): readonly string[] {
  if (value === undefined) return []
  return typeof value === 'string' ? [value] : value
}
