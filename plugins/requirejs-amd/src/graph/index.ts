/** The modules of a configuration, walked in RequireJS's order. */
import type { ClosureOptions, Graph, ModuleRecord } from '../types.ts'
import { missingModule, type Way } from './missing.ts'
import { Modules, type Entry, type ModuleSources } from './modules.ts'
import { inOrder } from './order.ts'

/** What {@link createGraph} builds on. */
export interface GraphOptions extends ModuleSources {
  /** Public names, for near misses. */
  readonly names?: (() => Iterable<string>) | undefined
}

/**
 * A graph that reads modules when they are asked for, and again when one of their files has changed.
 *
 * @param options The ids and how files are found and read.
 */
export function createGraph(options: GraphOptions): Graph {
  const { ids } = options
  const modules = new Modules(options)

  /** Reads what the roots reach, one wave after the other. */
  const gather = async (roots: readonly string[], walk: ClosureOptions): Promise<Gathered> => {
    const entries = new Map<string, Entry>()
    const parents = new Map<string, string | undefined>()
    const missing = new Map<string, string>()
    const get = async (id: string): ReturnType<Modules['get']> => {
      try {
        return await modules.get(id)
      } catch (error) {
        if (!walk.onError) throw error
        walk.onError(error, id)
        return undefined
      }
    }
    let wave = [...roots]
    for (const id of wave) parents.set(id, undefined)
    while (wave.length > 0) {
      const found = await Promise.all(wave.map(get))
      const next: string[] = []
      for (const [index, entry] of found.entries()) {
        const id = wave[index] ?? ''
        if (!entry) continue
        if ('missing' in entry) {
          missing.set(id, entry.missing)
          continue
        }
        entries.set(id, entry)
        for (const dep of edgesFrom(entry, walk)) {
          if (parents.has(dep) || walk.exclude?.has(dep)) continue
          parents.set(dep, id)
          next.push(dep)
        }
      }
      wave = next
    }
    return { entries, parents, missing }
  }

  return {
    ids,
    async module(id) {
      const entry = await modules.get(id)
      return entry && !('missing' in entry) ? entry.record : undefined
    },
    async closure(roots, walk = {}): Promise<readonly ModuleRecord[]> {
      const way = await gather(roots, walk)
      const { entries, parents, missing } = way
      const provided = new Set(
        [...entries.values()].flatMap(({ record }) =>
          record.analysis.defines.flatMap((call) => call.id ?? []),
        ),
      )
      for (const [id, publicName] of missing) {
        // What runs without it, or is defined by a neighbour, is left to run time.
        const parent = entries.get(parents.get(id) ?? '')
        if (provided.has(id) || parent?.edges.optional.has(id)) continue
        const problem = missingModule(id, publicName, way, ids, options.names?.() ?? [])
        if (!walk.onMissing) throw problem.error
        walk.onMissing(problem)
      }
      return inOrder(roots, entries, (entry) => edgesFrom(entry, walk))
    },
    provide: (made) => modules.provide(made),
    invalidate: (file) => modules.invalidate(file),
    leadingTo: (of) => modules.leadingTo(of),
  }
}

interface Gathered extends Way {
  /** Public names of ids without a file. */
  readonly missing: ReadonlyMap<string, string>
}

function edgesFrom({ record }: Entry, walk: ClosureOptions): readonly string[] {
  return walk.nested ? [...record.deps, ...record.nestedDeps] : record.deps
}
