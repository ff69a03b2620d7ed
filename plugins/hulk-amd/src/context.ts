import fs from 'node:fs/promises'
import path from 'node:path'
import { debuglog } from 'node:util'
import type { KovuApi, KovuPluginApi, Statics } from '@kovu/protocol'
import { toLocatedError } from './error.ts'
import { readInclude, type Include } from './include.ts'
import { derivedSuffixes, type Suffixes } from './names.ts'
import type { ResolvedOptions } from './options.ts'
import { parseTemplate, trimmed, type ParsedTemplate } from './template/index.ts'

/** Lines for developers of this plugin: `NODE_DEBUG=kovu:hulk-amd`. */
export const debug: ReturnType<typeof debuglog> = debuglog('kovu:hulk-amd')

/** What the sub-plugins of one `hulkAmd()` call know together. */
export interface Context {
  readonly options: ResolvedOptions
  /** Absolute, forward slashes. Vite's root, or the working directory under Rollup. */
  root: string
  include: Include
  suffixes: readonly Suffixes[]
  /** Ids that may be templates: by their suffix, with or without a query. */
  readonly templateRE: RegExp
  peers: readonly KovuApi[]
  /** Is this a development server? */
  serve: boolean
  /** Says something to the user where no hook of Rollup's does. */
  warn: (text: string) => void
  /** What was last said of a file: a page that asks for it again is no news. */
  readonly told: Map<string, string>
  /** Files with partials that were not found, with the names looked for. */
  readonly missing: Map<string, ReadonlySet<string>>
}

/** A file that has been read as a template. */
export interface TemplateFile extends ParsedTemplate {
  readonly content: string
}

/** Makes the context before any config is known. */
export function createContext(options: ResolvedOptions): Context {
  const root = slashed(process.cwd())
  const include = readInclude(options.include, root)
  return {
    options,
    root,
    include,
    suffixes: derivedSuffixes(include.suffixes, options),
    templateRE: new RegExp(
      `(?:${include.suffixes.map((one) => one.replaceAll('.', '\\.')).join('|')})(?:\\?|$)`,
    ),
    peers: [],
    serve: false,
    warn: console.warn,
    told: new Map(),
    missing: new Map(),
  }
}

/** Takes over what the resolved config says. */
export function configure(
  context: Context,
  config: {
    readonly root: string
    readonly command: string
    readonly plugins: readonly { readonly api?: unknown }[]
    readonly logger: { warn(text: string): void }
  },
): void {
  context.root = slashed(config.root)
  context.include = readInclude(context.options.include, context.root)
  context.suffixes = derivedSuffixes(context.include.suffixes, context.options)
  context.serve = config.command === 'serve'
  context.warn = (text) => config.logger.warn(text)
  context.peers = config.plugins
    .map(({ api }) => (api as Partial<KovuPluginApi> | undefined)?.kovu)
    .filter((api) => api !== undefined)
}

/** The index of whoever knows Django's finders, or undefined. */
export async function staticsOf(context: Context): Promise<Statics | undefined> {
  return context.peers.find(knowsStatics)?.statics?.()
}

/** Does a peer know Django's finders, and so serve derived names? */
export function knowsStatics(peer: KovuApi): boolean {
  return 'statics' in peer
}

/**
 * Reads a template's file.
 *
 * @throws A located error when it is no well-formed template.
 */
export async function readTemplate(file: string): Promise<TemplateFile> {
  return parseFile(file, await fs.readFile(file, 'utf8'))
}

/** The same for a content at hand, and as it is read for ES modules with the `spec` option. */
export function parseFile(file: string, content: string, spec = false): TemplateFile {
  try {
    return { content, ...parseTemplate(content, spec) }
  } catch (error) {
    throw toLocatedError(error, file, content, trimmed(content).shift)
  }
}

/** A path with forward slashes. */
export function slashed(file: string): string {
  return path.sep === '/' ? file : file.replaceAll(path.sep, '/')
}
