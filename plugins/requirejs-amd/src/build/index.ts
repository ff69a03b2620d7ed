/** The build: AMD files as classic scripts under their public names, beside whatever Rolldown makes of ES modules. */
import { Buffer } from 'node:buffer'
import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { normalizePath, type Plugin } from 'vite'
import { linkProject, type LinkSettings, type OutputFile } from './project.ts'
import { isDerived, type Built } from './loader-data.ts'
import { chunksOf, emitLoaders } from './loaders.ts'
import type { Context, Project } from '../context.ts'
import type { EsmBuild } from '../esm/build.ts'
import { toChunk } from '../esm/layers.ts'
import { withEntries } from '../layers/entries.ts'
import { AmdError, toLocated } from '../error.ts'
import type { Peers } from '../peers.ts'
import type { ModuleRecord } from '../types.ts'

/** Rolldown wants an input; a site of AMD modules has none. */
const NOTHING = 'virtual:requirejs-amd/nothing'
const NOTHING_ID = `\0${NOTHING}`

/**
 * The plugin of the build.
 *
 * @param context The plugin call.
 * @param esm The ES modules that AMD modules reach.
 * @returns A plugin that emits assets under unhashed public names.
 */
export function buildPlugin(context: Context, esm: EsmBuild): Plugin {
  let peers: Peers | undefined
  let built: Promise<readonly Built[]> | undefined
  let projects: readonly Project[] = []
  const link = async (settings: LinkSettings): Promise<readonly Built[]> =>
    Promise.all(
      projects.map(async (project) => ({
        project,
        output: await linkProject(project, settings),
      })),
    )
  return {
    name: 'requirejs-amd:build',
    apply: 'build',
    applyToEnvironment: (environment) => environment.config.consumer === 'client',
    options(options) {
      const page = normalizePath(`${context.config.root}/index.html`)
      const { input } = options
      // An empty list asks for AMD layers alone, where an `index.html` of the folder is no page of the site.
      if (Array.isArray(input) && input.length === 0) return { ...options, input: NOTHING }
      const only = Array.isArray(input) ? input[0] : input
      const none = input === undefined || (typeof only === 'string' && normalizePath(only) === page)
      return none && !existsSync(page) ? { ...options, input: NOTHING } : null
    },
    resolveId: {
      filter: { id: new RegExp(`^${NOTHING}$`) },
      handler: () => ({ id: NOTHING_ID }),
    },
    load: {
      filter: { id: new RegExp(`^${NOTHING_ID}$`) },
      handler: () => 'export {}',
    },
    async buildStart() {
      context.reset()
      try {
        peers = await context.peers()
        projects = await withEntries(context, peers, await context.projects())
        await esm.start(this, projects)
        // Beside Rolldown's own work; what it throws is for `buildEnd`.
        built = esm.isEmpty ? link(settingsOf(context, peers)) : undefined
        built?.catch(() => {})
        for (const file of projects.flatMap((project) => project.watch)) this.addWatchFile(file)
      } catch (error) {
        this.error(toLocated(error))
      }
    },
    async buildEnd(error) {
      if (error !== undefined) return
      try {
        // Before Vite empties the last output.
        await built
      } catch (failure) {
        this.error(toLocated(failure))
      }
    },
    async writeBundle() {
      if (built === undefined || peers === undefined) return
      const names = (await built).flatMap(({ output }) => output.combined)
      if (names.length === 0) return
      if (peers.hasStatics) {
        this.warn(
          '`removeCombined` has no effect: what is published is up to the plugin for static files, and names of modules may stand in a template.',
        )
        return
      }
      // Vite has copied its public folder.
      const { outDir } = settingsOf(context, peers)
      await Promise.all(names.map((name) => rm(`${outDir}/${name}`, { force: true })))
    },
    async generateBundle(_, bundle) {
      for (const [name, chunk] of Object.entries(bundle)) {
        if (chunk.type === 'chunk' && chunk.facadeModuleId === NOTHING_ID) delete bundle[name]
      }
      if (peers === undefined) return
      const found = peers
      try {
        if (!esm.isEmpty) {
          await esm.finish(this, bundle, projects, peers)
          built = link(settingsOf(context, peers))
        }
        const all = (await built) ?? []
        const { sourcemap } = context.config.build
        const emit = (fileName: string, source: string): void => {
          this.emitFile({ type: 'asset', fileName, source })
          // Who gives final names learns of the content, which others refer to.
          found.urls?.(fileName, source)
        }
        const chunks = context.options.format === 'esm' ? chunksOf(all) : new Map<string, string>()
        for (const file of all.flatMap(({ output }) => output.files)) {
          emitFile(chunks.has(file.publicName) ? toChunk(file) : file, sourcemap, emit)
        }
        for (const { publicName, code } of looseFiles(all, found, context.config.publicDir))
          emit(publicName, code)
        for (const record of all.flatMap(({ output }) => output.reached)) {
          for (const file of record.watch) this.addWatchFile(file)
        }
        const { minify } = settingsOf(context, found)
        const watch = (file: string): void => this.addWatchFile(file)
        await emitLoaders({ context, peers: found, built: all, minify, emit, chunks, watch })
        complete(all)
      } catch (error) {
        this.error(toLocated(error))
      }
    },
  }
}

