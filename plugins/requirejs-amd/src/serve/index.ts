/** Development: what the plugin answers below STATIC_URL. */
import { Buffer } from 'node:buffer'
import { debuglog } from 'node:util'
import type { StaticAnswer, StaticRequest } from '@kovu/protocol'
import type { Context, Project } from '../context.ts'
import { toLocated } from '../error.ts'
import { entriesOf } from '../layers/entries.ts'
import { loaderSource } from '../loader.ts'
import { npmModuleId } from '../esm/names.ts'
import type { MissingModule, ModuleRecord } from '../types.ts'
import { readyForEdits, type Edit } from './edits.ts'
import { hotTail } from './hot-module.ts'
import { collectLayer, layerCode, layerMap, type Layer } from './layer.ts'
import { DevProjects } from './projects.ts'
import { ReadyLayers } from './ready.ts'
import { Recogniser } from './recognise.ts'

const debug = debuglog('kovu:requirejs-amd')
const script = 'text/javascript; charset=utf-8'

/** Query of the loader's URL that asks for an edit. */
const EDIT = 'amd-edit'
/** So many edits are kept for pages that have not asked yet. */
const KEPT = 50

/** What the rest of development has to know of served layers. */
export interface Served {
  /** Told which files a layer was made from. */
  watch(files: readonly string[]): void
  /** Told of a module that cannot be read. */
  report(error: Error): void
}

/** Answers requests for the loader and for layers. */
export class Answers {
  readonly projects: DevProjects
  readonly #context: Context
  readonly #recogniser = new Recogniser()
  readonly #missing = new Map<string, MissingModule>()
  readonly #edits = new Map<number, Edit>()
  readonly #ready = new ReadyLayers()
  #edited = 0
  served: Served = { watch: () => {}, report: () => {} }

  constructor(context: Context) {
    this.#context = context
    this.projects = new DevProjects(context)
  }

  /**
   * The answer to a request, or undefined when it is for somebody else.
   *
   * @throws A located error for a module that other modules depend on and that does not exist.
   */
  async answer(request: StaticRequest): Promise<StaticAnswer | undefined> {
    const id = request.query.get('amd')
    try {
      if (id === null) {
        if (!this.#isLoader(request)) return undefined
        return request.query.has(EDIT) ? this.#edit(request) : this.#loader(request.publicName)
      }
      return await this.#layer(id, request)
    } catch (error) {
      throw toLocated(error)
    }
  }

  /** Makes the layers of build files and entries, before a page asks. What fails does so again when one does. */
  async warm(): Promise<void> {
    const quiet = { onMissing: () => {}, onError: () => {} }
    const made: ModuleRecord[] = []
    try {
      for (const project of await this.#context.projects()) {
        const { build, graph, ids } = project
        const names = (build?.modules ?? []).flatMap(({ name, create, include }) =>
          create || name === undefined ? include : name,
        )
        // Entries need not be there in every build file's configuration.
        const entries = await entriesOf(this.#context, await this.#context.peers(), project).catch(
          () => undefined,
        )
        const wanted = [...names.map((name) => ids.normalize(name)), ...(entries?.ids ?? [])]
        await graph.closure(wanted, quiet)
        for (const id of wanted) {
          const publicName = ids.toPublicName(id)
          const since = Date.now()
          const layer = publicName === undefined ? undefined : await collectLayer(project, id, [])
          if (!layer || publicName === undefined) continue
          this.#code(project, id, publicName, layer, since)
          made.push(...layer.records)
        }
      }
      await readyForEdits(made)
    } catch {
      // A page is told.
    }
  }

  /** Remembers a missing module, whose file may appear. */
  miss(missing: MissingModule): void {
    this.#missing.set(missing.publicName, missing)
  }

  /** Is a public name known to be missing by some module? */
  isMissing(publicName: string): boolean {
    return this.#missing.has(publicName)
  }

  /** Forgets layers that are ready: a file appeared or went, and ids may mean other files. */
  forgetLayers(): void {
    this.#ready.clear()
  }

  /** Forgets what was missing, and which configurations were found in sources. */
  clear(): void {
    this.#ready.clear()
    this.#missing.clear()
    this.projects.clear()
  }

  #isLoader({ publicName, file }: StaticRequest): boolean {
    const chosen = this.#context.options.loader
    if (chosen !== undefined) return publicName === chosen
    return file !== undefined && this.#recogniser.isRequireJs(file)
  }

