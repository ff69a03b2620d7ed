/** ES modules that become AMD modules, so that they stand in layers and run as classic scripts. */
import { resolve } from 'node:path/posix'
import { normalizePath, type ResolvedConfig, type Rolldown } from 'vite'
import type { Project } from '../context.ts'
import { quote } from '../module/registry.ts'
import type { Peers } from '../peers.ts'
import type { MadeModule } from '../types.ts'
import { chunksOf, sheetsOf } from './bundle.ts'
import { toClassic } from './classic.ts'
import { idsIn, type BuiltPart } from './parts.ts'
import { linksTo, madeOf, pathTo } from './place.ts'

/** What {@link classicModules} works with. */
export interface ClassicModulesOptions {
  readonly config: ResolvedConfig
  readonly project: Project
  readonly peers: Peers
  readonly bundle: Rolldown.OutputBundle
  /** Names of the chunks that the parts need, their own among them. */
  readonly lowered: ReadonlySet<string>
  /** Folder below `baseUrl` for chunks that have no id of their own. */
  readonly folder: string
}

/**
 * The parts and all that they import, as AMD modules.
 *
 * @throws {AmdError} `REQUIREJS_AMD_UNSUPPORTED` for what no classic script can do.
 */
export async function classicModules(
  parts: readonly BuiltPart[],
  { config, project, peers, bundle, lowered, folder }: ClassicModulesOptions,
): Promise<readonly MadeModule[]> {
  const used = parts.filter((part) => idsIn(part, project).length > 0)
  if (used.length === 0) return []
  const { prefix } = project
  const chunks = new Map(
    chunksOf(bundle)
      .filter(({ fileName }) => lowered.has(fileName))
      .map((chunk) => [chunk.fileName, chunk] as const),
  )
  const names = nameChunks(chunks, used, project, folder)
  const classic = await toClassic(chunks, {
    root: normalizePath(config.root),
    outDir: normalizePath(resolve(config.root, config.build.outDir)),
    sourcemap: Boolean(config.build.sourcemap) || project.build?.generateSourceMaps === true,
    idOf: (fileName) => names.get(fileName) ?? fileName,
    pathOf: (fileName) => pathTo(prefix, fileName),
  })
  const byFile = new Map(used.map((part) => [part.fileName, part]))
  const modules: MadeModule[] = []
  for (const [fileName, { code, map }] of classic) {
    const id = names.get(fileName)
    const chunk = chunks.get(fileName)
    if (id === undefined || chunk === undefined) continue
    // The sheets of what an entry imports come with the entry.
    const sheets = chunk.isEntry || chunk.isDynamicEntry ? sheetsOf(bundle, fileName) : []
    const links = linksTo(sheets.map((name) => pathTo(prefix, peers.urls?.(name) ?? name)))
    const text = code.replace('{\n', () => `{${links}\n`)
    const part = byFile.get(fileName)
    const own = part && idsIn(part, project)[0] === id ? part : undefined
    const publicName = resolve(`/${prefix}`, `${id}.js`).slice(1)
    const file = chunk.facadeModuleId ?? publicName
    const base = own
      ? madeOf(id, own.record, text)
      : { id, publicName, file, watch: [], code: text }
    modules.push({ ...base, map })
  }
  return [...modules, ...used.flatMap((part) => aliases(part, project, names))]
}

/** The AMD ids of chunks: a part's own, or one below `folder`. */
function nameChunks(
  chunks: ReadonlyMap<string, Rolldown.OutputChunk>,
  parts: readonly BuiltPart[],
  project: Project,
  folder: string,
): ReadonlyMap<string, string> {
  const names = new Map<string, string>()
  for (const part of parts) {
    const [id] = idsIn(part, project)
    // Whoever imports the ES module wants its namespace, whatever it gives to AMD modules.
    if (id !== undefined && !chunks.get(part.fileName)?.exports.includes('module.exports'))
      names.set(part.fileName, id)
  }
  const taken = new Set<string>()
  for (const [fileName, { name }] of chunks) {
    if (names.has(fileName)) continue
    const stem = name.replaceAll(/[^\w./-]/g, '_').replace(/^[/.]+/, '')
    let free = stem
    for (let count = 2; taken.has(free); count++) free = `${stem}${count}`
    taken.add(free)
    names.set(fileName, `${folder}/${free}`)
  }
  return names
}

/** The ids by which a part is required, where they are not its chunk's. */
function aliases(
  part: BuiltPart,
  project: Project,
  names: ReadonlyMap<string, string>,
): readonly MadeModule[] {
  const [first, ...others] = idsIn(part, project)
  const own = names.get(part.fileName)
  if (first === undefined || own === undefined) return []
  const value = `define([${quote(own)}], function (ns) { return ns['module.exports'] });\n`
  const same = `define([${quote(first)}], function (value) { return value });\n`
  return [
    ...(own === first ? [] : [madeOf(first, part.record, value)]),
    ...others.map((id) => madeOf(id, part.record, same)),
  ]
}
