/** The modules of a project as the linker takes them. */
import type { Project } from '../context.ts'
import { rulesOf } from '../config/normalize.ts'
import { AmdError } from '../error.ts'
import { fits } from '../layers/modules.ts'
import type { LinkInput } from '../link/index.ts'
import { madeInput, moduleInput } from '../link/module.ts'
import { analyze } from '../module/analyze.ts'
import { toRegistry } from '../module/registry.ts'
import { classicInput, made, stubInput, wrappedInput } from '../link/classic.ts'
import type { BuildFile, BuildModule, ModuleRecord, Shim } from '../types.ts'

/** What the modules of one file have in common. */
export interface Linking {
  readonly project: Project
  readonly build: BuildFile
  /** The file's entry in the build file. */
  readonly module: BuildModule | undefined
  /** All modules of the file. */
  readonly records: readonly ModuleRecord[]
}

/**
 * A module, and behind a package's main module the package's own name, as r.js defines it for loaders that know no
 * packages.
 *
 * @param linking Whose module it is.
 * @param record The module.
 * @returns The inputs.
 */
export function inputsOf(linking: Linking, record: ModuleRecord): readonly LinkInput[] {
  const { project, build } = linking
  if (record.layered) return [made(record.code)]
  const shim = shimOf(project, record.id)
  if (!fits(record, build)) return classicInput(record, shim, !build.skipModuleInsertion)
  const { config } = project.ids
  const aliases = [...(config.packages ? rulesOf(config).mains : [])]
    .filter(([name, main]) => main === record.id && name !== main)
    .map(([id, main]): LinkInput => {
      const factory = [{ text: 'function(main){return main}', origin: undefined }]
      return { kind: 'row', id, deps: [main], before: undefined, factory }
    })
  return [inputOf(linking, record, shim), ...aliases]
}

function inputOf(
  { project, build, module, records }: Linking,
  record: ModuleRecord,
  shim: Shim | undefined,
): LinkInput {
  const { id } = record
  const stubbed = module?.stubModules ?? build.modules[0]?.stubModules ?? []
  if (stubbed.includes(id)) {
    const plugin = records.some(({ deps }) => deps.some((dep) => dep.startsWith(`${id}!`)))
    return stubInput(id, plugin)
  }
  if (record.kind === 'script') return wrappedInput(record, shim ?? {})
  const own = written(project, record)
  if (own.kind === 'script') {
    // A condition has left nothing of the module: then it is not there.
    return { kind: 'text', parts: [{ text: own.code, origin: undefined }] }
  }
  const registry = (): ReturnType<typeof toRegistry> => toRegistry(own, { shim })
  if (build.onBuildWrite === undefined || record.id.includes('!')) {
    return moduleInput(own, registry)
  }
  const before = registry()
  const given: unknown = build.onBuildWrite(id, record.file, before.code)
  if (typeof given !== 'string') {
    const message = `\`onBuildWrite\` gives no text for '${id}': it always has to return one.`
    throw new AmdError('REQUIREJS_AMD_BUILD_FILE', message, { file: record.source })
  }
  const code = project.sources?.written(given, record.source) ?? given
  if (code === before.code) return moduleInput(own, () => before)
  return madeInput(own, { code: `${code}\n` }, analyze(code, { file: record.source }))
}

/** The module as it is to be written, where conditions have other values then. */
function written(project: Project, record: ModuleRecord): ModuleRecord {
  const code = record.kind === 'resource' ? undefined : project.sources?.saved(record.id)
  if (code === undefined) return record
  const analysis = analyze(code, { file: record.source })
  return { ...record, code, analysis, kind: analysis.kind }
}

/** The shim of an id in its full form, with its `init` as text. */
function shimOf({ ids, dynamic }: Project, id: string): Shim | undefined {
  const all = ids.config.shim
  const shim = all !== undefined && Object.hasOwn(all, id) ? all[id] : undefined
  if (shim === undefined) return undefined
  const init = dynamic[`shim.${id}.init`]
  const own = Array.isArray(shim) ? { deps: shim } : shim
  return init === undefined ? own : { ...own, init }
}

/** Does the module's text run nothing when it is loaded? A page that wants another module must not start this one. */
export function isQuiet({ kind, analysis }: ModuleRecord): boolean {
  if (kind === 'resource' || kind === 'script') return true
  return kind === 'amd' && analysis.requires.length === 0 && analysis.configs.length === 0
}

/** Ids that a module's text defines: its own and those that stand in it. */
export function definedIds(project: Project, record: ModuleRecord): readonly string[] {
  if (record.kind === 'amd' && !record.layered && written(project, record).kind === 'script')
    return []
  const named = record.analysis.defines.flatMap((call) => (call.id === undefined ? [] : [call.id]))
  return [...new Set(record.layered ? named : [record.id, ...named])]
}