  #loader(publicName: string): StaticAnswer {
    const { hmr, ws } = this.#context.config.server
    const staticRoot = '../'.repeat(publicName.split('/').length - 1) || './'
    const loader = loaderSource({ minify: false, data: { staticRoot, dev: { layer: true } } })
    const follows = hmr !== false && ws !== false
    return { body: follows ? loader + hotTail(staticRoot) : loader, type: script }
  }

  /**
   * Keeps an edit for pages that ask for it.
   *
   * @returns The query by which the loader's URL gives it.
   */
  keep(edit: Edit): string {
    this.#edits.set(++this.#edited, edit)
    this.#edits.delete(this.#edited - KEPT)
    return `${EDIT}=${this.#edited}`
  }

  async #edit({ publicName, query }: StaticRequest): Promise<StaticAnswer | undefined> {
    const edit = this.#edits.get(Number(query.get(EDIT)))
    if (!edit) return undefined
    const { project, records } = edit
    const layer = { records, failed: [], missing: [], watch: [] }
    if (query.has('map')) {
      return { body: layerMap(layer, project, await this.#urlOf()), type: 'application/json' }
    }
    this.served.watch(records.flatMap((record) => record.watch))
    const self = publicName.slice(publicName.lastIndexOf('/') + 1)
    const map = `${encodeURIComponent(self)}?${EDIT}=${query.get(EDIT)}&map`
    return { body: layerCode(layer, project, map, (record) => this.#esmUrl(record)), type: script }
  }

  /** The URL under which a source shows in the browser. */
  async #urlOf(): Promise<(file: string) => string> {
    const peers = await this.#context.peers()
    const { base } = this.#context.config
    return (file) => base + (peers.nameOf(file) ?? `@fs${file}`)
  }

  async #layer(
    id: string,
    { publicName, query }: StaticRequest,
  ): Promise<StaticAnswer | undefined> {
    const peers = await this.#context.peers()
    const have = (query.get('have') ?? '').split(',').filter(Boolean).map(decode)
    const started = performance.now()
    const there = peers.find(publicName) !== undefined
    const project = await this.projects.find(id, publicName, there)
    const isWhole = have.length === 0 && !query.has('map')
    const ready = project && isWhole ? this.#ready.get(project, id) : undefined
    if (project && ready) {
      this.served.watch([...ready.watch, ...project.watch])
      return { body: ready.body, type: script }
    }
    const since = Date.now()
    const layer = project && (await collectLayer(project, id, have))
    if (!layer) {
      const problem = this.#missing.get(publicName)
      if (problem && !there) throw problem.error
      return undefined
    }
    this.served.watch([...layer.watch, ...project.watch])
    for (const problem of layer.missing) this.miss(problem)
    if (query.has('map')) {
      return { body: layerMap(layer, project, await this.#urlOf()), type: 'application/json' }
    }
    for (const { error } of layer.failed) this.served.report(toLocated(error))
    const body = this.#code(project, id, publicName, layer, isWhole ? since : undefined, have)
    debug(
      'layer %s: %d modules, %d ms',
      id,
      layer.records.length,
      Math.round(performance.now() - started),
    )
    return { body, type: script }
  }

  /**
   * The script of a layer.
   *
   * @param since When its first file was read, if the layer is to be kept ready.
   */
  #code(
    project: Project,
    id: string,
    publicName: string,
    layer: Layer,
    since: number | undefined,
    have: readonly string[] = [],
  ): string | Uint8Array {
    const self = publicName.slice(publicName.lastIndexOf('/') + 1)
    const asked = `amd=${encodeURIComponent(id)}${have.length > 0 ? `&have=${encodeURIComponent(have.map(encodeURIComponent).join(','))}` : ''}`
    const mapUrl = `${encodeURIComponent(self)}?${asked}&map`
    const code = layerCode(layer, project, mapUrl, (record) => this.#esmUrl(record))
    const { watch, records, failed, missing } = layer
    // Without a watcher nobody tells of a file that takes the place of another.
    const isFollowed = this.#context.config.server.watch !== null
    if (since === undefined || !isFollowed || failed.length > 0 || missing.length > 0) return code
    const sources = records.flatMap(({ kind, npm, file }) =>
      kind === 'esm' && npm === undefined ? [file] : [],
    )
    const body = Buffer.from(code)
    this.#ready.keep(project, id, { body, watch }, new Set([...watch, ...sources]), since)
    return body
  }

  /** The URL of an ES module as Vite's own imports have it, so that it is there once. */
  #esmUrl({ npm, file }: ModuleRecord): string {
    const { base, root } = this.#context.config
    if (npm !== undefined) return `${base}@id/${npmModuleId(npm)}`
    const path = file.startsWith(`${root}/`) ? file.slice(root.length + 1) : `@fs${file}`
    return base + encodeURI(path)
  }
}

function decode(id: string): string {
  try {
    return decodeURIComponent(id)
  } catch {
    return id
  }
}
