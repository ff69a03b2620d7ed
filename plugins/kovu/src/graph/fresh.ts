import { check, type Mark, type World } from './marks.ts'
import type { Memory } from './record.ts'

/**
 * Tells which targets are up to date, comparing each mark at most once until {@link Freshness.forget}.
 */
export class Freshness {
  readonly #world: World
  #verdicts = new Map<Mark, string | undefined>()
  /** Marks that still hold, but would be quicker to compare as given here. */
  readonly renewed: Map<Mark, Mark> = new Map()

  constructor(world: World) {
    this.#world = world
  }

  /**
   * Why does a target have to run?
   *
   * @returns A sentence without its full stop; undefined when the target is up to date.
   */
  why(name: string, memory: Memory): string | undefined {
    const run = memory.runs.get(name)
    const known = memory.graph.get(name)
    if (known?.group === true) return undefined
    if (run === undefined) return 'it has no green run to compare with'
    if (run.inputs.length === 0) return 'it runs whenever it is asked for'
    return this.#first(memory.base) ?? this.#first(run.inputs) ?? this.#outputs(run.outputs)
  }

  /** Has something changed that every target depends on? */
  whyAll(memory: Memory): string | undefined {
    return this.#first(memory.base)
  }

  /** Looks anew from now on: something has run. */
  forget(): void {
    this.#verdicts = new Map()
  }

  #outputs(outputs: readonly Mark[]): string | undefined {
    const why = this.#first(outputs)
    return why === undefined ? undefined : `its output ${why}`
  }

  #first(marks: readonly Mark[]): string | undefined {
    for (const mark of marks) {
      if (!this.#verdicts.has(mark)) this.#verdicts.set(mark, this.#compare(mark))
      const why = this.#verdicts.get(mark)
      if (why !== undefined) return why
    }
    return undefined
  }

  #compare(mark: Mark): string | undefined {
    const verdict = check(mark, this.#world)
    if (!verdict.fresh) return verdict.why
    if (verdict.mark !== mark) this.renewed.set(mark, verdict.mark)
    return undefined
  }
}

/** Every file that targets wrote. */
export function outputsOf(memory: Memory | undefined): Set<string> {
  const outputs = new Set<string>()
  for (const run of memory?.runs.values() ?? []) for (const [path] of run.outputs) outputs.add(path)
  return outputs
}
