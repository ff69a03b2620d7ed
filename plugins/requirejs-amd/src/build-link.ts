/** A project's output files, before they have their final names. */
import { dirname, isAbsolute, relative } from 'node:path/posix'
import type { Project } from './context.ts'
import { rulesOf } from './config/normalize.ts'
import { AmdError } from './error.ts'
import { fits, planLayers } from './layers.ts'
import { link, type LinkInput } from './link.ts'
import { madeInput, moduleInput } from './link-module.ts'
import { analyze } from './module/analyze.ts'
import { toRegistry } from './module/registry.ts'
import { classicInput, closingInputs, made, planScript, stubInput } from './scripts.ts'
import type { BuildFile, ModuleRecord, Shim, SourceMapLike } from './types.ts'

/** How a build links. */
export interface LinkSettings {
  readonly minify: boolean
  /** Are source maps wanted, whatever a build file says? */
  readonly map: boolean
  /** Where the output goes (absolute): sources in maps are relative to it. */
  readonly outDir: string
  /** Public name of a path. */
  readonly nameOf: (file: string) => string | undefined
}

/** A file that the build makes. */
export interface OutputFile {
  readonly publicName: string
  readonly code: string
  readonly map: SourceMapLike | undefined
  /** Ids of modules that the file may be loaded for, because it does nothing but define them. */
  readonly ids: readonly string[]
  /** Id that a page means with this file as `data-main`. */
  readonly main: string | undefined
}

/** What the build makes of a project. */
export interface Output {
  readonly files: readonly OutputFile[]
  /** Modules that stay files of their own. */
  readonly loose: readonly ModuleRecord[]
  readonly reached: readonly ModuleRecord[]
}

/** What is to be linked into one file. */
interface Wanted {
  readonly publicName: string
  readonly inputs: readonly LinkInput[]
  readonly ids: readonly string[]
  readonly main: string | undefined
}

/**
 * Links all files of a project.
 *
 * @param project The project.
 * @param settings How.
 * @returns The files. None without a build file: all modules are then loaded as they are.
 * @throws Errors with a place: missing modules, syntax, what cannot be linked.
 */
export async function linkProject(project: Project, settings: LinkSettings): Promise<Output> {
  const { build } = project
  if (build === undefined) return { files: [], loose: [], reached: [] }
  if (Object.keys(build.pragmasOnSave).length > 0) {
    const message =
      '`pragmasOnSave` is not supported: sources are read once. Use `pragmas` for these conditions.'
    throw new AmdError('REQUIREJS_AMD_UNSUPPORTED', message, { file: build.file ?? build.folder })
  }
  const plan = await (build.out === undefined
    ? wantedLayers(project, build)
    : wantedScript(project, build, settings))
  const files = await Promise.all(
    plan.wanted.map(async ({ publicName, inputs, ids, main }): Promise<OutputFile> => {
      const folder = dirname(`${settings.outDir}/${publicName}`)
      const linked = await link(publicName, inputs, {
        minify: settings.minify && build.optimize !== 'none',
        map: build.generateSourceMaps ?? settings.map,
        licenses: build.preserveLicenseComments,
        sourceName: (file) => (isAbsolute(file) ? relative(folder, file) : file),
      })
      return { publicName, code: linked.code, map: linked.map, ids, main }
    }),
  )
  return { files, loose: plan.loose, reached: plan.reached }
}

interface WantedFiles {
  readonly wanted: readonly Wanted[]
  readonly loose: readonly ModuleRecord[]
  readonly reached: readonly ModuleRecord[]
}

async function wantedLayers(project: Project, build: BuildFile): Promise<WantedFiles> {
  const { layers, loose, reached } = await planLayers(project.graph, build)
  const wanted = layers.map((layer): Wanted => {
    const records = layer.records.filter((record) => build.inlineText || record.kind !== 'resource')
    return {
      publicName: layer.publicName,
      inputs: [
        ...records.flatMap((record) => inputsOf(project, build, record)),
        ...closingInputs(layer.create ? layer.name : undefined, layer.insertRequire),
      ],
      ids:
        layer.insertRequire.length === 0 && records.every(isQuiet)
          ? [...records.flatMap(definedIds), ...(layer.create ? [layer.name] : [])]
          : [],
      main: layer.name,
    }
  })
  return { wanted, loose, reached }
}

async function wantedScript(
  project: Project,
  build: BuildFile,
  settings: LinkSettings,
): Promise<WantedFiles> {
  const script = await planScript(project.graph, build, settings.nameOf)
  const records = script.records.filter((record) => build.inlineText || record.kind !== 'resource')
  const inputs = [
    ...records.flatMap((record) =>
      fits(record)
        ? inputsOf(project, build, record)
        : classicInput(record, shimOf(project, record.id), !build.skipModuleInsertion),
    ),
    ...closingInputs(script.created, script.insertRequire),
  ]
  const wrapped =
    build.wrap === undefined
      ? inputs
      : [made(`${build.wrap.start}\n`), ...inputs, made(`\n${build.wrap.end}\n`)]
  const wanted = { publicName: script.publicName, inputs: wrapped, ids: [], main: undefined }
  return { wanted: [wanted], loose: [], reached: records }
}

/** A module, and behind a package's main module the package's own name, as r.js defines it for loaders that know no packages. */
function inputsOf(project: Project, build: BuildFile, record: ModuleRecord): LinkInput[] {
  const aliases = [...rulesOf(project.ids.config).mains]
    .filter(([name, main]) => main === record.id && name !== main)
    .map(([id, main]): LinkInput => {
      const factory = [{ text: 'function(main){return main}', origin: undefined }]
      return { kind: 'row', id, deps: [main], before: undefined, factory }
    })
  return [inputOf(project, build, record), ...aliases]
}

function inputOf(project: Project, build: BuildFile, record: ModuleRecord): LinkInput {
  if (build.stubModules.includes(record.id)) return stubInput(record.id)
  const registry = (): ReturnType<typeof toRegistry> =>
    toRegistry(record, { shim: shimOf(project, record.id) })
  if (build.onBuildWrite === undefined || record.kind === 'resource') {
    return moduleInput(record, registry)
  }
  const before = registry()
  const code = build.onBuildWrite(record.id, record.file, before.code)
  if (code === before.code) return moduleInput(record, () => before)
  return madeInput(record, { code: `${code}\n` }, analyze(code, { file: record.source }))
}

function shimOf({ ids, dynamic }: Project, id: string): Shim | undefined {
  const all = ids.config.shim
  const shim = all !== undefined && Object.hasOwn(all, id) ? all[id] : undefined
  if (shim === undefined) return undefined
  const init = dynamic[`shim.${id}.init`]
  const own = Array.isArray(shim) ? { deps: shim } : shim
  return init === undefined ? own : { ...own, init }
}

/** Does the module's text run nothing when it is loaded? A page that wants another module must not start this one. */
function isQuiet({ kind, analysis }: ModuleRecord): boolean {
  if (kind === 'resource') return true
  return kind === 'amd' && analysis.requires.length === 0 && analysis.configs.length === 0
}

/** Ids that a module's text defines: its own and those that stand in it. */
function definedIds(record: ModuleRecord): readonly string[] {
  const named = record.analysis.defines.flatMap((call) => (call.id === undefined ? [] : [call.id]))
  return [...new Set([record.id, ...named])]
}
