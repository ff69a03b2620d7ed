/** The modules of a configuration, each read and analysed when it is asked for, and again when one of its files has changed. */
import { statSync } from 'node:fs'
import type { Derivation } from '@kovu/protocol'
import { AmdError } from '../error.ts'
import type { Written } from '../loader-plugins/foreign/index.ts'
import { loaderPluginOf, needless } from '../loader-plugins/index.ts'
import { analyze, type KeptAnalyses } from '../module/analyze.ts'
import type { Analysis, Found, Ids, MadeModule, ModuleRecord, Source } from '../types.ts'
import { edgesOf, type Edges, type Resources } from './edges.ts'

/** Where modules come from. */
export interface ModuleSources {
  readonly ids: Ids
  /** The file behind a public name. */
  find(publicName: string): Found | undefined
  /** The text of a file, or what a derivation makes of its source. */
  read(found: Found, publicName: string): Promise<Source>
  /** Do files stay as they are, as in a build? They are then looked at once. */
  readonly fixed?: boolean | undefined
  /** Changes a source before it is analysed (`onBuildRead`, pragmas). */
  readonly transform?: ((code: string, id: string, file: string) => string) | undefined
  /** Files and derivations for loader plugins. */
  readonly derives?: readonly Derivation[] | undefined
  /** What a loader plugin of the site itself writes for a resource into a layer. */
  readonly write?: ((plugin: string, resource: string) => Promise<Written | undefined>) | undefined
  /** Analyses that earlier runs made. */
  readonly trees?: KeptAnalyses | undefined
  /** The file of an npm package that an id without a static file means. */
  readonly npm?: ((id: string) => Promise<string | undefined>) | undefined
}

/** A module with its edges. */
export interface Entry {
  readonly record: ModuleRecord
  readonly edges: Edges
  /** Changes when any of its files changes. */
  readonly stamp: string
}

/** An id that should have had a file. */
export interface NoFile {
  readonly missing: string
}

interface Place {
  readonly publicName: string
  readonly found: Found
  readonly resource: boolean
}

const nothing: Analysis = analyze('', { file: '' })

const noEdges: Edges = {
  deps: [],
  nestedDeps: [],
  offsets: new Map(),
  optional: new Set<string>(),
  resources: new Map(),
}

/** Sources that only Vite can read. */
const otherSyntax = /\.(?:[cm]?ts|[jt]sx|mjs|vue|svelte)$/

/** Modules by id. */
export class Modules {
  readonly #sources: ModuleSources
  readonly #loading = new Map<string, Promise<Entry>>()
  readonly #settled = new Map<string, Entry>()
  readonly #packages = new Map<string, Promise<Entry | undefined>>()
  readonly #made = new Map<string, Entry>()
  /** Paths of loader plugins' resources, by id, as the modules that name them have them. */
  readonly #paths = new Map<string, string>()

  readonly #resources: Resources

