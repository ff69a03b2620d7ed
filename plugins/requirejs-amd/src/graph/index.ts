/** The modules of a configuration: read, analysed, walked in RequireJS's order. */
import { statSync } from 'node:fs'
import { AmdError } from '../error.ts'
import { loaderPluginOf } from '../loader-plugins/index.ts'
import { analyze } from '../module/analyze.ts'
import type {
  Analysis,
  ClosureOptions,
  Found,
  Graph,
  Ids,
  MissingModule,
  ModuleRecord,
  Source,
} from '../types.ts'
import { edgesOf, type Edges } from './edges.ts'
import { nearMisses } from './near.ts'

/** What {@link createGraph} builds on. */
export interface GraphOptions {
  readonly ids: Ids
  /** The file behind a public name. */
  find(publicName: string): Found | undefined
  /** The text of a file, or what a derivation makes of its source. */
  read(found: Found, publicName: string): Promise<Source>
  /** Changes a source before it is analysed (`onBuildRead`, pragmas). */
  readonly transform?: ((code: string, id: string, file: string) => string) | undefined
  /** Public names, for near misses. */
  readonly names?: (() => Iterable<string>) | undefined
}

interface Entry {
  readonly record: ModuleRecord
  readonly edges: Edges
  readonly stamp: string
}

const resourceAnalysis: Analysis = analyze('', { file: '' })

/**
 * A graph that reads modules when they are asked for, and again when one of their files has changed.
 *
 * @param options The ids and how files are found and read.
 */
