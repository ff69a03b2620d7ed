/** Development: what the plugin answers below STATIC_URL. */
import { debuglog } from 'node:util'
import type { StaticAnswer, StaticRequest } from '@kovu/protocol'
import type { Context } from '../context.ts'
import { toLocated } from '../error.ts'
import { loaderSource } from '../loader.ts'
import { npmModuleId } from '../esm/names.ts'
import type { MissingModule, ModuleRecord } from '../types.ts'
import { collectLayer, layerCode, layerMap } from './layer.ts'
import { DevProjects } from './projects.ts'
import { Recogniser } from './recognise.ts'

const debug = debuglog('kovu:requirejs-amd')
const script = 'text/javascript; charset=utf-8'

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
      if (id === null) return this.#isLoader(request) ? this.#loader(request.publicName) : undefined
      return await this.#layer(id, request)
    } catch (error) {
      throw toLocated(error)
    }
  }

  /** Is a public name known to be missing by some module? */
  isMissing(publicName: string): boolean {
    return this.#missing.has(publicName)
  }

  /** Forgets what was missing, and which configurations were found in sources. */
  clear(): void {
    this.#missing.clear()
    this.projects.clear()
  }

  #isLoader({ publicName, file }: StaticRequest): boolean {
    const chosen = this.#context.options.loader
    if (chosen !== undefined) return publicName === chosen
    return file !== undefined && this.#recogniser.isRequireJs(file)
  }

  #loader(publicName: string): StaticAnswer {
    const staticRoot = '../'.repeat(publicName.split('/').length - 1) || './'
    return {
      body: loaderSource({ minify: false, data: { staticRoot, dev: { layer: true } } }),
      type: script,
    }
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
    const layer = project && (await collectLayer(project, id, have))
    if (!layer) {
      const problem = this.#missing.get(publicName)
      if (problem && !there) throw problem.error
      return undefined
    }
    this.served.watch([...layer.watch, ...project.watch])
    for (const problem of layer.missing) this.#missing.set(problem.publicName, problem)
    if (query.has('map')) {
      const { base } = this.#context.config
      const urlOf = (file: string): string => base + (peers.nameOf(file) ?? `@fs${file}`)
      return { body: layerMap(layer, project, urlOf), type: 'application/json' }
    }
    for (const { error } of layer.failed) {
      this.served.report(toLocated(error))
      const place = toLocated(error).id
      if (place !== undefined) this.served.watch([place])
    }
    const self = publicName.slice(publicName.lastIndexOf('/') + 1)
    const asked = `amd=${encodeURIComponent(id)}${have.length > 0 ? `&have=${encodeURIComponent(have.map(encodeURIComponent).join(','))}` : ''}`
    const mapUrl = `${encodeURIComponent(self)}?${asked}&map`
    const body = layerCode(layer, project, mapUrl, (record) => this.#esmUrl(record))
    debug(
      'layer %s: %d modules, %d ms',
      id,
      layer.records.length,
      Math.round(performance.now() - started),
    )
    return { body, type: script }
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