  constructor(sources: ModuleSources) {
    this.#sources = sources
    this.#resources = {
      isWritten: sources.write !== undefined,
      standIn: (plugin, resource) => this.#standIn(plugin, resource),
    }
  }

  /**
   * The module of a normalized id.
   *
   * @returns Undefined for external, empty and unknown-plugin ids.
   * @throws What reading and analysing it throws.
   */
  async get(id: string): Promise<Entry | NoFile | undefined> {
    const made = this.#made.get(id) ?? (id.includes('!') ? await this.#ofPlugin(id) : undefined)
    if (made) return made
    const { fixed } = this.#sources
    const settled = this.#settled.get(id)
    if (fixed && settled) return settled
    const place = this.#placeOf(id)
    if (!place) return place
    if ('missing' in place) {
      if (id.includes('!')) return place
      if (loaderPluginOf(id)?.module) {
        const base = {
          id,
          publicName: place.missing,
          file: `/${place.missing}`,
          watch: [],
          map: undefined,
        }
        return this.#entryOf({ ...base, source: `/${place.missing}` }, needless, base.file)
      }
      const known = this.#packages.get(id) ?? this.#packageOf(id, place.missing)
      this.#packages.set(id, known)
      return (await known) ?? place
    }
    if (
      settled?.record.file === place.found.file &&
      settled.stamp === this.#stampOf(settled.record)
    )
      return settled
    if (settled) this.#drop(id)
    let loading = this.#loading.get(id)
    if (!loading) {
      loading = this.#load(id, place)
      this.#loading.set(id, loading)
    }
    try {
      const entry = await loading
      this.#settled.set(id, entry)
      return entry
    } catch (error) {
      this.#loading.delete(id)
      throw error
    }
  }

  /** Forgets a file. Returns the ids of the modules that were made from it. */
  invalidate(file: string): readonly string[] {
    const ids: string[] = []
    for (const [id, { record }] of this.#settled) {
      if (record.file !== file && record.source !== file && !record.watch.includes(file)) continue
      this.#drop(id)
      ids.push(id)
    }
    return ids
  }

  /** Modules that were read and that lead to one of the ids, those among them. */
  leadingTo(ids: readonly string[]): readonly ModuleRecord[] {
    const users = new Map<string, ModuleRecord[]>()
    for (const { record } of this.#settled.values()) {
      for (const dep of record.deps) {
        const known = users.get(dep)
        if (known) known.push(record)
        else users.set(dep, [record])
      }
    }
    const found = new Set(ids.flatMap((id) => this.#settled.get(id)?.record ?? []))
    for (const { id } of found) for (const user of users.get(id) ?? []) found.add(user)
    return [...found]
  }

  /** Puts made modules in the place of what has their ids. */
  provide(modules: readonly MadeModule[]): void {
    for (const { id, publicName, code, map, file, watch } of modules) {
      // What has no static file of its own is published beside the layers, as derived modules are.
      const own = file.endsWith(`/${publicName.slice(publicName.lastIndexOf('/') + 1)}`)
      const place = own ? file : `/${publicName}`
      const base = { id, publicName, file: place, source: file, watch, map }
      this.#made.set(id, this.#entryOf(base, code, file))
    }
  }

  #drop(id: string): void {
    this.#loading.delete(id)
    this.#settled.delete(id)
  }

  #placeOf(id: string): Place | NoFile | undefined {
    const { ids } = this.#sources
    const resolved = ids.locate(id)
    if (resolved.kind === 'module') {
      return { publicName: resolved.publicName, found: resolved.found, resource: false }
    }
    if (resolved.kind === 'missing') return { missing: resolved.publicName }
    const plugin = resolved.kind === 'plugin' ? loaderPluginOf(resolved.plugin) : undefined
    if (resolved.kind !== 'plugin') return undefined
    const path = this.#paths.get(id) ?? plugin?.path?.(resolved.resource)
    if (path === undefined) return undefined
    const publicName = ids.toResourceName(path)
    if (publicName === undefined) return undefined
    const found = this.#sources.find(publicName)
    return found ? { publicName, found, resource: true } : { missing: publicName }
  }

  async #load(id: string, { publicName, found, resource }: Place): Promise<Entry> {
    const { transform } = this.#sources
    const { code, watch, map } = await this.#sources.read(found, publicName)
    const { file } = found
    const source = found.source ?? file
    const base = { id, publicName, file, source, watch, map }
    if (resource) return plain({ ...base, kind: 'resource', code: this.#valueOf(id, code, source) })
    if (otherSyntax.test(file)) return plain({ ...base, kind: 'esm', code })
    const text = code.startsWith('\uFEFF') ? code.slice(1) : code
    return this.#entryOf(base, transform ? transform(text, id, source) : text, source)
  }

  /** A loader plugin's resource as its module's value, in JSON. */
  #valueOf(id: string, content: string, file: string): string {
    const { plugin, resource } = partsOf(id)
    try {
      return JSON.stringify(loaderPluginOf(plugin)?.value?.(content, resource) ?? content)
    } catch (cause) {
      const message = `The resource '${id}' has no value: ${(cause as Error).message}`
      throw new AmdError('REQUIREJS_AMD_SYNTAX', message, { file, text: content }, { cause })
    }
  }

  /** A module in the place of a loader plugin's resource, or what the plugin itself writes. */
  async #ofPlugin(id: string): Promise<Entry | undefined> {
    const { plugin, resource } = partsOf(id)
    const code = this.#standIn(plugin, resource)
    const known = loaderPluginOf(plugin)
    // Values and modules that are known of a plugin need nobody to write them.
    const left = code === undefined && !known?.path && !known?.modules
    const written = left ? await this.#sources.write?.(plugin, resource) : undefined
    if (code === undefined && !written) return undefined
    const file = written?.file ?? `/${plugin}!${resource}`
    // Nobody asks for a file of it: without the layer, the plugin loads the resource.
    const base = {
      id,
      publicName: id,
      file,
      source: file,
      watch: written?.watch ?? [],
      map: undefined,
      layered: written?.layered,
    }
    if (written?.layered) return plain({ ...base, kind: 'amd', code: '' })
    return this.#entryOf(base, code ?? written?.code ?? '', file)
  }

  #standIn(plugin: string, resource: string): string | undefined {
    const { ids, derives = [] } = this.#sources
    const has = (path: string): boolean => {
      const name = ids.toResourceName(path)
      return name !== undefined && this.#sources.find(name) !== undefined
    }
    const installed = ids.locate(plugin).kind === 'module'
    return loaderPluginOf(plugin)?.module?.(resource, {
      config: ids.config,
      derives,
      installed,
      has,
    })
  }

  #entryOf(base: Omit<Base, 'kind' | 'code'>, code: string, file: string): Entry {
    const analysis = analyze(code, { file, kept: this.#sources.trees })
    const edges = edgesOf(analysis, base.id, this.#sources.ids, this.#resources)
    for (const [id, path] of edges.resources) if (!this.#paths.has(id)) this.#paths.set(id, path)
    const { deps, nestedDeps } = edges
    const record = { ...base, kind: analysis.kind, code, analysis, deps, nestedDeps }
    return { record, edges, stamp: this.#stampOf(record) }
  }

  #stampOf(record: ModuleRecord): string {
    return this.#sources.fixed ? '' : stampOf(record)
  }

  async #packageOf(id: string, publicName: string): Promise<Entry | undefined> {
    const file = await this.#sources.npm?.(id)
    if (file === undefined) return undefined
    return plain({ id, kind: 'esm', publicName, file, source: file, npm: id, code: '', watch: [] })
  }
}

type Base = Omit<ModuleRecord, 'analysis' | 'deps' | 'nestedDeps'>

function partsOf(id: string): { plugin: string; resource: string } {
  const at = id.indexOf('!')
  return { plugin: id.slice(0, at), resource: id.slice(at + 1) }
}

/** A module that names no others as far as RequireJS is concerned. */
function plain(base: Base): Entry {
  const record = { ...base, analysis: nothing, deps: [], nestedDeps: [] }
  return { record, edges: noEdges, stamp: stampOf(record) }
}

function stampOf({ file, watch }: Pick<ModuleRecord, 'file' | 'watch'>): string {
  return (watch.length > 0 ? watch : [file])
    .map((path) => {
      const stat = statSync(path, { throwIfNoEntry: false })
      return stat ? `${stat.mtimeMs}:${stat.size}` : '-'
    })
    .join('|')
}
