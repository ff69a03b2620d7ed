import { availableParallelism } from 'node:os'
import { performance } from 'node:perf_hooks'

import type { Log, TargetContext } from '@kovu/protocol'

import type { Node } from './targets.ts'

/** What happens in a run, for whoever shows it. Times are milliseconds. */
export type RunEvent =
  | { readonly type: 'start'; readonly name: string }
  | { readonly type: 'end'; readonly name: string; readonly time: number }
  | { readonly type: 'fail'; readonly name: string; readonly time: number; readonly error: unknown }

/** How a run is made. */
export interface RunOptions {
  readonly root: string
  readonly mode: string
  readonly force: boolean
  readonly log: Log
  /** Aborting it gives the run up: nothing new starts, and targets are told. */
  readonly signal: AbortSignal
  report(event: RunEvent): void
  /** Vite's build; called at most once. */
  build(): Promise<void>
}

/** What the targets of a run said they read and wrote, by target name. */
export type RunRecord = ReadonlyMap<string, { inputs: string[]; outputs: string[] }>

/**
 * Runs targets: each once, as soon as everything it waits for has ended, as many at a time as the machine has cores. A target
 * that does not end by itself starts when all others have ended.
 *
 * @param nodes A plan: dependencies first. A dependency that is not in the plan is taken as done.
 * @throws The first error of a target, after those that were running have ended.
 */
export async function run(nodes: readonly Node[], options: RunOptions): Promise<RunRecord> {
  const record = new Map<string, { inputs: string[]; outputs: string[] }>()
  const stop = new AbortController()
  const signal = AbortSignal.any([options.signal, stop.signal])
  let built: Promise<void> | undefined
  const build = (): Promise<void> => (built ??= options.build())

  // Most targets wait for other processes or native code, so even one core is kept busy by two of them.
  const cores = Math.max(2, availableParallelism())
  const waiting = new Map(nodes.map((node) => [node.name, node]))
  const running = new Map<string, Promise<void>>()
  let failure: { error: unknown } | undefined

  const ready = ({ deps, target }: Node): boolean =>
    deps.every((dep) => !waiting.has(dep) && !running.has(dep)) &&
    (target.persistent !== true ||
      [...waiting.values()].every((other) => other.target.persistent === true))

  while (waiting.size > 0 || running.size > 0) {
    for (const node of waiting.values()) {
      if (failure !== undefined || options.signal.aborted) waiting.clear()
      else if (running.size < cores && ready(node)) {
        waiting.delete(node.name)
        running.set(
          node.name,
          runOne(node).finally(() => running.delete(node.name)),
        )
      }
    }
    if (running.size > 0) await Promise.race(running.values())
  }
  if (failure !== undefined) throw failure.error
  return record

  async function runOne({ name, target }: Node): Promise<void> {
    const entry = { inputs: [] as string[], outputs: [] as string[] }
    const context: TargetContext = {
      root: options.root,
      mode: options.mode,
      force: options.force,
      log: options.log,
      signal,
      input: (what) => void entry.inputs.push(what),
      output: (path) => void entry.outputs.push(path),
      build,
    }
    const started = performance.now()
    options.report({ type: 'start', name })
    try {
      await target.run(context)
      record.set(name, entry)
      options.report({ type: 'end', name, time: performance.now() - started })
    } catch (error) {
      failure ??= { error }
      stop.abort()
      options.report({ type: 'fail', name, time: performance.now() - started, error })
    }
  }
}
