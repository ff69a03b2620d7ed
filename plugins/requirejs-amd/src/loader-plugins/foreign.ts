/**
 * Loader plugins of the site itself, in a build: a plugin with `write` (or a `pluginBuilder` with it) loads its resources and writes them into
 * layers, as r.js lets it do. It runs in an empty context of `node:vm` under this package's own loader; text comes from static files.
 */
import { readFileSync } from 'node:fs'
import vm from 'node:vm'
import { AmdError } from '../error.ts'
import { loaderSource } from '../loader.ts'
import { analyze } from '../module/analyze.ts'
import { toRegistry } from '../module/registry.ts'
import type { Graph, Ids, ModuleRecord } from '../types.ts'

/** What a plugin wrote for a resource. */
export interface Written {
  /** AMD code that names the resource. */
  readonly code: string
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
  /** What a build file adds to what plugins see of the configuration. */
  readonly config: Readonly<Record<string, unknown>>
  readonly warn: (message: string) => void
}

/** Milliseconds after which a plugin that does not answer is given up. */
const PATIENCE = 15_000

/** Where static files are in the context: nowhere else is anything to be read. */
const HOME = '/static-files/'

interface Plugin {
  load(
    name: string,
    require: unknown,
    onload: ((value?: unknown) => void) & { error?: unknown; fromText?: unknown },
    config: object,
  ): void
  normalize?(name: string, normalize: (name: string) => string): string
  write?(plugin: string, name: string, write: Write, config: object): void
  onLayerEnd?: unknown
  pluginBuilder?: string
}

interface Write {
  (text: string): void
  asModule(id: string, text: string): void
}

interface RequireFunction {
  (
    deps: readonly string[],
    callback: (value: unknown) => void,
    errback: (error: Error) => void,
  ): void
  (config: object): RequireFunction
  config(config: object): void
  nextTick(run: () => void): void
  load(context: { completeLoad(id: string): void; onError(error: Error): void }, id: string): void
  nodeRequire?: unknown
}

/** Runs the loader plugins of one build. */
export class PluginHost {
  readonly #options: PluginHostOptions
  readonly #plugins = new Map<string, Promise<Plugin | undefined>>()
  readonly #answers = new Map<string, Promise<Written | undefined>>()
  #page: { realm: vm.Context; require: RequireFunction } | undefined
  /** Files that were read since the last question. */
  #read: string[] = []
  /** One resource after the other, so that it is known who reads what. */
  #turn: Promise<unknown> = Promise.resolve()

  constructor(options: PluginHostOptions) {
    this.#options = options
  }

  /**
   * What a plugin writes for a resource.
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
        // It may be an error of the other realm.
        const said = String((error as { message?: unknown } | null)?.message ?? error).split(
          '\n',
        )[0]
        this.#options.warn(
          `The loader plugin '${plugin}' cannot write '${resource}' into a layer: ${said}. It will load it in the browser.`,
        )
        return undefined
      }),
    )
    this.#turn = answer
    this.#answers.set(key, answer)
    return answer
  }

  async #write(id: string, resource: string): Promise<Written | undefined> {
    const pending = this.#plugins.get(id) ?? this.#builderOf(id)
    this.#plugins.set(id, pending)
    const plugin = await pending
    // What is written at the end of a layer cannot be taken apart into modules.
    if (!plugin?.write || plugin.onLayerEnd) return undefined
    const { require } = this.#open()
    const { ids, config } = this.#options
    const name = plugin.normalize?.(resource, (other) => ids.normalize(other)) ?? resource
    const given = { ...ids.config, ...config, isBuild: true, baseUrl: HOME }
    this.#read = []
    await patiently(
      new Promise<void>((resolve, reject) => {
        const done = Object.assign(() => resolve(), { error: reject, fromText: () => resolve() })
        plugin.load(name, require, done, given)
      }),
    )
    let code = ''
    const write: Write = Object.assign((text: string) => void (code += text), {
      asModule: (as: string, text: string) => void (code += named(as, text)),
    })
    plugin.write(id, name, write, given)
    if (code.trim() === '') return undefined
    const watch = [...new Set(this.#read)]
    const own = await this.#options.module(id)
    return { code, watch, file: watch[0] ?? own?.file ?? `/${id}` }
  }

  /** The plugin, if its own text or its builder's says that it writes. */
  async #builderOf(id: string): Promise<Plugin | undefined> {
    const record = await this.#options.module(id)
    if (record?.kind !== 'amd' || !/\b(?:write|pluginBuilder)\b/.test(record.code)) return undefined
    const plugin = (await this.#require(id)) as Plugin | undefined
    if (typeof plugin?.pluginBuilder !== 'string') return plugin
    return (await this.#require(this.#options.ids.normalize(plugin.pluginBuilder, id))) as Plugin
  }

  #require(id: string): Promise<unknown> {
    const { require } = this.#open()
    return patiently(
      new Promise((resolve, reject) => {
        require([id], resolve, reject)
      }),
    )
  }

