/** Which module goes into which file: r.js's `modules`, and what is left for modules that are required late. */
import type { BuildFile, BuildModule, Graph, ModuleRecord } from './types.ts'
import { AmdError } from './error.ts'

/** A file that holds several modules. */
interface Layer {
  /** Public name of its file. */
  readonly publicName: string
  /** Id of the layer's own module. */
  readonly name: string
  /** Its modules, dependencies first. */
  readonly records: readonly ModuleRecord[]
  /** Has the layer's module no source? */
  readonly create: boolean
  /** Ids that the layer requires itself. */
  readonly insertRequire: readonly string[]
  /** Was it asked for by the build file? Else it holds what is required late. */
  readonly asked: boolean
}

/** The layers of a build, and what stays outside of them. */
export interface Plan {
  readonly layers: readonly Layer[]
  /** Classic scripts and other files that the modules need and that cannot be put into a layer. */
  readonly loose: readonly ModuleRecord[]
  /** Every module that was reached. */
  readonly reached: readonly ModuleRecord[]
}

/** A traced entry of `modules`. */
interface Traced {
  readonly module: BuildModule
  readonly name: string
  readonly records: readonly ModuleRecord[]
}

/**
 * Plans the layers of a build file with `modules`.
 *
 * @param graph The modules.
 * @param build What the build file says.
 * @returns The layers, in the build file's order, then those of modules that are required late.
 * @throws {AmdError} When a layer has no place below the static root, or a module is missing.
 */
export async function planLayers(
  graph: Graph,
  build: Pick<BuildFile, 'file' | 'folder' | 'modules' | 'findNestedDependencies'>,
): Promise<Plan> {
  const place = { file: build.file ?? build.folder }
  const reached = new Map<string, ModuleRecord>()
  const trace = async (ids: readonly string[]): Promise<readonly ModuleRecord[]> => {
    const records = await graph.closure(ids, { nested: build.findNestedDependencies })
    for (const record of records) reached.set(record.id, record)
    return records
  }
  const traced = await Promise.all(
    build.modules.map(async (module): Promise<Traced> => {
      if (module.name === undefined) {
        throw new AmdError(
          'REQUIREJS_AMD_BUILD_FILE',
          'An entry of `modules` has no `name`.',
          place,
        )
      }
      if (Object.keys(module.override).length > 0) {
        const message = `Layer '${module.name}': \`override\` is not supported. Use a build file of its own for it.`
        throw new AmdError('REQUIREJS_AMD_UNSUPPORTED', message, place)
      }
      const own = module.create ? [] : [module.name]
      const wanted = [...own, ...module.include].map((id) => graph.ids.normalize(id))
      return { module, name: graph.ids.normalize(module.name), records: await trace(wanted) }
    }),
  )
  const held = new Map<string, readonly ModuleRecord[]>()
  /** What is there once an excluded layer is: what it holds, and what it leaves to others itself. */
  const provided = async (
    id: string,
    above: readonly string[],
  ): Promise<readonly ModuleRecord[]> => {
    const other = traced.find((entry) => entry.name === id)
    if (other === undefined) return trace([id])
    if (above.includes(id)) return other.records
    const excluded = other.module.exclude.map((name) => graph.ids.normalize(name))
    const further = await Promise.all(excluded.map((name) => provided(name, [...above, id])))
    return [...(await holds(other, [...above, id])), ...further.flat()]
  }
  const holds = async (
    entry: Traced,
    above: readonly string[],
  ): Promise<readonly ModuleRecord[]> => {
    const known = held.get(entry.name)
    if (known !== undefined) return known
    const left = new Set(entry.module.excludeShallow.map((id) => graph.ids.normalize(id)))
    for (const id of entry.module.exclude) {
      for (const record of await provided(graph.ids.normalize(id), above)) left.add(record.id)
    }
    const records = entry.records.filter((record) => !left.has(record.id) && fits(record))
    if (above.length <= 1) held.set(entry.name, records)
    return records
  }
  const layers: Layer[] = []
  for (const entry of traced) {
    const { module, name } = entry
    const publicName = graph.ids.toPublicName(name)
    if (publicName === undefined) {
      const message = `Layer '${name}' has no place below the static root, so its file has no public name.`
      throw new AmdError('REQUIREJS_AMD_OUTSIDE', message, place)
    }
    layers.push({
      publicName,
      name,
      records: await holds(entry, [name]),
      create: module.create,
      insertRequire: module.insertRequire,
      asked: true,
    })
  }
  await addLateLayers(graph, trace, layers, reached)
  return {
    layers,
    loose: [...reached.values()].filter((record) => !fits(record)),
    reached: [...reached.values()],
  }
}

/** Can the module stand in a file with others? */
export function fits(record: ModuleRecord): boolean {
  return record.kind === 'amd' || record.kind === 'main' || record.kind === 'resource'
}

/** Modules that functions require, and that no layer holds, come with what they need in a layer of their own. */
async function addLateLayers(
  graph: Graph,
  trace: (ids: readonly string[]) => Promise<readonly ModuleRecord[]>,
  layers: Layer[],
  reached: ReadonlyMap<string, ModuleRecord>,
): Promise<void> {
  const held = new Set(layers.flatMap((layer) => layer.records.map((record) => record.id)))
  const names = new Set(layers.map((layer) => layer.publicName))
  // `reached` grows while it is walked: what is required late may itself require.
  for (const record of reached.values()) {
    for (const id of record.nestedDeps) {
      if (held.has(id) || (await graph.module(id)) === undefined) continue
      const publicName = graph.ids.toPublicName(id)
      const records = (await trace([id])).filter((entry) => !held.has(entry.id) && fits(entry))
      const own = records.at(-1)
      // A layer stands in the place of its own module's file, so that file must be one that fits.
      if (publicName === undefined || own?.id !== id || names.has(publicName)) continue
      for (const entry of records) held.add(entry.id)
      names.add(publicName)
      layers.push({ publicName, name: id, records, create: false, insertRequire: [], asked: false })
    }
  }
}
