import { parseArgs, type ParseArgsConfig } from 'node:util'

import { KovuError } from '../error.ts'
import { nearest } from '../nearest.ts'

/** How `--graph` draws. */
export type GraphFormat = 'text' | 'dot' | 'svg' | 'html'

const formats: readonly GraphFormat[] = ['text', 'dot', 'svg', 'html']

/** A `kovu` command line, understood. */
export interface Arguments {
  /** Targets, or a command and its words. */
  readonly words: readonly string[]
  /** What stands behind the first word, options of the command's own included, as it was written. */
  readonly behind: readonly string[]
  /** Options behind the first word that are not Kovu's: only a command may know them. */
  readonly foreign: readonly string[]
  readonly root: string
  /** The folder that the command was called in, absolute. */
  readonly cwd: string
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
  const { words, behind, foreign, texts, flags } = split(withFormat(argv))
  const graph = texts.get('graph')
  if (graph !== undefined && !isFormat(graph))
    throw usage(`--graph draws ${formats.join(', ')}; there is no format '${graph}'.`)
  if (flags.has('ci') && words.length === 0)
    throw usage(
      '`--ci` is an option of `kovu new`. What a build server runs is the target `kovu ci`.',
    )
  return {
    words,
    behind,
    foreign,
    root: texts.get('root') ?? process.cwd(),
    cwd: process.cwd(),
    config: texts.get('config'),
    mode: texts.get('mode'),
    force: flags.has('force'),
    dryRun: flags.has('dry-run'),
    why: flags.has('why'),
    watch: flags.has('watch'),
    list: flags.has('list'),
    graph,
    ci: flags.has('ci'),
    inPlace: flags.has('in-place'),
    help: flags.has('help'),
    version: flags.has('version'),
  }
}

/** `--graph` alone is `--graph=text`; a format may also stand behind it as a word of its own, as a mode does behind `--mode`. */
function withFormat(argv: readonly string[]): string[] {
  return argv.flatMap((word, index) => {
    const next = argv[index + 1] ?? ''
    if (word === '--graph') return isFormat(next) ? `--graph=${next}` : '--graph=text'
    return argv[index - 1] === '--graph' && isFormat(word) ? [] : word
  })
}

function isFormat(word: string): word is GraphFormat {
  return (formats as readonly string[]).includes(word)
}

/** What is wrong with a command line. */
function usage(message: string): KovuError {
  return new KovuError('KOVU_USAGE', `${message}\n\`kovu --help\` shows what there is.`)
}

/** What is wrong with an option that nobody knows: names the nearest there is. */
export function unknownOption(rawName: string): KovuError {
  const near = nearest(rawName.replace(/^-+|=.*$/gs, ''), Object.keys(options))
  return usage(
    `Unknown option '${rawName}'.${near === undefined ? '' : ` Did you mean '--${near}'?`}`,
  )
}

/** A command line in its parts. */
interface Split extends Pick<Arguments, 'words' | 'behind' | 'foreign'> {
  readonly texts: ReadonlyMap<string, string>
  readonly flags: ReadonlySet<string>
}

/**
 * Takes a command line apart.
 *
 * @throws KovuError `KOVU_USAGE`.
 */
function split(args: string[]): Split {
  const { tokens } = parseArgs({
    args,
    allowPositionals: true,
    strict: false,
    tokens: true,
    options,
  })
  const first = tokens.find(({ kind }) => kind === 'positional')?.index ?? Infinity
  const foreign = new Set<number>()
  for (const token of tokens) {
    if (token.kind !== 'option' || Object.hasOwn(options, token.name)) continue
    if (token.index < first) throw unknownOption(token.rawName)
    foreign.add(token.index)
  }
  const words: string[] = []
  const texts = new Map<string, string>()
  const flags = new Set<string>()
  // The root, the config and the mode are never a command's business.
  const taken = new Set<number>()
  for (const token of tokens) {
    if (foreign.has(token.index)) continue
    if (token.kind === 'positional') words.push(token.value)
    else if (token.kind === 'option-terminator') taken.add(token.index)
    else if (isText(token.name)) {
      texts.set(token.name, valueOf(token))
      if (token.name !== 'graph') taken.add(token.index)
      if (token.inlineValue === false) taken.add(token.index + 1)
    } else if (token.value === undefined) flags.add(token.name)
    else throw usage(`Option '${token.rawName}' does not take a value.`)
  }
  return {
    words,
    behind: args.filter((_, index) => index > first && !taken.has(index)),
    foreign: args.filter((_, index) => foreign.has(index)),
    texts,
    flags,
  }
}

function isText(name: string): boolean {
  return options[name as keyof typeof options].type === 'string'
}

function valueOf(option: {
  readonly rawName: string
  readonly value?: string | undefined
  readonly inlineValue?: boolean | undefined
}): string {
  const { rawName, value, inlineValue } = option
  if (value === undefined || value === '' || (inlineValue !== true && value.startsWith('-')))
    throw usage(`Option '${rawName}' needs a value.`)
  return value
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

/** Goals whose end is told to those who wait elsewhere. */
const told = new Set(['ci', 'publish', 'deploy'])

/** Is somebody told how the run has ended? */
export function isTold(goals: readonly string[]): boolean {
  return goals.some((name) => told.has(name))
}

/** Is one of the goals a server? */
export function isServing(goals: readonly string[]): boolean {
  return goals.some((name) => servers.has(name))
}

/** The mode as a command line asks for it, before any config is read. */
export function askedMode({ mode }: Pick<Arguments, 'mode'>, goals: readonly string[]): string {
  const building = !isServing(goals) && goals.some((name) => builders.has(name))
  return mode ?? (building ? 'production' : 'development')
}
