import { Freshness, outputsOf } from '../graph/fresh.ts'
import type { Mark } from '../graph/marks.ts'
import { plan } from '../graph/plan.ts'
import { type Memory, readRecord, recordFile } from '../graph/record.ts'
import { type Arguments, askedMode, isServing } from './arguments.ts'
import { recordVersion } from '../graph/version.ts'

/**
 * Tells whether there is anything to do, by the record of the last green run alone: neither Vite nor the project's config is loaded.
 * Everything that this file imports is loaded on each call of `kovu`, so it imports little.
 *
 * @returns Names of the targets that are up to date; undefined when something may have to run.
 */
export async function upToDate(args: Arguments): Promise<readonly string[] | undefined> {
  const goals = args.words.length === 0 ? ['all'] : args.words
  if (args.force || args.watch || args.list || args.graph !== undefined || args.help)
    return undefined
  if (args.inPlace || args.foreign.length > 0) return undefined
  if (isServing(goals)) return undefined
  const file = recordFile(args.root, askedMode(args, goals), args.config)
  const memory = readRecord(file, recordVersion())
  if (memory === undefined || goals.some((goal) => !memory.graph.has(goal))) return undefined
  const world = { root: args.root, env: process.env, outputs: outputsOf(memory) }
  const freshness = new Freshness(world)
  const names = plan(memory.graph, goals).map(({ name }) => name)
  if (names.some((name) => freshness.why(name, memory) !== undefined)) return undefined
  if (freshness.renewed.size > 0) await renew(args.root, file, memory, freshness)
  return names.filter((name) => memory.graph.get(name)?.group !== true)
}

/** Remembers new times of files whose content is the same, unless somebody else is at work. */
async function renew(
  root: string,
  file: string,
  memory: Memory,
  { renewed }: Freshness,
): Promise<void> {
  const [{ tryLock }, { writeRecord }] = await Promise.all([
    import('../graph/lock.ts'),
    import('../graph/record.ts'),
  ])
  const lock = tryLock(root, 'kovu')
  if (!('release' in lock)) return
  try {
    const anew = (one: Mark): Mark => renewed.get(one) ?? one
    const runs = [...memory.runs].map(
      ([name, run]) =>
        [name, { ...run, inputs: run.inputs.map(anew), outputs: run.outputs.map(anew) }] as const,
    )
    writeRecord(file, recordVersion(), {
      graph: memory.graph,
      base: memory.base.map(anew),
      runs: new Map(runs),
    })
  } finally {
    lock.release()
  }
}
