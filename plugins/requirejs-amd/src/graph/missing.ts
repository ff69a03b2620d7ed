/** What is told of an id that should have had a file. */
import { AmdError } from '../error.ts'
import type { Ids, MissingModule } from '../types.ts'
import type { Entry } from './modules.ts'
import { nearMisses } from './near.ts'

/** How a walk came to its modules. */
export interface Way {
  readonly entries: ReadonlyMap<string, Entry>
  /** The id that led to an id first. */
  readonly parents: ReadonlyMap<string, string | undefined>
}

/**
 * Describes a missing module: the chain of ids that leads to it, where it is named, and what may have been meant.
 *
 * @param id The id without a file.
 * @param publicName Where its file should be.
 * @param names Every public name.
 */
export function missingModule(
  id: string,
  publicName: string,
  { entries, parents }: Way,
  ids: Ids,
  names: Iterable<string>,
): MissingModule {
  const chain: string[] = []
  for (let at: string | undefined = id; at !== undefined; at = parents.get(at)) chain.unshift(at)
  const parent = entries.get(chain.at(-2) ?? '')
  const near = nearMisses(publicName, names)
  const offset = parent?.edges.offsets.get(id)
  const meant = near.map((name) => {
    const other = ids.idOf(name)
    return other === undefined ? name : `'${other}' (${name})`
  })
  const hint = meant.length > 0 ? ` Did you mean ${meant.join(' or ')}?` : ''
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