  #open(): { realm: vm.Context; require: RequireFunction } {
    if (this.#page) return this.#page
    const sandbox: Record<string, unknown> = {
      console,
      setTimeout,
      clearTimeout,
      // By this, plugins know that they run in a build.
      process: { versions: { node: process.versions.node }, env: {}, platform: process.platform },
    }
    sandbox['self'] = sandbox['global'] = sandbox
    const realm = vm.createContext(sandbox)
    vm.runInContext(loaderSource({ minify: true, data: {} }), realm, { filename: 'require.js' })
    const require = sandbox['requirejs'] as RequireFunction
    require.nodeRequire = (name: string) => this.#nodeModule(name)
    require.load = (context, id) => {
      this.#load(id, realm).then(
        () => context.completeLoad(id),
        (error: unknown) => context.onError(error as Error),
      )
    }
    const { prefix, config } = this.#options.ids
    const { paths, packages, map, shim, bundles, config: own } = config
    require.config({ paths, packages, map, shim, bundles, config: own, waitSeconds: 0 })
    require.config({ baseUrl: HOME + prefix })
    this.#page = { realm, require }
    return this.#page
  }

  async #load(id: string, realm: vm.Context): Promise<void> {
    const record: ModuleRecord | undefined = await this.#options.module(id)
    if (record === undefined || record.kind === 'esm')
      throw new Error(`there is no module '${id}' that can run in a build`)
    const code = record.kind === 'resource' ? toRegistry(record).code : record.code
    vm.runInContext(code, realm, { filename: record.source, timeout: PATIENCE })
  }

  /** What plugins use of Node: reading static files. */
  #nodeModule(name: string): unknown {
    const fileOf = (path: string): string | undefined =>
      path.startsWith(HOME)
        ? this.#options.find(decodeURIComponent(path.slice(HOME.length).replace(/[?#].*$/, '')))
        : undefined
    const read = (path: string): string => {
      const found = fileOf(path)
      if (found === undefined) throw new Error(`there is no static file ${path.replace(HOME, '')}`)
      this.#read.push(found)
      return readFileSync(found, 'utf8')
    }
    if (name === 'fs') {
      return { readFileSync: read, existsSync: (path: string) => fileOf(path) !== undefined }
    }
    throw new Error(`loader plugins have no Node module '${name}' here`)
  }
}

/** Gives the anonymous module of a text an id. */
function named(id: string, text: string): string {
  const analysis = analyze(text, { file: id })
  const { kind } = analysis
  if (kind !== 'amd') {
    throw new AmdError('REQUIREJS_AMD_UNSUPPORTED', `what it wrote for '${id}' defines no module`)
  }
  const base = { id, publicName: id, file: id, source: id, watch: [], deps: [], nestedDeps: [] }
  return toRegistry({ ...base, kind, code: text, analysis }, { map: false }).code
}

/** A promise that does not wait for ever. */
async function patiently<T>(promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('it does not answer')), PATIENCE)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
