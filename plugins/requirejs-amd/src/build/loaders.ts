/** The loader in the output: the core where it is enough, else the complete one. */
import { debuglog } from 'node:util'
import type { Context } from '../context.ts'
import { coreSource, loaderSource } from '../loader.ts'
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
  readonly emit: (publicName: string, source: string) => void
}

/** Writes the loader in the place of every require.js. All other files have their final names by now. */
export async function emitLoaders(output: LoaderOutput): Promise<void> {
  const { context, peers, built, minify, emit } = output
  const namespace = namespaceOf(built)
  const all = loaderNames(peers, context.options.loader).map((name) =>
    loaderData(name, built, peers, context.config.base),
  )
  const [first] = all
  if (first === undefined) return
  const why = minify
    ? await whyComplete({ context, peers, built, data: first })
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

/** The object that holds the page's functions, as build files have it. */
function namespaceOf(built: readonly Built[]): string | undefined {
  return built.map(({ project }) => project.build?.namespace).find(Boolean)
}
