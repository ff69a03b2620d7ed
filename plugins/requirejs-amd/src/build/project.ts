/** A project's output files, before they have their final names. */
import { dirname, isAbsolute, relative } from 'node:path/posix'
import { bundlesInput, listing, nameInBuild, pathInBuild } from './lists.ts'
import type { Project } from '../context.ts'
import { AmdError } from '../error.ts'
import { fits, planLayers, type Layer } from '../layers/modules.ts'
import { link, type LinkInput } from '../link/index.ts'
import { definedIds, inputsOf, isQuiet, type Linking } from './inputs.ts'
import { planScript } from '../layers/script.ts'
import { withPlugins, writtenBy } from './resources.ts'
import { isRerunnable } from '../module/rerunnable.ts'
import { closingInputs, hashedMain, made } from '../link/classic.ts'
import type { BuildFile, BundleComplete, ModuleRecord, SourceMapLike } from '../types.ts'

/** How a build links. */
export interface LinkSettings {
  readonly minify: boolean
  /** Are source maps wanted, whatever a build file says? */
  readonly map: boolean
  /** Where the output goes (absolute): sources in maps are relative to it. */
  readonly outDir: string
  /** Do files get hashed names? */
  readonly hashed: boolean
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
  /** The modules in it, where it is a layer or a single file. */
  readonly records?: readonly ModuleRecord[]
}

/** What the build makes of a project. */
export interface Output {
  readonly files: readonly OutputFile[]
  /** Modules that stay files of their own. */
  readonly loose: readonly ModuleRecord[]
  readonly reached: readonly ModuleRecord[]
  /** Public names of modules that are to be found in layers only (`removeCombined`). */
  readonly combined: readonly string[]
  /** What `onModuleBundleComplete` is to be told. */
  readonly complete: readonly BundleComplete[]
}

/** What is to be linked into one file. */
interface Wanted {
  readonly publicName: string
  readonly linking: Linking
  readonly inputs: readonly LinkInput[]
  readonly ids: readonly string[]
  readonly main: string | undefined
}

const NONE: Output = { files: [], loose: [], reached: [], combined: [], complete: [] }

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
  if (build === undefined || build.modules.length === 0) return NONE
  const plan = await (build.single
    ? wantedScript(project, build, settings)
    : wantedLayers(project, build, settings))
  const linked = await Promise.all(plan.wanted.map((wanted) => linkFile(wanted, settings)))
  project.cache?.sweep()
  const isTold = build.writeBuildTxt || build.onModuleBundleComplete !== undefined
  const complete = isTold ? completed(plan.wanted, project, build, settings) : []
  if (build.write !== undefined) {
    for (const { code, map } of linked) build.write(code, map && JSON.stringify(map))
  }
  const files = build.write === undefined ? linked : []
  const own = new Set(files.map((file) => file.publicName))
  return {
    files: [
      ...files,
      ...plan.beside,
      ...(build.writeBuildTxt ? [listing(project, build, settings, complete)] : []),
    ],
    loose: plan.loose,
    reached: plan.reached,
    combined: build.removeCombined
      ? plan.wanted
          .flatMap(({ linking }) => linking.records)
          .filter(({ id, publicName }) => !id.includes('!') && !own.has(publicName))
          .map(({ publicName }) => publicName)
      : [],
    complete: complete.filter((_, at) => plan.wanted[at]?.linking.module !== undefined),
  }
}

/** What r.js tells of each file. */
function completed(
  wanted: readonly Wanted[],
  project: Project,
  build: BuildFile,
  settings: LinkSettings,
): readonly BundleComplete[] {
  const path = (name: string): string => pathInBuild(project, build, settings, name)
  return wanted.map(({ publicName, linking }) => ({
    name: linking.module?.name,
    path: path(publicName),
    included: linking.records.map(({ id, publicName: name }) =>
      id.includes('!') ? id : path(name),
    ),
  }))
}

async function linkFile(wanted: Wanted, settings: LinkSettings): Promise<OutputFile> {
  const { publicName, inputs, ids, main } = wanted
  const { build } = wanted.linking
  const folder = dirname(`${settings.outDir}/${publicName}`)
  const linked = await link(publicName, inputs, {
    minify: settings.minify && build.optimize !== 'none',
    minifier: build.minifier,
    map: build.generateSourceMaps ?? settings.map,
    licenses: build.preserveLicenseComments,
    cache: wanted.linking.project.cache,
    namespace: build.namespace,
    sourceName: (file) => (isAbsolute(file) ? relative(folder, file) : file),
  })
  const { records } = wanted.linking
  return { publicName, code: linked.code, map: linked.map, ids, main, records }
}

interface WantedFiles {
  /** What loader plugins have written themselves. */
  readonly beside: readonly OutputFile[]
  readonly wanted: readonly Wanted[]
  readonly loose: readonly ModuleRecord[]
  readonly reached: readonly ModuleRecord[]
}

