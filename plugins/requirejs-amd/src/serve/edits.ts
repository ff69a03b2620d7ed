/** What an edited file means to pages that have its modules. */
import { setTimeout } from 'node:timers/promises'
import type { Project } from '../context.ts'
import { isRerunnable } from '../module/rerunnable.ts'
import type { HotEdit } from '../runtime/hot/types.ts'
import type { MissingModule, ModuleRecord } from '../types.ts'

/** Modules that can be replaced, with what the page has to know. */
export interface Edit {
  readonly project: Project
  readonly records: readonly ModuleRecord[]
  readonly told: Omit<HotEdit, 'query'>
}

/**
 * Reads the new version of modules.
 *
 * @param project Their configuration.
 * @param ids Their ids.
 * @returns `'reload'` where a page cannot do without; undefined for ES modules, which Vite itself follows.
 * @param onMissing Told of a module that the new version needs and that does not exist.
 * @throws When the new version cannot be read, or a module is missing.
 */
export async function editOf(
  project: Project,
  ids: readonly string[],
  onMissing: (missing: MissingModule) => void,
): Promise<Edit | 'reload' | undefined> {
  const { graph } = project
  const found = await Promise.all(ids.map((id) => graph.module(id)))
  const records = found.filter((record) => record !== undefined)
  if (records.length === ids.length && records.every(({ kind }) => kind === 'esm')) return undefined
  if (records.length < ids.length || !records.every(isReplaceable)) return 'reload'
  await graph.closure(ids, {
    onMissing(missing) {
      onMissing(missing)
      throw missing.error
    },
  })
  const rerunnable = graph.leadingTo(ids).filter(mayRunAgain)
  const files = records.filter(({ kind }) => kind === 'amd')
  return {
    project,
    records,
    told: {
      ids: [...ids],
      names: Object.fromEntries(files.map(({ id, publicName }) => [id, publicName])),
      values: records.every(({ kind, file, source }) => kind === 'resource' || file !== source),
      rerunnable: rerunnable.map(({ id }) => id),
    },
  }
}

/** Is the module all there is in its file? */
function isReplaceable({ id, kind, analysis }: ModuleRecord): boolean {
  if (kind === 'resource') return true
  const { defines, requires, configs } = analysis
  return (
    kind === 'amd' &&
    requires.length === 0 &&
    configs.length === 0 &&
    defines.every((call) => call.anonymous || call.id === id)
  )
}

/**
 * Looks at modules before one of them is edited: what an edit of a module means depends on all that use it.
 *
 * @param records The modules. It takes its time: pages are to be loaded meanwhile.
 */
export async function readyForEdits(records: readonly ModuleRecord[]): Promise<void> {
  for (const [at, record] of records.entries()) {
    if (at % 20 === 0) await setTimeout(20, undefined, { ref: false })
    mayRunAgain(record)
  }
}

const known = new WeakMap<ModuleRecord, boolean>()

function mayRunAgain(record: ModuleRecord): boolean {
  const { kind, code, source } = record
  if (kind === 'resource') return true
  if (kind !== 'amd') return false
  const before = known.get(record)
  if (before !== undefined) return before
  const may = isRerunnable(code, source)
  known.set(record, may)
  return may
}
