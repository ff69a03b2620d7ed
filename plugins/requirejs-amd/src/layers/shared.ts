/** Layers of entries that no build file planned: what several entries reach goes into files that they share. */
import { createHash } from 'node:crypto'
import type { BuildModule, Graph, ModuleRecord } from '../types.ts'

/** Groups of modules with less text than this are put together: a request costs more than such a text. */
const SMALL = 10_000

interface Group {
  readonly entries: readonly string[]
  readonly records: ModuleRecord[]
}

/**
 * Plans one layer for each entry, and layers under `_kovu/` for the modules that at least two entries reach. Modules
 * that the same entries reach are together.
 *
 * @param graph The modules.
 * @param entries Normalized ids.
 * @param top Path from `baseUrl` to the static root: '' or `../` once or more.
 * @returns Entries of `modules`, as a build file would have them.
 */
export async function planEntries(
  graph: Graph,
  entries: readonly string[],
  top: string,
): Promise<readonly BuildModule[]> {
  const reached = await Promise.all(entries.map((id) => graph.closure([id])))
  const users = new Map<string, { record: ModuleRecord; entries: string[] }>()
  for (const [at, records] of reached.entries()) {
    for (const record of records) {
      const known = users.get(record.id) ?? { record, entries: [] }
      known.entries.push(entries[at] ?? '')
      users.set(record.id, known)
    }
  }
  const own = new Set(entries)
  const groups = new Map<string, Group>()
  for (const [id, { record, entries: by }] of users) {
    // An entry stays in its own file, whoever else needs it.
    if (by.length < 2 || own.has(id)) continue
    const key = by.join('\n')
    const group = groups.get(key) ?? { entries: by, records: [] }
    group.records.push(record)
    groups.set(key, group)
  }
  const shared = together([...groups.values()])
  const sharedIds = new Set(shared.flatMap(({ records }) => records.map(({ id }) => id)))
  return [
    ...shared.map(({ name, records }): BuildModule => {
      const held = new Set(records.map(({ id }) => id))
      const include = [...held]
      const excludeShallow = [...users.keys()].filter((id) => !held.has(id))
      return layer({ name: `${top}_kovu/${name}`, create: true, include, excludeShallow })
    }),
    ...entries.map((name, at): BuildModule => {
      const others = (reached[at] ?? []).map(({ id }) => id).filter((id) => id !== name)
      const excludeShallow = others.filter((id) => sharedIds.has(id) || own.has(id))
      return layer({ name, excludeShallow })
    }),
  ]
}

function layer(own: Partial<BuildModule>): BuildModule {
  return {
    name: undefined,
    create: false,
    include: [],
    exclude: [],
    excludeShallow: [],
    insertRequire: [],
    stubModules: [],
    scripts: false,
    own: undefined,
    ...own,
  }
}

interface Shared {
  readonly name: string
  readonly records: readonly ModuleRecord[]
}

/** Groups that are worth a file, under names that an edit does not change, and one for all others. */
function together(groups: readonly Group[]): readonly Shared[] {
  const large: Shared[] = []
  const rest: ModuleRecord[] = []
  for (const { entries, records } of groups) {
    const size = records.reduce((sum, { code }) => sum + code.length, 0)
    if (size < SMALL) {
      rest.push(...records)
      continue
    }
    const hash = createHash('sha256').update(entries.join('\n')).digest('hex').slice(0, 8)
    large.push({ name: `shared-${hash}`, records })
  }
  return rest.length > 0 ? [...large, { name: 'shared', records: rest }] : large
}
