import { parseArgs, type ParseArgsConfig } from 'node:util'

import { KovuError } from '../error.ts'

/** How `--graph` draws. */
export type GraphFormat = 'text' | 'dot' | 'svg' | 'html'

const formats: readonly string[] = ['text', 'dot', 'svg', 'html'] satisfies GraphFormat[]

/** A `kovu` command line, understood. */
export interface Arguments {
  /** Targets, or a command and its words. */
  readonly words: readonly string[]
  /** What stands behind the first word, options of the command's own included, as it was written. */
  readonly behind: readonly string[]
  /** Options behind the first word that are not Kovu's: only a command may know them. */
  readonly foreign: readonly string[]
  readonly root: string
  readonly config: string | undefined
  readonly mode: string | undefined
  readonly force: boolean
  readonly dryRun: boolean
  readonly why: boolean
  readonly watch: boolean
  readonly list: boolean
  readonly graph: GraphFormat | undefined
  readonly ci: boolean
  readonly inPlace: boolean
  readonly help: boolean
  readonly version: boolean
}

const options = {
  root: { type: 'string' },
  config: { type: 'string', short: 'c' },
  mode: { type: 'string', short: 'm' },
  force: { type: 'boolean', short: 'B' },
  'dry-run': { type: 'boolean', short: 'n' },
  why: { type: 'boolean' },
  watch: { type: 'boolean', short: 'w' },
  list: { type: 'boolean', short: 'l' },
  graph: { type: 'string' },
  ci: { type: 'boolean' },
  'in-place': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
} as const satisfies ParseArgsConfig['options']

/**
 * Reads a command line. Options that Kovu does not know may stand behind the first word: they are a command's
 * (`kovu trust --dry-run`), and whoever finds no such command refuses them.
 *
 * @param argv The words after `kovu`.
 * @throws KovuError `KOVU_USAGE` for an option before the first word that does not exist, or one that lacks its value.
 */
export function readArguments(argv: readonly string[]): Arguments {
  try {
    // `--graph` alone is `--graph=text`.
    const args = argv.map((word) => (word === '--graph' ? '--graph=text' : word))
    const { own, behind, foreign } = split(args)
    const { values, positionals } = parseArgs({ args: own, allowPositionals: true, options })
    const { graph } = values
    if (graph !== undefined && !formats.includes(graph)) {
      throw new Error(`--graph draws ${formats.join(', ')}; there is no format '${graph}'.`)
    }
    return {
      words: positionals,
      behind,
      foreign,
      root: values.root ?? process.cwd(),
      config: values.config,
      mode: values.mode,
      force: values.force ?? false,
      dryRun: values['dry-run'] ?? false,
      why: values.why ?? false,
      watch: values.watch ?? false,
      list: values.list ?? false,
      graph: graph as GraphFormat | undefined,
      ci: values.ci ?? false,
      inPlace: values['in-place'] ?? false,
      help: values.help ?? false,
      version: values.version ?? false,
    }
  } catch (error) {
    throw usage((error as Error).message)
  }
}

/** What is wrong with a command line. */
export function usage(message: string): KovuError {
  return new KovuError('KOVU_USAGE', `${message}\n\`kovu --help\` shows what there is.`)
}

/** Takes a command's own options out of a command line, so that the rest can be read strictly. */
function split(args: string[]): { own: string[]; behind: string[]; foreign: string[] } {
  const { tokens } = parseArgs({
    args,
    allowPositionals: true,
    strict: false,
    tokens: true,
    options,
  })
  const first = tokens.find(({ kind }) => kind === 'positional')?.index ?? Infinity
  const later = tokens.filter(({ index }) => index > first)
  const isForeign = (token: (typeof tokens)[number]): boolean =>
    token.kind === 'option' && !Object.hasOwn(options, token.name)
  const foreign = new Set(later.filter(isForeign).map(({ index }) => index))
  // The root, the config and the mode are never a command's business.
  const taken = new Set<number>()
  for (const token of later) {
    if (token.kind === 'option-terminator') taken.add(token.index)
    if (token.kind !== 'option' || !['root', 'config', 'mode'].includes(token.name)) continue
    taken.add(token.index)
    if (token.inlineValue === false) taken.add(token.index + 1)
  }
  return {
    own: args.filter((_, index) => !foreign.has(index)),
    behind: args.filter((_, index) => index > first && !taken.has(index)),
    foreign: args.filter((_, index) => foreign.has(index)),
  }
}

/** Targets that serve. */
const servers = new Set(['testserver'])

/** Targets whose work goes to production, unless a mode is given. All else (a set-up, services, a command) is a developer's. */
const builders = new Set([
  'all',
  'css',
  'templates',
  'js',
  'static',
  'deb',
  'publish',
  'ci',
  'deploy',
])

/** Is one of the goals a server? */
export function isServing(goals: readonly string[]): boolean {
  return goals.some((name) => servers.has(name))
}

/** The mode as a command line asks for it, before any config is read. */
export function askedMode({ mode }: Pick<Arguments, 'mode'>, goals: readonly string[]): string {
  const building = !isServing(goals) && goals.some((name) => builders.has(name))
  return mode ?? (building ? 'production' : 'development')
}
