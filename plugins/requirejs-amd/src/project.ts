/** From the options to configurations with their modules: which public name `baseUrl` has, which files ids mean. */
import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, relative, resolve } from 'node:path'
import { normalizePath } from 'vite'
import { readBuildFile } from './config/build-file.ts'
import { publicPaths } from './config/file-paths.ts'
import { createIds } from './config/ids.ts'
import { mergeConfig } from './config/merge.ts'
import { joinPublic } from './config/normalize.ts'
import { readConfig } from './config/read.ts'
import { treesIn } from './module/kept.ts'
import type { RjsBuild } from './config/rjs.ts'
import { sourcesOf } from './config/sources.ts'
import type { Context, Project } from './context.ts'
import { AmdError, noteSentence } from './error.ts'
import { npmPackages } from './esm/npm.ts'
import { createGraph } from './graph/index.ts'
import { PluginHost } from './loader-plugins/foreign/index.ts'
import { pluginConfig, pluginHome } from './loader-plugins/foreign/config.ts'
import type { Peers } from './peers.ts'
import type { BuildFile, Found, Graph, RequireConfig, Source, SourceMapLike } from './types.ts'

/**
 * Reads the build files and the configuration that the options name.
 *
 * @returns One project for each build file; else one for `config`; else none.
 * @throws An {@link AmdError} with its place.
 */
export async function readProjects(context: Context, peers: Peers): Promise<readonly Project[]> {
  const { options } = context
  const { root } = context.config
  const builds = [options.build ?? []].flat<
    (string | RjsBuild | readonly (string | RjsBuild)[])[]
  >()
  const extra = await readExtra(context, peers)
  // Entries that no build file can take have an empty one.
  const alone = builds.length === 0 && options.entries !== undefined
  if (alone) builds.push({ baseUrl: '.', dir: '.' })
  const projects: Project[] = []
  for (const input of builds) {
    const build = await readBuildFile(input, {
      root,
      locate: (path, appDir) => locate(path, appDir, peers),
    })
    for (const note of build.notes) context.config.logger.warn(noteSentence(build.file, note))
    const prefix = alone ? (extra?.prefix ?? '') : prefixOf(build, peers)
    const { outside } = publicPaths(build.config, build.baseUrl, prefix, (path) =>
      peers.nameOf(path),
    )
    for (const { key, file } of outside) {
      context.config.logger.warn(
        `${build.file ?? 'build file'}: \`${key}\` leads to ${file}, which is in no folder of static files. What is below it has no URL, and is left out.`,
      )
    }
    projects.push(
      createProject(context, peers, {
        build,
        prefix,
        config: extra ? mergeConfig(build.config, extra.config) : build.config,
        dynamic: { ...build.dynamic, ...extra?.dynamic },
        watch: [...build.watch, ...(extra?.watch ?? [])],
      }),
    )
  }
  if (projects.length === 0 && extra)
    projects.push(createProject(context, peers, { build: undefined, ...extra }))
  return projects
}

/** What {@link createProject} is told. */
export type ProjectParts = Omit<
  Project,
  'ids' | 'graph' | 'sources' | 'layers' | 'plugins' | 'cache'
>

/** Adds ids and graph to a configuration. */
export function createProject(context: Context, peers: Peers, parts: ProjectParts): Project {
  const { dynamic, prefix, build } = parts
  const nameOf = (path: string): string | undefined => peers.nameOf(path)
  const config = build
    ? publicPaths(parts.config, build.baseUrl, prefix, nameOf).config
    : parts.config
  const raw = new Map<string, string>()
  const fixed = context.config.command === 'build'
  const lookUp = (publicName: string): Found | undefined =>
    raw.has(publicName) && build !== undefined
      ? { file: `${build.baseUrl}/${publicName}`, source: build.file ?? build.folder }
      : peers.find(publicName)
  const find = fixed ? once(lookUp) : lookUp
  const ids = createIds({ config, dynamic, prefix, find, fixed })
  // Sources are changed for a build only: in development RequireJS would read them as they are.
  const forBuild = context.config.command === 'build' ? build : undefined
  for (const [id, text] of Object.entries(forBuild?.rawText ?? {})) {
    const publicName = ids.toPublicName(id)
    if (publicName !== undefined) raw.set(publicName, text)
  }
  const sources =
    forBuild && sourcesOf(forBuild.sources, (id) => Object.hasOwn(config.shim ?? {}, id))
  const read = async (found: Found, publicName: string): Promise<Source> => {
    const code = raw.get(publicName)
    return code === undefined
      ? readFound(found, fixed)
      : { code, watch: [found.source ?? found.file] }
  }
  const cache = context.cache()
  const names = (): Iterable<string> => peers.list()
  const npm = npmPackages(context.config.root)
  const home = build === undefined ? '' : pluginHome(build, prefix, nameOf)
  const plugins =
    forBuild &&
    new PluginHost({
      ids,
      module: (id) => graph.module(id),
      find: (publicName) => peers.find(publicName)?.file,
      list: () => peers.list(),
      home,
      root: context.config.root,
      config: pluginConfig(forBuild, prefix, home, nameOf),
      logger: context.config.logger,
    })
  const graph: Graph = createGraph({
    ids,
    find,
    read,
    fixed,
    transform: sources?.trace,
    derives: peers.derives,
    trees: treesIn(cache),
    write: plugins && ((plugin, resource) => plugins.write(plugin, resource)),
    names,
    npm,
  })
  const layers = new Map(
    (build?.modules ?? []).flatMap((module) =>
      module.own === undefined
        ? []
        : [
            [
              module,
              createProject(context, peers, {
                ...parts,
                build: module.own,
                config: mergeConfig(config, module.own.config),
              }),
            ],
          ],
    ),
  )
  return { ...parts, config, ids, graph, sources, layers, plugins, cache }
}

