/** The loader in the output: the core where it is enough, else the complete one. */
import { debuglog } from 'node:util'
import type { Context } from '../context.ts'
import { chunkName, ES_LOADER, facade, fitsChunk, loaderModule, withImport } from '../esm/layers.ts'
import { coreSource, loaderSource, type LoaderData } from '../loader.ts'
import type { Peers } from '../peers.ts'
import { COMPLETE, coreData, whyComplete } from './core.ts'
import { loaderData, loaderNames, type Built } from './loader-data.ts'

const debug = debuglog('kovu:requirejs-amd')

/** What {@link emitLoaders} writes for whom. */
export interface LoaderOutput {
  readonly context: Context
  readonly peers: Peers
  readonly built: readonly Built[]
  readonly minify: boolean
  /** Public names of layers, with those of their ES chunks. */
  readonly chunks: ReadonlyMap<string, string>
  readonly emit: (publicName: string, source: string) => void
  /** Told of every file that the choice of the loader depends on. */
  readonly watch: (file: string) => void
}

/** The layers that may be ES chunks, by public name. */
export function chunksOf(built: readonly Built[]): ReadonlyMap<string, string> {
  const layers = built
    .filter(({ project }) => project.build?.single !== true)
    .flatMap(({ output }) => output.files)
  return new Map(
    layers
      .filter(({ main, records }) => main !== undefined && records && fitsChunk(records))
      .map(({ publicName }) => [publicName, chunkName(publicName)]),
  )
}

/** Writes the loader in the place of every require.js. All other files have their final names by now. */
export async function emitLoaders(output: LoaderOutput): Promise<void> {
  const { context, peers, built, minify, chunks, emit, watch } = output
  const namespace = namespaceOf(built)
  const dataOf = (name: string): LoaderData =>
    loaderData(name, built, peers, context.config.base, chunks)
  if (chunks.size > 0) return emitEsLoaders(output, dataOf, namespace)
  const all = loaderNames(peers, context.options.loader).map(dataOf)
  const [first] = all
  if (first === undefined) return
  const why = minify
    ? await whyComplete({ context, peers, built, data: first, watch })
    : 'nothing is minified'
  if (why !== undefined) {
    debug('the complete loader: %s', why)
    for (const data of all) emit(data.name ?? '', loaderSource({ minify, data, namespace }))
    return
  }
  debug('the core of the loader is enough')
  emit(COMPLETE, loaderSource({ minify, data: first, namespace, afterCore: true }))
  const finalName = (name: string): string => peers.urls?.(name) ?? name
  for (const data of all) {
    emit(data.name ?? '', coreSource(coreData(data, built, finalName), namespace))
  }
}

/** The loader as an ES module, the ES modules under the layers' public names, and the loader of pages with classic scripts. */
function emitEsLoaders(
  { context, peers, built, minify, chunks, emit }: LoaderOutput,
  dataOf: (name: string) => LoaderData,
  namespace: string | undefined,
): void {
  const page = namespace ? `window.${namespace}` : 'window'
  const prefix = built.find(({ project }) => project.build?.single !== true)?.project.prefix
  const loader = loaderSource({ minify, data: dataOf(ES_LOADER), namespace })
  emit(ES_LOADER, loaderModule(loader, page, `../${prefix ?? ''}`))
  const finalName = (name: string): string => peers.urls?.(name) ?? name
  const mains: Record<string, string> = {}
  for (const { publicName, main } of built.flatMap(({ output }) => output.files)) {
    if (main === undefined || !chunks.has(publicName)) continue
    emit(publicName, facade(publicName, main, finalName(ES_LOADER), page))
    mains[finalName(publicName)] = main
  }
  for (const name of loaderNames(peers, context.options.loader)) {
    const data = dataOf(name)
    const known = { ...data, main: { ...data.main, ...mains } }
    emit(name, withImport(loaderSource({ minify, data: known, namespace }), page))
  }
}

/** The object that holds the page's functions, as build files have it. */
function namespaceOf(built: readonly Built[]): string | undefined {
  return built.map(({ project }) => project.build?.namespace).find(Boolean)
}
