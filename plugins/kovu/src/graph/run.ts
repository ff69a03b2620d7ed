import { availableParallelism } from 'node:os'
import { performance } from 'node:perf_hooks'

import type { Log, TargetContext } from '@kovu/protocol'

import { KovuError } from '../error.ts'
import type { GreenRun } from './record.ts'
import type { Node } from './targets.ts'
import { type Built, ViteBuild } from './vite-build.ts'

/** What happens in a run, for whoever shows it. Times are milliseconds. */
export type RunEvent =
  | { readonly type: 'start'; readonly name: string; readonly why?: string | undefined }
  | { readonly type: 'skip'; readonly name: string }
  | { readonly type: 'end'; readonly name: string; readonly time: number }
  | { readonly type: 'cancel'; readonly name: string; readonly time: number }
  | { readonly type: 'fail'; readonly name: string; readonly time: number; readonly error: unknown }

/** Takes down what a target reads and writes. */
export interface RunNotes {
  input(what: string): void
  output(path: string): void
  /** Takes over all that another run has read and written. */
  adopt(run: GreenRun): void
}

/** What is remembered of earlier runs; see {@link import('./history.ts').History}. */
export interface RunHistory {
  why(name: string): string | undefined
  last(name: string): GreenRun | undefined
  begin(name: string): RunNotes
  end(name: string, notes: RunNotes, time: number, green: boolean): string | undefined
}

/** How a run is made. */
export interface RunOptions {
  readonly root: string
  readonly mode: string
  /** Run every target, also those that are up to date. */
  readonly force: boolean
  readonly log: Log
  /** Aborting it gives the run up: nothing new starts, and targets are told. */
  readonly signal: AbortSignal
  report(event: RunEvent): void
  /** Vite's build; called at most once. */
  build(): Promise<void>
  /** What it has read and written so far; without this it runs for the first target that asks. */
  readonly built?: Built
  /** Without it every target runs. */
  readonly history?: RunHistory
}

/**
 * Runs targets that are not up to date: each once, as soon as everything it waits for has ended, as many at a time as the machine has
 * cores. A target that does not end by itself starts when all others have ended.
 *
 * @param nodes A plan: dependencies first. A dependency that is not in the plan is taken as done.
 * @returns Names of the targets that ran.
 * @throws The first error of a target, after those that were running have ended; KovuError `KOVU_CYCLE` when none can begin.
 */
export async function run(nodes: readonly Node[], options: RunOptions): Promise<readonly string[]> {
  const { history, log } = options
  const stop = new AbortController()
  const signal = AbortSignal.any([options.signal, stop.signal])
  const ran: string[] = []
  const vite = new ViteBuild({
    history,
    built: options.built,
    force: options.force,
    build: () => options.build(),
  })

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
        const work = runOne(node).finally(() => running.delete(node.name))
        running.set(node.name, work)
      }
    }
    if (running.size > 0) await Promise.race(running.values())
    else if (waiting.size > 0) throw stuck(waiting)
  }
  if (failure !== undefined) throw failure.error
  return ran

  async function runOne({ name, target }: Node): Promise<void> {
    if (target.group === true) return
    const why = options.force ? 'it was asked for by force' : history?.why(name)
    if (history !== undefined && why === undefined) {
      options.report({ type: 'skip', name })
      return
    }
    const notes = history?.begin(name)
    const context: TargetContext = {
      root: options.root,
      mode: options.mode,
      force: options.force,
      log,
      signal,
      input: (what) => notes?.input(what),
      output: (path) => notes?.output(path),
      build: (asked) => vite.ask(notes, asked?.force === true),
    }
    const started = performance.now()
    const finish = (green: boolean): number => {
      const time = performance.now() - started
      const forgotten = notes && history?.end(name, notes, time, green)
      if (forgotten !== undefined) log.warn(`${name} will run again next time: ${forgotten}.`)
      return time
    }
    ran.push(name)
    options.report({ type: 'start', name, why })
    try {
      await target.run(context)
      // What was given up may have ended early, and as if it were well.
      const type = signal.aborted ? 'cancel' : 'end'
      options.report({ type, name, time: finish(type === 'end') })
    } catch (error) {
      // What was told to end has not failed by itself.
      const type = signal.aborted ? 'cancel' : 'fail'
      if (!options.signal.aborted) failure ??= { error }
      // An edit of the file that is wrong is what may put it right.
      const { id, loc } = (error ?? {}) as { id?: unknown; loc?: { file?: unknown } }
      for (const file of [id, loc?.file]) if (typeof file === 'string') notes?.input(file)
      stop.abort()
      options.report({ type, name, time: finish(false), error })
    }
  }
}

function stuck(waiting: ReadonlyMap<string, Node>): KovuError {
  const names = [...waiting.keys()].join(', ')
  return new KovuError(
    'KOVU_CYCLE',
    `These targets wait for each other, and none can begin: ${names}.`,
  )
}
