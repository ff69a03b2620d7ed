import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'

import { KovuError } from '../error.ts'
import { plan } from '../graph/plan.ts'
import { run } from '../graph/run.ts'
import { makefile } from '../makefile.ts'
import { nearest } from '../nearest.ts'
import { Progress, seconds, type Terminal } from '../report/progress.ts'
import { drawGraph, listTargets } from '../report/picture.ts'
import { checkNode, setUp } from '../targets/init.ts'
import { type Arguments, readArguments } from './arguments.ts'
import { help } from './help.ts'
import { loadProject, type Project } from './project.ts'

/**
 * The `kovu` command.
 *
 * @param argv The words after `kovu`.
 * @param out Where lines go.
 * @returns The exit code: 0, 1 when work failed, 2 when the command line is wrong.
 */
export async function main(
  argv: readonly string[],
  out: Terminal = { write: (text) => process.stdout.write(text), isTTY: process.stdout.isTTY },
): Promise<number> {
  const progress = new Progress(out)
  try {
    checkNode()
    const args = readArguments(argv)
    if (args.version) return say(out, version())
    if (args.help && args.words.length === 0) return say(out, help)
    return await work({ ...args, root: resolve(args.root) }, progress, out)
  } catch (error) {
    progress.log.error(describe(error))
    return error instanceof KovuError && error.code === 'KOVU_USAGE' ? 2 : 1
  } finally {
    progress.close()
  }
}

async function work(args: Arguments, progress: Progress, out: Terminal): Promise<number> {
  const goals = args.words.length === 0 ? ['all'] : args.words
  const first = goals[0] ?? 'all'
  // The config asks Django, so what installs Django cannot wait for the config.
  if (goals.includes('init') && !args.dryRun && !args.list && !args.graph) {
    await setUp(args.root, progress.log)
  }
  const project = await loadProject(args, goals)
  if (args.list) return say(out, list(project))
  if (first === 'makefile' && !project.graph.has('makefile'))
    return say(out, makefile(project.graph))
  const command = project.graph.has(first) ? undefined : project.commands.get(first)
  if (command !== undefined) {
    const words = args.words.slice(1)
    return (await command.run({ root: project.config.root, args: words, log: progress.log })) ?? 0
  }
  checkGoals(project, goals)
  if (args.graph) return say(out, drawGraph(project.graph, goals))
  const nodes = plan(project.graph, goals)
  if (args.dryRun) return say(out, nodes.map(({ name }) => name).join('\n'))
  project.announce(nodes.map(({ name }) => name))
  await runTargets(project, args, nodes, progress)
  return 0
}

async function runTargets(
  project: Project,
  args: Arguments,
  nodes: ReturnType<typeof plan>,
  progress: Progress,
): Promise<void> {
  const abort = new AbortController()
  const onSignal = (): void => abort.abort()
  process.once('SIGINT', onSignal)
  process.once('SIGTERM', onSignal)
  const started = performance.now()
  try {
    await run(nodes, {
      root: project.config.root,
      mode: project.config.mode,
      force: args.force,
      log: progress.log,
      signal: abort.signal,
      report: (event) => progress.report(event),
      build: () => project.build(),
    })
  } finally {
    process.removeListener('SIGINT', onSignal)
    process.removeListener('SIGTERM', onSignal)
  }
  if (!abort.signal.aborted) {
    const count = `${nodes.length} target${nodes.length === 1 ? '' : 's'}`
    progress.log.info(`${count} in ${seconds(performance.now() - started)}`)
  }
}

/** A goal that is neither target nor command is named before anything runs, with the nearest of both. */
function checkGoals(project: Project, goals: readonly string[]): void {
  for (const goal of goals) {
    if (project.graph.has(goal)) continue
    const near = nearest(goal, [...project.graph.keys(), ...project.commands.keys(), 'makefile'])
    throw new KovuError(
      'KOVU_UNKNOWN_TARGET',
      `There is no target or command \`${goal}\`.${near === undefined ? '' : ` Did you mean \`${near}\`?`} \`kovu --list\` shows all of them.`,
    )
  }
}

function list({ graph, commands }: Project): string {
  const width = Math.max(8, ...[...commands.keys()].map((name) => name.length))
  const lines = [...commands].map(([name, { help }]) => `  ${name.padEnd(width)}  ${help}`)
  lines.push(`  ${'makefile'.padEnd(width)}  print a Makefile whose targets call kovu`)
  return `Targets\n${listTargets(graph)}\n\nCommands\n${lines.join('\n')}`
}

/** A located error shows where it is; an error made for people shows its message; anything else keeps its stack. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error instanceof KovuError) return error.message
  const { id, loc, frame, pluginCode } = error as Error & {
    id?: string
    loc?: { file?: string; line: number; column: number }
    frame?: string
    pluginCode?: string
  }
  const file = loc?.file ?? id
  if (file === undefined && pluginCode === undefined) return error.stack ?? error.message
  const place =
    file === undefined ? '' : loc === undefined ? file : `${file}:${loc.line}:${loc.column}`
  return [error.message, place, frame]
    .filter((part) => part !== undefined && part !== '')
    .join('\n')
}

function version(): string {
  const file = new URL('../../package.json', import.meta.url)
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
}

function say(out: Terminal, text: string): number {
  out.write(text.endsWith('\n') ? text : `${text}\n`)
  return 0
}
