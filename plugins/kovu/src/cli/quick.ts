import { check, type Mark } from '../graph/marks.ts'
import { Stamps } from '../graph/packed.ts'
import { plan } from '../graph/plan.ts'
import { readStored, recall, recordFile, type Stored, writeRecord } from '../graph/record.ts'
import { recordVersion } from '../graph/version.ts'
import { type Arguments, askedMode, isServing, isTold } from './arguments.ts'

/**
 * Tells whether there is anything to do, by the record of the last green run alone: neither Vite nor the project's config is loaded.
 * Everything that this file imports is loaded on each call of `kovu`, so it imports little, and it reads the record as it is: thousands
 * of marks need not be put in order to be compared.
 *
 * @returns Names of the targets that are up to date; undefined when something may have to run.
 */
export async function upToDate(args: Arguments): Promise<readonly string[] | undefined> {
  const goals = args.words.length === 0 ? ['all'] : args.words
  if (args.force || args.watch || args.list || args.graph !== undefined) return undefined
  if (args.help || args.version) return undefined
  if (args.inPlace || args.foreign.length > 0) return undefined
  // A server serves, and a continuous integration believes no record; who waits for the end of one is told in any case.
  if (isServing(goals) || isTold(goals)) return undefined
  const file = recordFile(args.root, askedMode(args, goals), args.config)
  const stored = readStored(file, recordVersion())
  if (stored === undefined) return undefined
  let verdict: ReturnType<typeof compare>
  try {
    verdict = compare(stored, goals, args.root)
  } catch {
    // The record is damaged.
    return undefined
  }
  if (verdict === undefined) return undefined
  if (verdict.renewed.size > 0) await renew(args.root, file, stored, verdict.renewed)
  return verdict.names
}

/** Names of the goals' targets, and marks that still hold but would be quicker to compare anew; undefined when something is to do. */
function compare(
  stored: Stored,
  goals: readonly string[],
  root: string,
): { readonly names: readonly string[]; readonly renewed: ReadonlyMap<string, Mark> } | undefined {
  const graph = new Map(stored.graph.map((target) => [target.name, target]))
  if (goals.some((goal) => !graph.has(goal))) return undefined
  const names = plan(graph, goals).flatMap(({ name, group }) => (group ? [] : [name]))
  const files = new Stamps(stored.files)
  const places = placesOf(stored, names)
  if (places === undefined) return undefined
  const world = { root, env: process.env, outputs: new Outputs(stored, files) }
  const renewed = new Map<string, Mark>()
  for (const place of places) {
    if (files.holds(place)) continue
    const mark = place < 0 ? stored.marks[-1 - place] : files.at(place)
    if (mark === undefined) throw new Error('The record is damaged.')
    const verdict = check(mark, world)
    if (!verdict.fresh) return undefined
    if (verdict.mark !== mark) renewed.set(verdict.mark[0], verdict.mark)
  }
  return { names, renewed }
}

/** Places of the marks that these targets depend on, and of what they wrote; undefined when one of them has to run in any case. */
function placesOf({ base, runs }: Stored, names: readonly string[]): Set<number> | undefined {
  const places = new Set(base)
  for (const name of names) {
    const run = runs.find(([one]) => one === name)
    if (run === undefined || run[1].length === 0) return undefined
    for (const place of run[1]) places.add(place)
    for (const place of run[2]) places.add(place)
  }
  return places
}

/** What targets wrote: asked for when a folder has changed, and not before. */
class Outputs {
  readonly #stored: Stored
  readonly #files: Stamps
  #paths: Set<string> | undefined

  constructor(stored: Stored, files: Stamps) {
    this.#stored = stored
    this.#files = files
  }

  has(path: string): boolean {
    const { runs, marks } = this.#stored
    const pathOf = (place: number): string =>
      place < 0 ? (marks[-1 - place]?.[0] ?? '') : this.#files.path(place)
    this.#paths ??= new Set(runs.flatMap(([, , outputs]) => outputs.map(pathOf)))
    return this.#paths.has(path)
  }
}

/** Remembers new times of files whose content is the same, unless somebody else is at work. */
async function renew(
  root: string,
  file: string,
  stored: Stored,
  renewed: ReadonlyMap<string, Mark>,
): Promise<void> {
  const { tryLock } = await import('../graph/lock.ts')
  const lock = tryLock(root, 'kovu')
  if (!('release' in lock)) return
  try {
    const { graph, base, runs } = recall(stored)
    const anew = (one: Mark): Mark => renewed.get(one[0]) ?? one
    writeRecord(file, stored.version, {
      graph,
      base: base.map(anew),
      runs: new Map(
        [...runs].map(([name, run]) => [
          name,
          { ...run, inputs: run.inputs.map(anew), outputs: run.outputs.map(anew) },
        ]),
      ),
    })
  } finally {
    lock.release()
  }
}
