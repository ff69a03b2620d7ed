/** Which modules go into r.js's single-file build, and in which order. */
import { AmdError } from '../error.ts'
import { definesLoader } from '../module/amd-loader.ts'
import type { BuildFile, Graph, ModuleRecord } from '../types.ts'

/** The modules of a single-file build, in r.js's order. */
export interface Script {
  readonly publicName: string
  readonly records: readonly ModuleRecord[]
  readonly insertRequire: readonly string[]
  /** Id of a module made up by the build. */
  readonly created: string | undefined
}

/**
 * Plans a build file with `out`.
 *
 * @param graph The modules.
 * @param build What the build file says.
 * @param nameOf Public name of a path.
 * @returns The one script.
 * @throws {AmdError} `REQUIREJS_AMD_OUTSIDE` when `out` is in no static root; `REQUIREJS_AMD_MISSING`.
 */
export async function planScript(
  graph: Graph,
  build: BuildFile,
  nameOf: (file: string) => string | undefined,
): Promise<Script> {
  const place = { file: build.file ?? build.folder }
  const [module] = build.modules
  // A text that goes to a function of the build file needs no place.
  const out = build.write === undefined ? build.out : `${build.baseUrl}/${module?.name ?? 'out'}.js`
  const publicName = out === undefined ? undefined : (nameOf(out) ?? (build.write && 'out.js'))
  if (publicName === undefined || module === undefined) {
    const message = `\`out\` (${build.out}) is below no folder of static files, so the script would have no public name. Let \`out\` name a path inside one.`
    throw new AmdError('REQUIREJS_AMD_OUTSIDE', message, place)
  }
  const closure = async (ids: readonly string[]): Promise<readonly ModuleRecord[]> =>
    graph.closure(
      ids.map((id) => graph.ids.normalize(id)),
      { nested: build.findNestedDependencies },
    )
  const own = module.name === undefined || module.create ? [] : [module.name]
  // r.js: `deps` of the configuration come before the module itself.
  const records = await closure([...(build.config.deps ?? []), ...own, ...module.include])
  const left = new Set(module.excludeShallow.map((id) => graph.ids.normalize(id)))
  for (const record of await closure(module.exclude)) left.add(record.id)
  const held = records.filter((record) => !left.has(record.id))
  // What defines `define` comes first, wherever it was included.
  const loader = held.filter((record) => definesLoader(record.code)).slice(0, 1)
  return {
    publicName,
    records: [...loader, ...held.filter((record) => !loader.includes(record))],
    insertRequire: module.insertRequire,
    created: module.create ? module.name : undefined,
  }
}
