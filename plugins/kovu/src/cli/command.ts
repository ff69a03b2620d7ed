import { realpathSync } from 'node:fs'
import { resolve } from 'node:path'

import type { Command } from '@kovu/protocol'

import { KovuError } from '../error.ts'
import { plan } from '../graph/plan.ts'
import { version } from '../graph/version.ts'
import { makefile } from '../makefile.ts'
import { nearest } from '../nearest.ts'
import type { KovuOptions } from '../options.ts'
import { Progress, type Terminal } from '../report/progress.ts'
import { listProject } from '../report/list.ts'
import { checkNode, setUp } from '../targets/init.ts'
import { type Arguments, unknownOption } from './arguments.ts'
import { describe } from './describe.ts'
import { help, helpOf, helpOfVerb } from './help.ts'
import { checkProject, loadOffers, type Offers, type Project } from './project.ts'
import { Session } from './session.ts'

/** Verbs that are Kovu's own, and need no project. */
const verbs = ['makefile', 'new']

/** The preset's options that bring targets along. */
const optionsOf: ReadonlyMap<string, keyof KovuOptions> = new Map([
  ['settings', 'm4'],
  ['js', 'requirejs'],
  ['static', 'django'],
  ['testserver', 'vhosts'],
  ['vm', 'vm'],
  ['deb', 'deb'],
  ['publish', 'deb'],
  ['deploy', 'deploy'],
])

/**
 * Everything that `kovu` does when there is something to do.
 *
 * @param given The command line.
 * @param out Where lines go.
 * @returns The exit code.
 */
export async function command(given: Arguments, out: Terminal): Promise<number> {
  const progress = new Progress(out)
  // As git and npm have it: `kovu help css`.
  const [first, ...rest] = given.words
  const args = first === 'help' ? { ...given, words: rest, help: true } : given
  try {
    checkNode()
    if (args.version) return say(out, version())
    if (args.help && args.words.length === 0) return say(out, help)
    const verbHelp = args.help ? helpOfVerb(args.words[0] ?? '') : undefined
    if (verbHelp !== undefined) return say(out, verbHelp)
    return await dispatch({ ...args, root: resolve(args.root) }, progress, out)
  } catch (error) {
    progress.log.error(describe(error))
    return error instanceof KovuError && error.code === 'KOVU_USAGE' ? 2 : 1
  } finally {
    process.chdir(args.cwd)
    progress.close()
  }
}

async function dispatch(given: Arguments, progress: Progress, out: Terminal): Promise<number> {
  const [first = 'all'] = given.words
  const goals = given.words.length === 0 ? ['all'] : given.words
  const looking = given.list || given.help || given.graph !== undefined || given.dryRun
  if (first === 'new') {
    const { writeNew } = await import('../new/index.ts')
    return writeNew(given, progress.log)
  }
  // The config asks Django, so what installs Django cannot wait for the config.
  if (goals.includes('init') && !looking) await setUp(given.root, progress.log)
  checkProject(given)
  const args = inside(given)
  if (args.list || args.help) return say(out, tell(await loadOffers(args, goals), args))
  if (first === 'makefile') {
    const { graph, commands } = await loadOffers(args, goals)
    // A project may have something of its own under this name.
    if (!graph.has(first) && !commands.has(first)) {
      refuseForeign(args)
      return say(out, makefile(graph))
    }
  }
  const session = new Session(args, goals, progress)
  const project = await session.load()
  const call = callOf(project, args)
  if (call !== undefined) {
    const { verb, words } = call
    return (await verb.run({ root: project.config.root, args: words, log: progress.log })) ?? 0
  }
  refuseForeign(args)
  if (looking) return look(project, session, args, out)
  checkGoals(project, goals)
  return session.alone(async () => {
    session.open(project)
    if (args.watch) {
      const { watch } = await import('./watch.ts')
      return watch(session, project)
    }
    await session.run(project)
    return 0
  })
}

/**
 * Goes to the project's folder: plugins and configs look around where they are. It is there by its own name, so that it has one name
 * however it was reached.
 */
function inside(args: Arguments): Arguments {
  const root = realpathSync(args.root)
  process.chdir(root)
  return { ...args, root }
}

/**
 * The command that the words call, and its own words. One that is called as a target is (`vm`) is meant when a word of its own
 * follows: `kovu vm stop`. One may stand behind a target of the same plugin: `kovu static releases`. And `--in-place` is one with another spelling.
 */
function callOf(
  project: Project,
  { words, behind, inPlace }: Arguments,
): { readonly verb: Command; readonly words: readonly string[] } | undefined {
  const { graph, commands } = project
  const [first = '', next = ''] = words
  const inPlaceVerb = inPlace ? commands.get('in-place') : undefined
  if (inPlaceVerb) return { verb: inPlaceVerb, words }
  if (graph.has(first) && (next === '' || graph.has(next))) return undefined
  const verb = commands.get(first)
  if (verb !== undefined) return { verb, words: behind }
  const belonging = project.commandBehind(first, next)
  return belonging && { verb: belonging, words: behind.slice(behind.indexOf(next) + 1) }
}

/** What there is, or what the words mean. */
function tell(offers: Offers, args: Arguments): string {
  if (args.list) {
    refuseForeign(args)
    return listProject(offers)
  }
  const helps = args.words.flatMap((word) => helpOf(word, offers) ?? [])
  if (helps.length === 0) checkGoals(offers, args.words.slice(0, 1))
  return helps.join('\n')
}

/** Nobody has taken it: a command's option, or `--in-place` where no plugin has that command. */
function refuseForeign({ foreign, inPlace }: Arguments): void {
  const [unknown = inPlace ? '--in-place' : undefined] = foreign
  if (unknown !== undefined) throw unknownOption(unknown)
}

/** Shows something of the project, and runs nothing. */
async function look(
  project: Project,
  session: Session,
  args: Arguments,
  out: Terminal,
): Promise<number> {
  const goals = args.words.length === 0 ? ['all'] : args.words
  checkGoals(project, goals)
  session.open(project)
  if (args.graph !== undefined) {
    const { draw } = await import('../report/picture/index.ts')
    return say(out, draw(args.graph, session.graph(project), goals, session.history))
  }
  const due = session.due(project)
  if (due.length === 0) return say(out, 'nothing to do')
  return say(out, due.map(({ name, why }) => (args.why ? `${name}: ${why}` : name)).join('\n'))
}

/** A goal that is neither target nor command is named before anything runs, with the nearest of both. */
function checkGoals(project: Offers, goals: readonly string[]): void {
  for (const goal of goals) {
    if (project.graph.has(goal)) continue
    if (project.commands.has(goal)) {
      throw new KovuError(
        'KOVU_USAGE',
        `\`${goal}\` is a command, which runs by itself: \`kovu ${goal}\`.`,
      )
    }
    const option = optionsOf.get(goal)
    const near = nearest(goal, [...project.graph.keys(), ...project.commands.keys(), ...verbs])
    const hint =
      option !== undefined
        ? ` It comes with the option \`${option}\`: kovu({ ${option}: { … } }).`
        : near === undefined
          ? ''
          : ` Did you mean \`${near}\`?`
    throw new KovuError(
      'KOVU_UNKNOWN_TARGET',
      `There is no target or command \`${goal}\`.${hint} \`kovu --list\` shows all of them.`,
    )
  }
  plan(project.graph, goals)
}

function say(out: Terminal, text: string): number {
  out.write(text.endsWith('\n') ? text : `${text}\n`)
  return 0
}
