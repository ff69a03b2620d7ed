import { rmSync } from 'node:fs'

import { type Mark, mark, type World } from './marks.ts'
import { Freshness, outputsOf } from './fresh.ts'
import { fileClock, Notes } from './learn.ts'
import { type GreenRun, type Memory, readRecord, writeRecord } from './record.ts'
import type { Graph } from './targets.ts'

/** Where and for whom a history is kept. */
export interface HistoryOptions {
  readonly root: string
  /** The record's file; see `recordFile`. */
  readonly file: string
  /** Of Kovu and Node. */
  readonly version: string
  readonly env: Readonly<Record<string, string | undefined>>
}

/** What is remembered of earlier green runs, and what this run adds to it. */
export class History {
  readonly #options: HistoryOptions
  readonly #world: World
  readonly #freshness: Freshness
  readonly #outputs: Set<string>
  readonly #known = new Map<string, Mark>()
  /** What of the configuration has changed since the record was written. */
  #changed: string | undefined
  #runs: Map<string, GreenRun>
  #graph: Memory['graph']
  #base: readonly Mark[]
  /** Why nothing of this run can be remembered. */
  #unsure: string | undefined
  /** What the last run of each target read, green or not, by the keys of its marks. */
  readonly read: Map<string, readonly string[]> = new Map()

  constructor(options: HistoryOptions) {
    this.#options = options
    const memory = readRecord(options.file, options.version)
    this.#outputs = outputsOf(memory)
    this.#world = { root: options.root, env: options.env, outputs: this.#outputs }
    this.#freshness = new Freshness(this.#world)
    this.#runs = new Map(memory?.runs)
    this.#graph = memory?.graph ?? new Map()
    this.#base = memory?.base ?? []
    const runs = [...this.#runs.values()]
    for (const marks of [this.#base, ...runs.flatMap(({ inputs, outputs }) => [inputs, outputs])]) {
      for (const one of marks) this.#known.set(one[0], one)
    }
  }

  /** What is remembered now. */
  get memory(): Memory {
    return { graph: this.#graph, base: this.#base, runs: this.#runs }
  }

  /**
   * Takes the loaded project over. What is remembered of one that had another config, lockfile or environment is forgotten.
   *
   * @param base Keys of what every target depends on.
   * @param since When loading began, by the clock of the file system.
   */
  open(graph: Graph, base: readonly string[], since: number): void {
    this.#graph = new Map(
      [...graph].map(([name, { deps, followers, target }]) => [
        name,
        {
          name,
          deps,
          followers,
          persistent: target.persistent === true,
          group: target.group === true,
        },
      ]),
    )
    const old = this.#base
    this.#freshness.forget()
    this.#changed = this.#freshness.whyAll(this.memory)
    if (this.#changed !== undefined) this.#runs = new Map()
    // A variable that Vite reads as it is imported is seen by the first of several loads alone.
    const keys = this.#changed === undefined ? [...base, ...old.map(([key]) => key)] : base
    this.#base = [...new Set(keys)].map((key) => mark(key, this.#world, this.#known.get(key)))
    const late = this.#base.find((one) => one.length === 6 && one[4] >= since)
    if (late !== undefined) {
      this.#unsure = `${late[0]} changed while it was read`
      this.#runs = new Map()
    }
    this.#freshness.forget()
  }

  /** Looks anew at everything from now on. */
  look(): void {
    this.#freshness.forget()
  }

  /**
   * Why must a target run?
   *
   * @returns A sentence without its full stop, or undefined when the target is up to date.
   */
  why(name: string): string | undefined {
    const why = this.#freshness.why(name, this.memory)
    return why !== undefined && !this.#runs.has(name) ? (this.#changed ?? why) : why
  }

  /** Has something changed of what every target depends on, and that is among these keys? */
  hasChanged(keys: ReadonlySet<string>): boolean {
    const base = this.#base.filter(([key]) => keys.has(key))
    return this.#freshness.whyAll({ ...this.memory, base }) !== undefined
  }

  /** Has a target run that did not say what it reads? */
  runsAlways(name: string): boolean {
    return this.#runs.get(name)?.inputs.length === 0
  }

  /** The last green run of a target, as far as it is remembered. */
  last(name: string): GreenRun | undefined {
    return this.#runs.get(name)
  }

  /** A target begins: until it has ended well, there is no record of it. */
  begin(name: string): Notes {
    if (this.#runs.delete(name)) this.save()
    return new Notes(this.#world, this.#known, fileClock(this.#options.root))
  }

  /**
   * A target has ended.
   *
   * @param green Did it end well?
   * @returns Why there is no record of it, although it ended well.
   */
  end(name: string, notes: Notes, time: number, green: boolean): string | undefined {
    this.read.set(name, notes.keys)
    this.#freshness.forget()
    const run = green ? notes.finish(this.#outputs, time) : undefined
    for (const path of notes.outputs) this.#outputs.add(path)
    if (run === undefined) return undefined
    if (typeof run === 'string') return run
    if (this.#unsure !== undefined) return this.#unsure
    this.#runs.set(name, run)
    return undefined
  }

  /** Forgets every run: their outputs are gone. */
  forget(): void {
    this.#runs = new Map()
    this.#outputs.clear()
  }

  /**
   * Writes down what is known.
   *
   * @returns Why it could not: then there is no record at all, and everything runs the next time.
   */
  save(): string | undefined {
    try {
      this.#write()
      return undefined
    } catch (error) {
      rmSync(this.#options.file, { force: true, recursive: true })
      return (error as Error).message
    }
  }

  #write(): void {
    if (this.#runs.size === 0) {
      rmSync(this.#options.file, { force: true, recursive: true })
      return
    }
    const outputs = outputsOf(this.memory)
    const runs = new Map(
      [...this.#runs].map(([name, run]) => [
        name,
        { ...run, inputs: run.inputs.map((one) => withoutOutputs(this.#renewed(one), outputs)) },
      ]),
    )
    writeRecord(this.#options.file, this.#options.version, { ...this.memory, runs })
  }

  #renewed(old: Mark): Mark {
    return this.#freshness.renewed.get(old) ?? old
  }
}

/** A listing may have met files before anybody knew that a target makes them. */
function withoutOutputs(one: Mark, outputs: ReadonlySet<string>): Mark {
  if (one.length !== 3 || !one[0].startsWith('glob:')) return one
  const [key, names, folders] = one
  const base = folders[0]?.[0] ?? ''
  return [key, names.filter((name) => !outputs.has(`${base}/${name}`)), folders]
}
