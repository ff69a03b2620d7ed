import { parseArgs } from 'node:util'

import { KovuError } from '../error.ts'

/** How `--graph` draws. */
export type GraphFormat = 'text' | 'dot' | 'svg' | 'html'

const formats: readonly string[] = ['text', 'dot', 'svg', 'html'] satisfies GraphFormat[]

/** A `kovu` command line, understood. */
export interface Arguments {
  /** Targets, or a command and its words. */
  readonly words: readonly string[]
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
  readonly help: boolean
  readonly version: boolean
}

/**
 * Reads a command line.
 *
 * @param argv The words after `kovu`.
 * @throws KovuError `KOVU_USAGE` for an option that does not exist or lacks its value.
 */
export function readArguments(argv: readonly string[]): Arguments {
  try {
    const { values, positionals } = parseArgs({
      // `--graph` alone is `--graph=text`.
      args: argv.map((word) => (word === '--graph' ? '--graph=text' : word)),
      allowPositionals: true,
      options: {
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
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean', short: 'v' },
      },
    })
    const { graph } = values
    if (graph !== undefined && !formats.includes(graph)) {
      throw new Error(`--graph draws ${formats.join(', ')}; there is no format '${graph}'.`)
    }
    return {
      words: positionals,
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
      help: values.help ?? false,
      version: values.version ?? false,
    }
  } catch (error) {
    throw new KovuError(
      'KOVU_USAGE',
      `${(error as Error).message}\n\`kovu --help\` shows what there is.`,
    )
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