async function wantedLayers(
  project: Project,
  build: BuildFile,
  settings: LinkSettings,
): Promise<WantedFiles> {
  const graphOf = (module: Layer['module']): Project =>
    (module && project.layers.get(module)) ?? project
  const plan = await planLayers(project.graph, build, (module) => graphOf(module).graph)
  const { wanted, beside } = await withPlugins(project, () =>
    plan.layers.map((layer): Wanted => {
      const own = graphOf(layer.module)
      const rules = own.build ?? build
      const kept = layer.records.filter((record) => rules.inlineText || record.kind !== 'resource')
      const { records, closing } = writtenBy(
        own,
        kept,
        layer.module && {
          name: layer.name,
          publicName: layer.publicName,
          short:
            build.dir === undefined
              ? undefined
              : pathInBuild(project, build, settings, layer.publicName),
        },
      )
      const linking = { project: own, build: rules, module: layer.module, records }
      return {
        publicName: layer.publicName,
        linking,
        inputs: around(rules, [
          ...records.flatMap((record) => inputsOf(linking, record)),
          ...closing,
          ...closingInputs(layer.create ? layer.name : undefined, layer.insertRequire),
          ...(settings.hashed && startsByName(layer) ? [hashedMain(layer.name)] : []),
        ]),
        ids: closing.length > 0 ? [] : idsOf(linking, layer),
        main: layer.name,
      }
    }),
  )
  const { bundlesConfigOutFile } = build
  if (bundlesConfigOutFile === undefined) return { ...plan, wanted, beside }
  return { ...plan, beside, wanted: await withBundles(project, build, settings, wanted) }
}

/** Ids for which a layer may be loaded: what else runs with it would run then too. */
function idsOf(linking: Linking, { name, create, insertRequire }: Layer): readonly string[] {
  const { project, records } = linking
  const acts = (record: ModuleRecord): boolean =>
    record.kind === 'script' &&
    !fits(record, linking.build) &&
    !isRerunnable(record.code, record.source)
  const loud = records.filter((record) => !isQuiet(record) || acts(record))
  if (insertRequire.length > 0 || loud.length > 1) return []
  const all = loud.length === 1 ? loud : records
  return [...all.flatMap((record) => definedIds(project, record)), ...(create ? [name] : [])]
}

/** Is the layer's module one that a page has to ask for? */
function startsByName({ module, name, records }: Layer): boolean {
  const own = records.find((record) => record.id === name)
  return module !== undefined && own?.kind === 'amd' && own.analysis.requires.length === 0
}

/** The layers' `bundles` configuration, in the file that asks for it. */
async function withBundles(
  project: Project,
  build: BuildFile,
  settings: LinkSettings,
  wanted: readonly Wanted[],
): Promise<readonly Wanted[]> {
  const config = bundlesInput(
    wanted
      .filter(({ linking }) => linking.module !== undefined)
      .map(({ linking, main }) => ({
        main,
        ids: linking.records.flatMap((record) => definedIds(linking.project, record)),
      })),
  )
  const publicName = nameInBuild(project, build, settings, build.bundlesConfigOutFile ?? '')
  const held = wanted.find((file) => file.publicName === publicName)
  if (held !== undefined) {
    return wanted.map((file) =>
      file === held ? { ...file, inputs: [config, ...file.inputs] } : file,
    )
  }
  const id = publicName === undefined ? undefined : project.ids.idOf(publicName)
  const record = id === undefined ? undefined : await project.graph.module(id)
  if (record === undefined || publicName === undefined) {
    const message = `\`bundlesConfigOutFile\` (${build.bundlesConfigOutFile}) is no module's file below \`dir\`.`
    throw new AmdError('REQUIREJS_AMD_BUILD_FILE', message, { file: build.file ?? build.folder })
  }
  const linking = { project, build, module: undefined, records: [record] }
  const text = { text: record.code, origin: undefined }
  return [
    ...wanted,
    {
      publicName,
      linking,
      inputs: [config, { kind: 'text', parts: [text] }],
      ids: [],
      main: undefined,
    },
  ]
}

async function wantedScript(
  project: Project,
  build: BuildFile,
  settings: LinkSettings,
): Promise<WantedFiles> {
  const script = await planScript(project.graph, build, settings.nameOf)
  const { publicName } = script
  const kept = script.records.filter((record) => build.inlineText || record.kind !== 'resource')
  const { wanted, beside } = await withPlugins(project, (): readonly Wanted[] => {
    const layer = { name: build.modules[0]?.name, publicName, short: undefined }
    const { records, closing } = writtenBy(project, kept, layer)
    const linking = { project, build, module: build.modules[0], records }
    const inputs = around(build, [
      ...records.flatMap((record) => inputsOf(linking, record)),
      ...closing,
      ...closingInputs(script.created, script.insertRequire),
    ])
    return [{ publicName, linking, inputs, ids: [], main: undefined }]
  })
  return { wanted, beside, loose: [], reached: kept }
}

function around(
  { wrap }: Pick<BuildFile, 'wrap'>,
  inputs: readonly LinkInput[],
): readonly LinkInput[] {
  return wrap === undefined ? inputs : [made(`${wrap.start}\n`), ...inputs, made(`\n${wrap.end}\n`)]
}