/** Modules that may be loaded by themselves, and whose files nobody else carries along. */
function looseFiles(
  built: readonly Built[],
  peers: Peers,
  publicDir: string,
): readonly ModuleRecord[] {
  const carried = publicDir === '' ? undefined : `${normalizePath(publicDir)}/`
  const files = new Map<string, ModuleRecord>()
  for (const { output, project } of built) {
    if (project.build?.single === true) continue
    const held = new Set(output.files.flatMap((file) => file.ids))
    const own = new Set(output.files.map((file) => file.publicName))
    for (const record of output.reached) {
      if (held.has(record.id) || own.has(record.publicName)) continue
      // A loader plugin's resource has no file of its own.
      if (record.kind !== 'resource' && record.id.includes('!')) continue
      // Vite copies its public folder; static files of a peer are that peer's.
      const left = carried === undefined || !record.file.startsWith(carried)
      if (isDerived(record) || (!peers.hasStatics && left)) files.set(record.publicName, record)
    }
  }
  return [...files.values()]
}

/** Tells build files what was made. */
function complete(built: readonly Built[]): void {
  for (const { project, output } of built) {
    const { build } = project
    for (const data of output.complete) {
      try {
        build?.onModuleBundleComplete?.(data)
      } catch (cause) {
        const message = `\`onModuleBundleComplete\` failed for '${data.name}': ${String(cause)}`
        const place = { file: build?.file ?? build?.folder ?? '' }
        throw new AmdError('REQUIREJS_AMD_BUILD_FILE', message, place, { cause })
      }
    }
  }
}

function settingsOf(context: Context, peers: Peers): LinkSettings {
  const { build, root } = context.config
  return {
    minify: build.minify !== false,
    map: Boolean(build.sourcemap),
    outDir: normalizePath(resolve(root, build.outDir)),
    hashed: peers.urls !== undefined,
    nameOf: (file) => peers.nameOf(file),
  }
}

function emitFile(
  { publicName, code, map }: OutputFile,
  sourcemap: boolean | 'inline' | 'hidden',
  emit: (fileName: string, source: string) => void,
): void {
  if (map === undefined) {
    emit(publicName, code)
    return
  }
  const json = JSON.stringify(map)
  if (sourcemap === 'inline') {
    const data = Buffer.from(json).toString('base64')
    emit(publicName, `${code}//# sourceMappingURL=data:application/json;base64,${data}\n`)
    return
  }
  const name = publicName.slice(publicName.lastIndexOf('/') + 1)
  // The map first: the name of the script depends on it.
  emit(`${publicName}.map`, json)
  emit(publicName, sourcemap === 'hidden' ? code : `${code}//# sourceMappingURL=${name}.map\n`)
}
