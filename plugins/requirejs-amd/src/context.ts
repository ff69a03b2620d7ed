/** What one call of `requirejsAmd()` knows; every hook gets the same one. */
import { join } from 'node:path'
import type { ResolvedConfig } from 'vite'
import { Cache } from './cache.ts'
import type { RequirejsAmdOptions } from './options.ts'
import { findPeers, type Peers } from './peers.ts'
import { readProjects } from './project.ts'
import type { Sources } from './config/sources.ts'
import type { PluginHost } from './loader-plugins/foreign/index.ts'
import type { BuildFile, BuildModule, Graph, Ids, RequireConfig } from './types.ts'

/** A RequireJS configuration with its modules: one for each build file, or the one found in a `data-main` file. */
export interface Project {
  /** The build file; undefined when there is only a configuration. */
  readonly build: BuildFile | undefined
  /** Public name of `baseUrl`, without slashes at its ends. */
  readonly prefix: string
  /** The pages' configuration as far as it is known before they run; `baseUrl` is left out. */
  readonly config: RequireConfig
  /** Source text of the configuration's functions, by dotted path. */
  readonly dynamic: Readonly<Record<string, string>>
  readonly ids: Ids
  readonly graph: Graph
  /** What the build file has done to sources; undefined in development, where they are read as they are. */
  readonly sources: Sources | undefined
  /** The layers that override keys of the build file, with the project that they are then part of. */
  readonly layers: ReadonlyMap<BuildModule, Project>
  /** Loader plugins of the site, which write into layers; undefined in development. */
  readonly plugins: PluginHost | undefined
  /** What earlier runs worked out, if anything is kept. */
  readonly cache: Cache | undefined
  /** Files that the configuration was read from. */
  readonly watch: readonly string[]
}

/** One plugin call. */
export interface Context {
  readonly options: RequirejsAmdOptions
  /** Vite's configuration. Set by `configResolved`, and not to be read before. */
  config: ResolvedConfig
  /** The plugins beside this one. Asked at the first call. */
  peers(): Promise<Peers>
  /** One project for each build file, in the order of the option; one for `config` alone; else none. */
  projects(): Promise<readonly Project[]>
  /** What earlier runs worked out; undefined where nothing is kept (`cache: false`, plain Rollup). */
  cache(): Cache | undefined
  /** Forgets peers and projects (a build file or a configuration changed; a new build starts). */
  reset(): void
}

/**
 * Makes the context of a plugin call.
 *
 * @param options What the user gave.
 */
export function createContext(options: RequirejsAmdOptions): Context {
  let peers: Promise<Peers> | undefined
  let projects: Promise<readonly Project[]> | undefined
  let cache: Cache | undefined
  const context: Context = {
    options,
    config: undefined as unknown as ResolvedConfig,
    peers: () => (peers ??= findPeers(context.config)),
    projects: () => (projects ??= context.peers().then((found) => readProjects(context, found))),
    cache() {
      const { cacheDir } = context.config
      if (options.cache === false || !cacheDir) return undefined
      return (cache ??= new Cache(join(cacheDir, 'kovu', 'requirejs-amd')))
    },
    reset() {
      peers = undefined
      projects = undefined
    },
  }
  return context
}
