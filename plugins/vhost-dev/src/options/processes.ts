import { resolve } from 'node:path'
import type { Target } from '../proxy/target.ts'
import { fail, onlyKnown } from './check.ts'
import { readProcfile } from './procfile.ts'
import type { Procfile } from './procfile.ts'
import type { Runnable, VhostDevOptions } from '../options.ts'

/** Something to run, checked. */
export interface ResolvedProcess {
  readonly name: string
  readonly run: string | readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  /** Globs, relative to the root. */
  readonly watch: readonly string[]
  /** Where it listens; undefined for what has no port. */
  readonly target: Target | undefined
  /** The path that answers when it is ready. */
  readonly ready: string | undefined
}

const runnableNames = new Set(['run', 'cwd', 'env', 'watch'])

/** The Procfile of the options, if they name one. */
export function procfileOf(options: VhostDevOptions, root: string): Procfile | undefined {
  if (options.procfile === undefined) return undefined
  if (typeof options.procfile !== 'string') fail("procfile: expected a path such as 'Procfile'.")
  return readProcfile(resolve(root, options.procfile))
}

/**
 * Checks how something is run.
 *
 * @param where What messages call it.
 * @returns Everything but its name and where it listens.
 */
export function resolveRunnable(
  { run, cwd = '.', env = {}, watch = [] }: Runnable,
  where: string,
  root: string,
): Omit<ResolvedProcess, 'name' | 'target' | 'ready'> {
  const words = typeof run === 'string' ? [run] : run
  if (!Array.isArray(words) || !words[0] || words.some((word) => typeof word !== 'string')) {
    fail(`${where}.run: expected a command line, or a program with its arguments.`)
  }
  return { run, cwd: resolve(root, cwd), env, watch: typeof watch === 'string' ? [watch] : watch }
}

/**
 * The processes without a host: those of `processes`, then what is left of the Procfile.
 *
 * @param taken Names of processes that belong to hosts, in the Procfile and in the terminal.
 */
export function portlessProcesses(
  options: VhostDevOptions,
  procfile: Procfile | undefined,
  taken: ReadonlySet<string>,
  root: string,
): ResolvedProcess[] {
  const found: ResolvedProcess[] = []
  const add = (name: string, runnable: Runnable, where: string): void => {
    const rest = resolveRunnable(runnable, where, root)
    found.push({ name, target: undefined, ready: undefined, ...rest })
  }
  for (const [name, value] of Object.entries(options.processes ?? {})) {
    const where = `processes['${name}']`
    if (!/^[\w.-]+$/.test(name)) fail(`${where}: a name is letters, digits, '-', '_' and '.'.`)
    const runnable = isCommand(value) ? { run: value } : value
    onlyKnown(runnable, runnableNames, `${where}.`)
    if (taken.has(name)) fail(`${where}: a host's process has that name already.`)
    add(name, runnable, where)
  }
  const known = new Set([...taken, ...found.map(({ name }) => name)])
  for (const [name, run] of procfile?.commands ?? []) {
    if (!known.has(name)) add(name, { run, env: procfile?.env ?? {} }, name)
  }
  return found
}

function isCommand(
  value: string | readonly string[] | Runnable,
): value is string | readonly string[] {
  return typeof value === 'string' || Array.isArray(value)
}