export function createGraph(options: GraphOptions): Graph {
  const { ids } = options
  const cache = new Map<string, Promise<Entry>>()
  const settled = new Map<string, Entry>()
  const resources = new Map<string, string>()

  const placeOf = (
    id: string,
  ): { publicName: string; found: Found; resource: boolean } | MissingPlace | undefined => {
    const resolved = ids.locate(id)
    if (resolved.kind === 'module') {
      return { publicName: resolved.publicName, found: resolved.found, resource: false }
    }
    if (resolved.kind === 'missing') return { missing: resolved.publicName }
    const plugin = resolved.kind === 'plugin' ? loaderPluginOf(resolved.plugin) : undefined
    if (resolved.kind !== 'plugin' || !plugin) return undefined
    const publicName = ids.toResourceName(resources.get(id) ?? plugin.path(resolved.resource))
    if (publicName === undefined) return undefined
    const found = options.find(publicName)
    return found ? { publicName, found, resource: true } : { missing: publicName }
  }

  const load = async (
    id: string,
    publicName: string,
    found: Found,
    resource: boolean,
  ): Promise<Entry> => {
    const source = await options.read(found, publicName)
    const stamp = stampOf(found.file, source.watch)
    const file = found.file
    const origin = found.source ?? found.file
    const base = { id, publicName, file, source: origin, watch: source.watch, map: source.map }
    if (resource) {
      const resolved = ids.locate(id)
      const plugin = resolved.kind === 'plugin' ? loaderPluginOf(resolved.plugin) : undefined
      const value =
        plugin && resolved.kind === 'plugin'
          ? plugin.value(source.code, resolved.resource)
          : source.code
      const record: ModuleRecord = {
        ...base,
        kind: 'resource',
        code: value,
        analysis: resourceAnalysis,
        deps: [],
        nestedDeps: [],
      }
      return {
        record,
        edges: {
          deps: [],
          nestedDeps: [],
          offsets: new Map(),
          optional: new Set<string>(),
          resources: new Map(),
        },
        stamp,
      }
    }
    const text = source.code.startsWith('\uFEFF') ? source.code.slice(1) : source.code
    const code = options.transform ? options.transform(text, id, origin) : text
    const analysis = analyze(code, { file: origin })
    const edges = edgesOf(analysis, id, ids)
    for (const [key, path] of edges.resources) if (!resources.has(key)) resources.set(key, path)
    const { deps, nestedDeps } = edges
    return {
      record: { ...base, kind: analysis.kind, code, analysis, deps, nestedDeps },
      edges,
      stamp,
    }
  }

  const entryOf = async (id: string): Promise<Entry | MissingPlace | undefined> => {
    const place = placeOf(id)
    if (!place || 'missing' in place) return place
    const { publicName, found, resource } = place
    const known = settled.get(id)
    if (
      known &&
      known.record.file === found.file &&
      known.stamp === stampOf(found.file, known.record.watch)
    )
      return known
    if (known) drop(id)
    let pending = cache.get(id)
    if (!pending) {
      pending = load(id, publicName, found, resource)
      cache.set(id, pending)
    }
    try {
      const entry = await pending
      settled.set(id, entry)
      return entry
    } catch (error) {
      cache.delete(id)
      throw error
    }
  }

  const drop = (id: string): void => {
    cache.delete(id)
    settled.delete(id)
  }

  const closure = async (
    roots: readonly string[],
    walk: ClosureOptions = {},
  ): Promise<readonly ModuleRecord[]> => {
    const entries = new Map<string, Entry>()
    const parents = new Map<string, string | undefined>()
    const missing = new Map<string, string>()
    const edgesFrom = ({ record }: Entry): readonly string[] =>
      walk.nested ? [...record.deps, ...record.nestedDeps] : record.deps

    let wave = [...roots]
    for (const id of wave) parents.set(id, undefined)
    while (wave.length > 0) {
      const found = await Promise.all(
        wave.map(async (id) => {
          try {
            return await entryOf(id)
          } catch (error) {
            if (!walk.onError) throw error
            walk.onError(error, id)
            return undefined
          }
        }),
      )
      const next: string[] = []
      for (const [index, entry] of found.entries()) {
        const id = wave[index] ?? ''
        if (!entry) continue
        if ('missing' in entry) {
          missing.set(id, entry.missing)
          continue
        }
        entries.set(id, entry)
        for (const dep of edgesFrom(entry)) {
          if (parents.has(dep) || walk.exclude?.has(dep)) continue
          parents.set(dep, id)
          next.push(dep)
        }
      }
      wave = next
    }

    const provided = new Set(
      [...entries.values()].flatMap(({ record }) =>
        record.analysis.defines.flatMap((call) => call.id ?? []),
      ),
    )
    for (const [id, publicName] of missing) {
      // What runs without it, or is defined by a neighbour, is left to run time.
      const parent = entries.get(parents.get(id) ?? '')
      if (provided.has(id) || parent?.edges.optional.has(id)) continue
      const problem = describe(id, publicName, parents, entries)
      if (!walk.onMissing) throw problem.error
      walk.onMissing(problem)
    }

    return inOrder(roots, entries, edgesFrom)
  }

  const describe = (
    id: string,
    publicName: string,
    parents: ReadonlyMap<string, string | undefined>,
    entries: ReadonlyMap<string, Entry>,
  ): MissingModule => {
    const chain: string[] = []
    for (let at: string | undefined = id; at !== undefined; at = parents.get(at)) chain.unshift(at)
    const parent = entries.get(chain.at(-2) ?? '')
    const near = nearMisses(publicName, options.names?.() ?? [])
    const offset = parent?.edges.offsets.get(id)
    const hint =
      near.length > 0
        ? ` Did you mean ${near.map((name) => `'${ids.idOf(name) ?? name}' (${name})`).join(' or ')}?`
        : ''
    const error = new AmdError(
      'REQUIREJS_AMD_MISSING',
      `No static file ${publicName} for the module '${id}' (${chain.join(' → ')}).${hint}`,
      parent && {
        file: parent.record.source,
        text: parent.record.map ? undefined : parent.record.code,
        offset,
      },
    )
    return { id, publicName, chain, near, from: parent && { record: parent.record, offset }, error }
  }

  return {
    ids,
    async module(id) {
      const entry = await entryOf(id)
      return entry && !('missing' in entry) ? entry.record : undefined
    },
    closure,
    invalidate(file) {
      let found = false
      for (const [id, { record }] of settled) {
        if (record.file !== file && record.source !== file && !record.watch.includes(file)) continue
        drop(id)
        found = true
      }
      return found
    },
  }
}

interface MissingPlace {
  readonly missing: string
}

/** Dependencies first, first seen first; a cycle is entered where it was first asked for. */
function inOrder(
  roots: readonly string[],
  entries: ReadonlyMap<string, Entry>,
  edgesFrom: (entry: Entry) => readonly string[],
): ModuleRecord[] {
  const order: ModuleRecord[] = []
  const seen = new Set<string>()
  // A stack of its own: chains of modules may be deeper than the call stack.
  const stack: { entry: Entry; edges: readonly string[]; next: number }[] = []
  const enter = (id: string): void => {
    const entry = entries.get(id)
    if (!entry || seen.has(id)) return
    seen.add(id)
    stack.push({ entry, edges: edgesFrom(entry), next: 0 })
  }
  for (const root of roots) {
    enter(root)
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const dep = top.edges[top.next++]
      if (dep !== undefined) {
        enter(dep)
      } else {
        order.push(top.entry.record)
        stack.pop()
      }
    }
  }
  return order
}

/** Changes when any of the files changes. */
function stampOf(file: string, watch: readonly string[]): string {
  return (watch.length > 0 ? watch : [file])
    .map((path) => {
      const stat = statSync(path, { throwIfNoEntry: false })
      return stat ? `${stat.mtimeMs}:${stat.size}` : '-'
    })
    .join('|')
}
