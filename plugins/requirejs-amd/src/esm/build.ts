/** ES modules that AMD modules reach, in a build: Rolldown bundles them, and the AMD modules get them as modules of their own. */
import type { Rolldown } from 'vite'
import type { Context, Project } from '../context.ts'
import type { Peers } from '../peers.ts'
import { chunksOf, reached } from './bundle.ts'
import { classicModules } from './classic-modules.ts'
import { nativeModules } from './native-modules.ts'
import { Parts } from './parts.ts'

/** The ES modules of one build. */
export class EsmBuild {
  readonly #context: Context
  readonly #parts = new Parts()
  readonly #imported = new Map<Project, Set<string>>()

  constructor(context: Context) {
    this.#context = context
  }

  /** Does no AMD module reach an ES module? */
  get isEmpty(): boolean {
    return this.#parts.isEmpty
  }

  /** Begins a new build: asks Rolldown for the ES modules that the layers of build files reach. */
  async start(plugin: Rolldown.PluginContext, projects: readonly Project[]): Promise<void> {
    this.#parts.clear()
    this.#imported.clear()
    for (const project of projects) {
      const { build, ids } = project
      const modules = build?.modules ?? []
      const named = modules.flatMap(({ name, create }) => (create ? [] : (name ?? [])))
      const included = modules.flatMap(({ include }) => include)
      const all = [...(build?.config.deps ?? []), ...named, ...included].map((id) =>
        ids.normalize(id),
      )
      await this.#parts.reach(plugin, project, all)
      for (const layer of project.layers.values()) await this.#parts.reach(plugin, layer, all)
    }
  }

  /** An ES module imports an AMD module, which may need ES modules in turn. */
  async imported(plugin: Rolldown.PluginContext, id: string, project: Project): Promise<void> {
    const known = this.#imported.get(project) ?? new Set()
    this.#imported.set(project, known)
    if (known.has(id)) return
    known.add(id)
    await this.#parts.reach(plugin, project, [id])
  }

  /**
   * Gives the graphs what Rolldown made of the ES modules. Chunks that only AMD modules need leave the bundle: they are in layers then.
   *
   * @throws {AmdError} `REQUIREJS_AMD_UNSUPPORTED`
   */
  async finish(
    plugin: Rolldown.PluginContext,
    bundle: Rolldown.OutputBundle,
    projects: readonly Project[],
    peers: Peers,
  ): Promise<void> {
    const { config, options } = this.#context
    const parts = this.#parts.built(plugin)
    const own = new Set(parts.map(({ fileName }) => fileName))
    const page = reached(
      bundle,
      chunksOf(bundle)
        .filter(({ isEntry, fileName }) => isEntry && !own.has(fileName))
        .map(({ fileName }) => fileName),
    )
    // What a module script has too must be there once.
    const native = parts.filter(
      ({ fileName }) =>
        options.format === 'esm' || [...reached(bundle, [fileName])].some((name) => page.has(name)),
    )
    const classic = parts.filter((part) => !native.includes(part))
    const lowered = reached(
      bundle,
      classic.map(({ fileName }) => fileName),
    )
    for (const [at, project] of projects.entries()) {
      const folder = `_kovu/esm${projects.length > 1 ? at : ''}`
      const modules = [
        ...nativeModules(native, project, bundle, peers),
        ...(await classicModules(classic, { config, project, peers, bundle, lowered, folder })),
      ]
      for (const { graph } of [project, ...project.layers.values()]) graph.provide(modules)
    }
    const kept = reached(bundle, [...page, ...native.map(({ fileName }) => fileName)])
    for (const name of lowered) {
      if (kept.has(name)) continue
      delete bundle[name]
      delete bundle[`${name}.map`]
    }
  }
}
