/** The option `entries`: which modules pages begin with, for sites whose build file does not say. */
import { readdir, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { normalizePath } from 'vite'
import type { Context, Project } from '../context.ts'
import { planEntries } from './shared.ts'
import { AmdError, type Place } from '../error.ts'
import type { Peers } from '../peers.ts'
import type { Ids } from '../types.ts'

/** What the option `entries` means on a site. */
export interface Entries {
  /** Normalized ids, each once, sorted. */
  readonly ids: readonly string[]
  /** Templates that name entries. */
  readonly watch: readonly string[]
}

/** Where {@link readEntries} looks. */
export interface EntriesOptions {
  /** Folder that templates are looked for in. */
  readonly root: string
  /** Folders below it that hold no templates (output folders). */
  readonly skip: readonly string[]
  readonly ids: Ids
  /** Every public name. */
  readonly names: () => Iterable<string>
}

/**
 * Gives the first project whose build file makes several files the layers of the option `entries`.
 *
 * @param projects The projects of the build files.
 * @returns The projects; the same ones without the option.
 */
export async function withEntries(
  context: Context,
  peers: Peers,
  projects: readonly Project[],
): Promise<readonly Project[]> {
  if (patternsOf(context).length === 0) return projects
  const project = projects.find(({ build }) => build?.single === false)
  if (!project?.build) {
    throw new AmdError(
      'REQUIREJS_AMD_ENTRIES',
      '`entries` need a build that makes several files, and each build file has `out`: add one with `dir`.',
    )
  }
  const { build, ids, graph, prefix } = project
  const entries = await entriesOf(context, peers, project)
  const planned = new Set(build.modules.map(({ name }) => name && ids.normalize(name)))
  const fresh = entries.ids.filter((id) => !planned.has(id))
  const top = '../'.repeat(prefix === '' ? 0 : prefix.split('/').length)
  const modules = [...build.modules, ...(await planEntries(graph, fresh, top))]
  const watch = [...project.watch, ...entries.watch]
  const extended = { ...project, build: { ...build, modules }, watch }
  return projects.map((one) => (one === project ? extended : one))
}

/**
 * What the option `entries` means under a project's configuration.
 *
 * @throws What {@link readEntries} throws.
 */
export async function entriesOf(
  context: Context,
  peers: Peers,
  { build, ids }: Project,
): Promise<Entries> {
  const { config } = context
  const outputs = [config.build.outDir, peers.statics?.root ?? 'node_modules', build?.dir ?? '']
  return readEntries(patternsOf(context), {
    root: config.root,
    skip: outputs.map((path) => normalizePath(resolve(config.root, path))),
    ids,
    names: () => peers.list(),
  })
}

function patternsOf({ options }: Context): readonly string[] {
  return [options.entries ?? []].flat()
}

interface Named {
  readonly id: string
  readonly place: Place | undefined
}

const templateFile = /\.(?:html?|djhtml|jinja2?|j2|txt|xml)$/
const otherFolder = /^(?:\..*|node_modules|bower_components|__pycache__|v?env|site-packages)$/

/**
 * Finds the entries that patterns name.
 *
 * @param patterns Ids; globs of public names; or template tags with a quoted placeholder for the id.
 * @throws {AmdError} `REQUIREJS_AMD_ENTRIES` where a pattern finds nothing, or an id has no static file.
 */
export async function readEntries(
  patterns: readonly string[],
  options: EntriesOptions,
): Promise<Entries> {
  const { ids } = options
  const found = new Map<string, Named>()
  const watch = new Set<string>()
  const tags = patterns.filter(isTag)
  const templates = tags.length > 0 ? await readTemplates(options) : []
  for (const pattern of patterns) {
    const named = isTag(pattern)
      ? fromTemplates(pattern, templates)
      : isGlob(pattern)
        ? fromNames(pattern, options)
        : [{ id: pattern, place: undefined }]
    if (named.length === 0) {
      const what = isTag(pattern) ? `no template below ${options.root}` : 'no static file'
      throw new AmdError(
        'REQUIREJS_AMD_ENTRIES',
        `The pattern \`${pattern}\` of \`entries\` matches ${what}.`,
      )
    }
    for (const entry of named) {
      const id = ids.normalize(entry.id)
      if (entry.place) watch.add(entry.place.file)
      if (!found.has(id)) found.set(id, entry)
    }
  }
  for (const [id, { place }] of found) {
    const resolved = ids.locate(id)
    if (resolved.kind === 'module') continue
    const reason =
      resolved.kind === 'missing'
        ? `there is no static file ${resolved.publicName}`
        : 'it is no module of the static files'
    throw new AmdError('REQUIREJS_AMD_ENTRIES', `'${id}' is no entry: ${reason}.`, place)
  }
  return { ids: [...found.keys()].sort(), watch: [...watch].sort() }
}

/** Is it a piece of a template, with a quoted placeholder? */
function isTag(pattern: string): boolean {
  return /["']/.test(pattern)
}

function isGlob(pattern: string): boolean {
  return /[*?{[]/.test(pattern)
}

interface Template {
  readonly file: string
  readonly text: string
}

function fromTemplates(pattern: string, templates: readonly Template[]): Named[] {
  const tag = tagPattern(pattern)
  return templates.flatMap(({ file, text }) =>
    [...text.matchAll(tag)].map((match) => ({
      id: match[1] ?? match[2] ?? '',
      place: { file, text, offset: match.index },
    })),
  )
}

/** A tag as it may be written: with either quotes, and more or fewer blanks. */
function tagPattern(pattern: string): RegExp {
  const [, before = '', after = ''] = /^([^"']*)(?:"[^"]*"|'[^']*')(.*)$/s.exec(pattern) ?? []
  return new RegExp(`${loose(before)}(?:"([^"{}]+)"|'([^'{}]+)')${loose(after)}`, 'g')
}

function loose(text: string): string {
  return text
    .split(/(\s+)/)
    .map((part, at, parts) => {
      if (!/^\s+$/.test(part)) return escape(part)
      const beside = /\w$/.test(parts[at - 1] ?? '') && /^\w?/.test(parts[at + 1] ?? '')
      return beside ? String.raw`\s+` : String.raw`\s*`
    })
    .join('')
}

function escape(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`)
}

/** Every template below a folder, but for folders that hold none. */
export async function readTemplates({
  root,
  skip,
}: Pick<EntriesOptions, 'root' | 'skip'>): Promise<Template[]> {
  const files: string[] = []
  const visit = async (folder: string): Promise<void> => {
    const inner: string[] = []
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const path = normalizePath(join(folder, entry.name))
      if (entry.isDirectory()) {
        if (!otherFolder.test(entry.name) && !skip.includes(path)) inner.push(path)
      } else if (templateFile.test(entry.name)) files.push(path)
    }
    await Promise.all(inner.map(visit))
  }
  await visit(root)
  return Promise.all(
    files.sort().map(async (file) => ({ file, text: await readFile(file, 'utf8') })),
  )
}

function fromNames(pattern: string, { ids, names }: EntriesOptions): Named[] {
  const glob = globPattern(pattern)
  const found: Named[] = []
  for (const name of names()) {
    if (!name.endsWith('.js') || !(glob.test(name) || glob.test(name.slice(0, -3)))) continue
    const id = ids.idOf(name)
    if (id === undefined) {
      throw new AmdError(
        'REQUIREJS_AMD_ENTRIES',
        `\`${pattern}\` of \`entries\` matches ${name}, which has no id below baseUrl ('${ids.prefix}').`,
      )
    }
    found.push({ id, place: undefined })
  }
  return found
}

/** `**` (any folders), `*`, `?`, `{a,b}` and `[ab]`, as a regular expression. */
function globPattern(glob: string): RegExp {
  let depth = 0
  const source = glob.replaceAll(/\*\*\/|\*\*|\*|\?|\{|\}|,|\[[^\]]*\]|[^*?{},[]+|\[/g, (part) => {
    switch (part) {
      case '**/':
        return '(?:[^/]+/)*'
      case '**':
        return '.*'
      case '*':
        return '[^/]*'
      case '?':
        return '[^/]'
      case '{':
        depth++
        return '(?:'
      case '}':
        depth--
        return ')'
      case ',':
        return depth > 0 ? '|' : ','
      default:
        return part.length > 2 && part.startsWith('[') ? part : escape(part)
    }
  })
  return new RegExp(`^${source}$`)
}
