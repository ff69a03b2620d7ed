/** Which module goes into which file: r.js's `modules`, and what is left for modules that are required late. */
import type { BuildFile, BuildModule, Graph, ModuleRecord } from '../types.ts'
import { AmdError } from '../error.ts'
import { mayRunEarly } from './early.ts'

/** A file that holds several modules. */
export interface Layer {
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
  /** The entry of the build file that asked for it. Without one it holds what is required late. */
  readonly module: BuildModule | undefined
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
  /** The modules as this layer sees them. */
  readonly graph: Graph
  readonly name: string
  readonly records: readonly ModuleRecord[]
}

/**
 * Plans the layers of a build file with `modules`.
 *
 * @param graph The modules.
 * @param file What the build file says.
 * @param graphOf The modules as a layer sees them, which may override what ids mean.
 * @returns The layers, in the build file's order, then those of modules that are required late.
 * @throws {AmdError} When a layer has no place below the static root, or a module is missing.
 */
export async function planLayers(
  graph: Graph,
  file: Pick<
    BuildFile,
    'file' | 'folder' | 'modules' | 'findNestedDependencies' | 'wrapShim' | 'config'
  >,
  graphOf: (module: BuildModule) => Graph = () => graph,
): Promise<Plan> {
  const place = { file: file.file ?? file.folder }
  const reached = new Map<string, ModuleRecord>()
  const trace = async (
    ids: readonly string[],
    by = graph,
    nested = file.findNestedDependencies,
  ): Promise<readonly ModuleRecord[]> => {
    const records = await by.closure(ids, { nested })
    for (const record of records) reached.set(keyOf(record), record)
    return records
  }
  const traced = await Promise.all(
    file.modules.map(async (module): Promise<Traced> => {
      if (module.name === undefined) {
        throw new AmdError(
          'REQUIREJS_AMD_BUILD_FILE',
          'An entry of `modules` has no `name`.',
          place,
        )
      }
      const by = graphOf(module)
      const own = module.create ? [] : [module.name]
      const wanted = [...own, ...module.include].map((id) => by.ids.normalize(id))
      const nested = module.own?.findNestedDependencies
      const records = await trace(wanted, by, nested)
      return { module, graph: by, name: by.ids.normalize(module.name), records }
    }),
  )
  // As r.js does it: one layer after the other, so that an earlier one counts with what is left of it.
  const left = new Map(traced.map(({ name, records }) => [name, records]))
  for (const { module, graph: by, name, records } of traced) {
    const without = new Set<string>()
    for (const written of module.exclude) {
      const id = by.ids.normalize(written)
      for (const record of left.get(id) ?? (await trace([id]))) without.add(keyOf(record))
    }
    const shallow = new Set(module.excludeShallow.map((id) => by.ids.normalize(id)))
    const kept = records.filter((record) => !without.has(keyOf(record)) && !shallow.has(record.id))
    left.set(name, kept)
  }
  const layers: Layer[] = []
  for (const entry of traced) {
    const { module, name } = entry
    const publicName = entry.graph.ids.toPublicName(name)
    if (publicName === undefined) {
      const message = `Layer '${name}' has no place below the static root, so its file has no public name.`
      throw new AmdError('REQUIREJS_AMD_OUTSIDE', message, place)
    }
    layers.push({
      publicName,
      name,
      records: await heldBy(entry, left.get(name) ?? [], module.own ?? file),
      create: module.create,
      insertRequire: module.insertRequire,
      module,
    })
  }
  await addLateLayers({ graph, trace, file }, layers, reached)
  return {
    layers,
    loose: [...reached.values()].filter((record) => !fits(record, file)),
    reached: [...reached.values()],
  }
}

/** What of a layer's modules stands in its file. */
async function heldBy(
  { module, graph }: Traced,
  records: readonly ModuleRecord[],
  build: Pick<BuildFile, 'wrapShim' | 'config'>,
): Promise<readonly ModuleRecord[]> {
  const held: ModuleRecord[] = []
  for (const record of records) {
    if (fits(record, build) || (module.scripts && (await mayRunEarly(record, graph))))
      held.push(record)
  }
  return held
}

function keyOf({ publicName, id }: ModuleRecord): string {
  return `${publicName} ${id}`
}

/**
 * Can the module stand in a file with others?
 *
 * @param record The module.
 * @param build What the build file says of shimmed scripts.
 */
export function fits(record: ModuleRecord, build: Pick<BuildFile, 'wrapShim' | 'config'>): boolean {
  const { kind, analysis } = record
  if (kind === 'script') {
    const shimmed = Object.hasOwn(build.config.shim ?? {}, record.id)
    return build.wrapShim && shimmed && !analysis.callsDefine
  }
  return kind !== 'esm'
}

/** What {@link addLateLayers} works with. */
interface Late {
  readonly graph: Graph
  readonly trace: (ids: readonly string[]) => Promise<readonly ModuleRecord[]>
  readonly file: Pick<BuildFile, 'wrapShim' | 'config'>
}

/** Modules that functions require, and that no layer holds, come with what they need in a layer of their own. */
async function addLateLayers(
  { graph, trace, file }: Late,
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
      const records = (await trace([id])).filter(
        (entry) => !held.has(entry.id) && fits(entry, file),
      )
      const own = records.at(-1)
      // A layer stands in the place of its own module's file, so that file must be one that fits.
      if (publicName === undefined || own?.id !== id || names.has(publicName)) continue
      for (const entry of records) held.add(entry.id)
      names.add(publicName)
      layers.push({
        publicName,
        name: id,
        records,
        create: false,
        insertRequire: [],
        module: undefined,
      })
    }
  }
}