/** A function of names, asked once for each. */
function once<T>(ask: (name: string) => T): (name: string) => T {
  const known = new Map<string, T>()
  return (name) => {
    if (!known.has(name)) known.set(name, ask(name))
    return known.get(name) as T
  }
}

/** The text of a file, or what its derivation makes of the source. */
async function readFound(found: Found, atOnce: boolean): Promise<Source> {
  if (!found.derived || found.source === undefined) {
    // Nobody waits beside a build, and a file of a few lines takes a promise's way five times as long.
    const code = atOnce ? readFileSync(found.file, 'utf8') : await readFile(found.file, 'utf8')
    return { code, watch: [found.file] }
  }
  const { code, map, watch } = await found.derived.render(found.source)
  return { code, watch, map: map === undefined ? undefined : (JSON.parse(map) as SourceMapLike) }
}

/** The public name of a URL in a configuration, or undefined when it is no URL of the static files. */
export function publicOfUrl(url: string, base: string, peers: Peers): string | undefined {
  const withSlash = url.endsWith('/') ? url : `${url}/`
  const statics = peers.statics?.url
  const starts = [base, ...(statics === undefined ? [] : [statics, pathOf(statics)])]
  const start = starts.find(
    (candidate) => /^(?:\w+:)?\//.test(candidate) && withSlash.startsWith(candidate),
  )
  if (start !== undefined) return withSlash.slice(start.length).replace(/\/$/, '')
  return /^(?:\w+:)?\//.test(url) ? undefined : joinPublic('', url)
}

function pathOf(url: string): string {
  return /^\w+:\/\//.test(url) ? new URL(url).pathname : url
}

interface Extra {
  readonly prefix: string
  readonly config: RequireConfig
  readonly dynamic: Readonly<Record<string, string>>
  readonly watch: readonly string[]
}

/** The `config` option. */
async function readExtra(context: Context, peers: Peers): Promise<Extra | undefined> {
  const option = context.options.config
  if (option === undefined) return undefined
  const { root, base } = context.config
  const file = typeof option === 'string' ? normalizePath(resolve(root, option)) : undefined
  const read =
    typeof option === 'object'
      ? { config: option, dynamic: {} }
      : readConfig(await readConfigFile(file as string), { file: file as string })
  if (!read) {
    throw new AmdError(
      'REQUIREJS_AMD_CONFIG',
      `${file} has no require.config() call with an object literal.`,
      {
        file: file as string,
      },
    )
  }
  const { baseUrl, ...config } = read.config
  const name = file === undefined ? undefined : peers.nameOf(file)
  const prefix =
    baseUrl === undefined
      ? name === undefined || !name.includes('/')
        ? ''
        : name.slice(0, name.lastIndexOf('/'))
      : publicOfUrl(baseUrl, base, peers)
  if (prefix === undefined) {
    throw new AmdError(
      'REQUIREJS_AMD_OUTSIDE',
      `The baseUrl '${baseUrl}' is no URL of the static files (they are below '${peers.statics?.url ?? base}').`,
      file === undefined ? undefined : { file },
    )
  }
  return { prefix, config, dynamic: read.dynamic, watch: file === undefined ? [] : [file] }
}

async function readConfigFile(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    throw new AmdError(
      'REQUIREJS_AMD_CONFIG',
      `The option \`config\` names ${file}, which cannot be read.`,
      undefined,
      {
        cause,
      },
    )
  }
}

/** The public name of a build file's `baseUrl`. */
function prefixOf(build: BuildFile, peers: Peers): string {
  const below = (dir: string): string | undefined => {
    const path = relative(dir, build.baseUrl) && normalizePath(relative(dir, build.baseUrl))
    return path === '..' || path.startsWith('../') || /^(?:\w:)?\//.test(path) ? undefined : path
  }
  const root = peers.statics?.root
  const inRoot = root === undefined ? undefined : below(normalizePath(root))
  if (inRoot !== undefined) return inRoot
  if (build.appDir !== undefined) {
    // A folder that no finder knows is what a Makefile collects into: the static root itself.
    const name = peers.nameOf(build.appDir) ?? ''
    const prefix = joinPublic(name, normalizePath(relative(build.appDir, build.baseUrl)))
    if (prefix !== undefined) return prefix
  }
  const name = peers.nameOf(build.baseUrl)
  if (name !== undefined) return name
  throw new AmdError(
    'REQUIREJS_AMD_OUTSIDE',
    `The baseUrl ${build.baseUrl} is in no folder of static files, so its modules have no public names. Point \`baseUrl\` into one, or set \`appDir\` to the folder that stands for the static root.`,
    build.file === undefined ? undefined : { file: build.file },
  )
}

/** The source of a path in a folder that only a Makefile or collectstatic fills. */
function locate(path: string, appDir: string | undefined, peers: Peers): string | undefined {
  const tops = [
    peers.statics?.root,
    appDir !== undefined && peers.nameOf(appDir) === undefined ? appDir : undefined,
  ]
  for (const top of tops) {
    if (top === undefined) continue
    const name = normalizePath(relative(top, path))
    if (name.startsWith('..')) continue
    const found = peers.find(name)
    if (found) return found.source ?? found.file
  }
  return undefined
}

/** Folder of a public name. */
export function folderOfName(publicName: string): string {
  const folder = dirname(publicName)
  return folder === '.' ? '' : folder
}
