/** What the loader of a production page is told: final names, and which layer holds which module. */
import { readFileSync } from 'node:fs'
import { extname } from 'node:path/posix'
import type { Output } from './project.ts'
import type { Project } from '../context.ts'
import { absoluteId } from '../link/module.ts'
import type { Peers } from '../peers.ts'
import { isRequireJs } from '../module/amd-loader.ts'
import type { LoaderData } from '../loader.ts'
import type { ModuleRecord } from '../types.ts'

/** A project with what was made of it. */
export interface Built {
  readonly project: Project
  readonly output: Output
}

/**
 * Public names that the loader takes the place of.
 *
 * @param peers Where static files come from.
 * @param chosen The option `loader`.
 * @returns Public names; one when it is chosen.
 */
export function loaderNames(peers: Peers, chosen: string | undefined): readonly string[] {
  if (chosen !== undefined) return [chosen]
  const names: string[] = []
  for (const name of peers.list()) {
    if (!/(?:^|\/)require[\w.-]*\.js$/i.test(name)) continue
    const found = peers.find(name)
    if (
      found !== undefined &&
      found.derived === undefined &&
      isRequireJs(readFileSync(found.file, 'utf8'))
    ) {
      names.push(name)
    }
  }
  return names
}

/**
 * The loader's tables.
 *
 * @param loader Public name of the loader.
 * @param built Every project.
 * @param peers Where static files come from, and their final names.
 * @param base Vite's `base`.
 * @param chunks Public names of layers, with those of their ES chunks.
 * @returns The data, as small as it can be.
 */
export function loaderData(
  loader: string,
  built: readonly Built[],
  peers: Peers,
  base: string,
  chunks: ReadonlyMap<string, string> = new Map(),
): LoaderData {
  const url = peers.statics?.url ?? (/^(?:\w+:)?\//.test(base) ? base : undefined)
  const bundles: Record<string, string[]> = {}
  const main: Record<string, string> = {}
  const taken = new Set<string>()
  const all = built.flatMap(({ output }) => output.files)
  // A module in several layers is looked for in its own, else in the first.
  for (const file of all) if (file.main !== undefined) taken.add(file.main)
  for (const file of all) {
    if (file.main === undefined) continue
    const ids = file.ids.filter((id) => id === file.main || !taken.has(id))
    for (const id of ids) taken.add(id)
    if (ids.length > 0) bundles[file.publicName] = ids
    main[file.publicName] = file.main
  }
  return {
    staticRoot: '../'.repeat(loader.split('/').length - 1) || './',
    name: loader,
    ...(url === undefined ? {} : { url }),
    bundles,
    main,
    files: { ...finalNames(built, peers, chunks), ...chunkNames(peers, chunks) },
  }
}

/** Is the module's file made, so that nobody else carries it along? */
export function isDerived(record: ModuleRecord): boolean {
  return record.kind !== 'resource' && record.source !== record.file
}

/** Where a loader plugin may look for its resource in the page: the file itself, or a sheet without its suffix. */
function resourceNames({ ids }: Project, id: string): readonly string[] {
  const path = id.slice(id.indexOf('!') + 1).replace(/[!?].*$/, '')
  return path === ''
    ? []
    : [path, `${path}.css`].flatMap((candidate) => ids.toResourceName(candidate) ?? [])
}

/** ES chunks take the place of their layers. */
function chunkNames(peers: Peers, chunks: ReadonlyMap<string, string>): Record<string, string> {
  const names = [...chunks].map(([layer, chunk]) => [layer, peers.urls?.(chunk) ?? chunk] as const)
  return Object.fromEntries(names)
}

/** Final names of everything that may be loaded by itself. */
function finalNames(
  built: readonly Built[],
  peers: Peers,
  chunks: ReadonlyMap<string, string>,
): Record<string, string> {
  const { urls } = peers
  const names: Record<string, string> = {}
  if (urls === undefined) return names
  const inLayers = new Set<string>()
  const wanted = new Set<string>()
  for (const { output, project } of built) {
    const held = new Set(output.files.flatMap((file) => file.ids))
    const alone = project.build?.single !== true
    for (const record of output.reached) {
      if (held.has(record.id)) inLayers.add(record.publicName)
      else if (alone && (record.kind === 'resource' || isDerived(record))) {
        wanted.add(record.publicName)
      }
      for (const { id } of record.analysis.toUrls) {
        const name = project.ids.toResourceName(absoluteId(id, record.id))
        if (name !== undefined) wanted.add(name)
      }
    }
    for (const id of output.reached.flatMap((record) => record.deps)) {
      if (!id.includes('!') || held.has(id)) continue
      for (const name of resourceNames(project, id)) if (peers.find(name)) wanted.add(name)
    }
    for (const record of output.loose) wanted.add(record.publicName)
    // Layers, and a script that a `data-main` may name.
    for (const file of output.files) wanted.add(file.publicName)
  }
  for (const name of peers.list()) {
    if (!name.endsWith('.js') || inLayers.has(name)) continue
    if (built.some(({ project }) => project.ids.idOf(name) !== undefined)) wanted.add(name)
  }
  for (const name of [...wanted].sort()) {
    if (chunks.has(name)) continue
    const final = urls(name)
    if (final === undefined || final === name) continue
    const stem = name.slice(0, name.length - extname(name).length)
    const hash = /\.([0-9a-f]{12})$/.exec(final.slice(0, final.length - extname(final).length))?.[1]
    names[name] = hash !== undefined && final === `${stem}.${hash}${extname(name)}` ? hash : final
  }
  return names
}
