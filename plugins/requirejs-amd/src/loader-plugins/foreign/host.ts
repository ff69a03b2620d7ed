/** The loader plugins of one build: which of them write, and what. */
import type { Logger } from 'vite'
import type { Graph, Ids, ModuleRecord } from '../../types.ts'
import { PluginFiles } from './files.ts'
import {
  LayerWriter,
  pluginError,
  said,
  writtenBy,
  type LayerName,
  type LoadedResource,
} from './layer.ts'
import { builderIn, type Plugin } from './plugin.ts'
import { patiently, Realm } from './realm.ts'

/** What a plugin makes of a resource. */
export interface Written {
  /** AMD code that names the resource; '' for one that is written into each layer anew. */
  readonly code: string
  /** Does its plugin keep count of layers (`onLayerEnd`)? */
  readonly layered: boolean
  /** Files that the plugin read. */
  readonly watch: readonly string[]
  /** The first of them, or the plugin's own. */
  readonly file: string
}

/** What {@link PluginHost} works with. */
export interface PluginHostOptions {
  readonly ids: Ids
  readonly module: Graph['module']
  /** The file behind a public name. */
  readonly find: (publicName: string) => string | undefined
  /** Every public name. */
  readonly list: () => Iterable<string>
  /** Path that stands for the static root. */
  readonly home: string
  /** Folder from which npm packages are looked for. */
  readonly root: string
  /** What a build file adds to what plugins see of the configuration. */
  readonly config: Readonly<Record<string, unknown>>
  readonly logger: Pick<Logger, 'info' | 'warn'>
}

/** Runs the loader plugins of one build. */
export class PluginHost {
  readonly #options: PluginHostOptions
  readonly #files: PluginFiles
  readonly #given: object
  readonly #plugins = new Map<string, Promise<Plugin | undefined>>()
  readonly #answers = new Map<string, Promise<Written | undefined>>()
  readonly #loaded = new Map<string, LoadedResource>()
  /** Modules that run in the place of plugins. */
  readonly #builders = new Map<string, ModuleRecord>()
  /** Plugins that use npm packages. */
  readonly #opaque = new Set<string>()
  #realm: Realm | undefined
  /** One resource after the other, so that it is known who reads what. */
  #turn: Promise<unknown> = Promise.resolve()

  constructor(options: PluginHostOptions) {
    this.#options = options
    const { home, ids, config } = options
    this.#files = new PluginFiles(home, options.find)
    const baseUrl = ids.prefix === '' ? `${home}/` : `${home}/${ids.prefix}/`
    this.#given = { ...ids.config, ...config, isBuild: true, baseUrl }
  }

  /**
   * What a plugin makes of a resource.
   *
   * @param plugin The plugin's normalized id.
   * @param resource The part behind the `!`, normalized as for a module.
   * @returns Undefined for a plugin that writes nothing, or that fails: then the resource loads in the browser.
   */
  write(plugin: string, resource: string): Promise<Written | undefined> {
    const key = `${plugin}!${resource}`
    const known = this.#answers.get(key)
    if (known) return known
    const answer = this.#turn.then(() =>
      this.#write(plugin, resource).catch((error: unknown) => {
        this.#options.logger.warn(
          `The loader plugin '${plugin}' cannot write '${resource}' into a layer: ${said(error)}. It will load it in the browser.`,
        )
        return undefined
      }),
    )
    this.#turn = answer
    this.#answers.set(key, answer)
    return answer
  }

  /**
   * Begins a layer. Layers are written one after the other, without a pause.
   *
   * @param layer The layer.
   */
  layer(layer: LayerName): LayerWriter {
    const { home } = this.#options
    return new LayerWriter(layer, home, (id) => this.#loaded.get(id), this.#given)
  }

  /** Begins the writing of layers. */
  begin(): void {
    this.#realm?.begin()
  }

  /**
   * The files that plugins have written themselves, when the last layer is done.
   *
   * @returns Texts by public name.
   * @throws {AmdError} `REQUIREJS_AMD_PLUGIN`, for what a plugin did later.
   */
  async finish(): Promise<ReadonlyMap<string, string>> {
    try {
      await this.#realm?.settle()
    } catch (error) {
      const all = [...new Map([...this.#loaded.values()].map((own) => [own.prefix, own])).values()]
      const prefix = all.map((own) => own.prefix).join("' or '")
      const source = all.length === 1 ? all[0]?.source : undefined
      throw pluginError({ prefix, source }, 'after the layers were written', error)
    }
    return this.#files.written
  }

  async #write(prefix: string, resource: string): Promise<Written | undefined> {
    const pending = this.#plugins.get(prefix) ?? this.#plugin(prefix)
    this.#plugins.set(prefix, pending)
    const plugin = await pending
    if (!plugin?.write && !plugin?.onLayerEnd) return undefined
    const { ids } = this.#options
    const name = plugin.normalize?.(resource, (other) => ids.normalize(other)) ?? resource
    const realm = this.#open()
    if (realm.takePackages()) this.#opaque.add(prefix)
    this.#files.takeRead()
    await patiently(
      new Promise<void>((resolve, reject) => {
        const done = Object.assign(() => resolve(), { error: reject, fromText: () => resolve() })
        plugin.load(name, realm.require, done, this.#given)
      }),
    )
    if (realm.takePackages()) this.#opaque.add(prefix)
    const read = this.#files.takeRead()
    const watch = this.#opaque.has(prefix) ? [...read, ...this.#likes(name)] : read
    const own = this.#builders.get(prefix) ?? (await this.#options.module(prefix))
    const loaded = { plugin, prefix, name, source: own?.source }
    this.#loaded.set(`${prefix}!${resource}`, loaded)
    const layered = plugin.onLayerEnd !== undefined
    const code = layered ? '' : writtenBy(loaded, undefined, this.#given)
    if (code === '' && !layered) return undefined
    return { code, layered, watch, file: watch[0] ?? own?.file ?? `/${prefix}` }
  }

  /** Static files of the kind of a resource: an npm package may read any of them without a word. */
  *#likes(name: string): Iterable<string> {
    const { ids, find, list } = this.#options
    const stem = `${ids.toResourceName(name)}.`
    const names = [...list()]
    const kinds = new Set(
      names.flatMap((one) => (one.startsWith(stem) ? `.${one.slice(stem.length)}` : [])),
    )
    for (const one of names) {
      const file = [...kinds].some((kind) => one.endsWith(kind)) ? find(one) : undefined
      if (file !== undefined) yield file
    }
  }

  /** The plugin, or what it names as its builder, if the text says that it writes. */
  async #plugin(id: string): Promise<Plugin | undefined> {
    const record = await this.#options.module(id)
    if (record?.kind !== 'amd') return undefined
    const { ids, module } = this.#options
    const builder = builderIn(record.code)
    const stand = builder === undefined ? undefined : await module(ids.normalize(builder, id))
    if (stand !== undefined) this.#builders.set(id, stand)
    if (!/\b(?:write|onLayerEnd)\b/.test((stand ?? record).code)) return undefined
    return (await this.#open().module(id)) as Plugin | undefined
  }

  #open(): Realm {
    const { ids, root, logger } = this.#options
    this.#realm ??= new Realm({
      ids,
      root,
      logger,
      files: this.#files,
      module: async (id) => this.#builders.get(id) ?? this.#options.module(id),
    })
    return this.#realm
  }
}
