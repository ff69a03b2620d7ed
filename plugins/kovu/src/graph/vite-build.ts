import { performance } from 'node:perf_hooks'

import type { RunHistory, RunNotes } from './run.ts'

/** Under this name the build is remembered; as with virtual modules, nobody else can have it. */
const NAME = '\0vite build'

/** What Vite's build has read and written so far; the sets grow while it runs. */
export interface Built {
  readonly inputs: ReadonlySet<string>
  readonly outputs: ReadonlySet<string>
  /** Does something else happen in it than that a bundle is written? Then it runs whenever it is asked for. */
  readonly isObliged: boolean
}

/** What {@link ViteBuild} must know. */
export interface ViteBuildOptions {
  /** Without it the build runs for the first target that asks. */
  readonly history: RunHistory | undefined
  readonly built: Built | undefined
  /** Run it even if nothing has changed? */
  readonly force: boolean
  /** Vite's build; called at most once. */
  build(): Promise<void>
}

/**
 * Vite's build in one run of targets. It is remembered as targets are, but is none: those that ask for it read what it reads and write
 * what it writes. So a target that only publishes the bundle does not have it made again.
 */
export class ViteBuild {
  readonly #options: ViteBuildOptions
  #made: Promise<void> | undefined

  constructor(options: ViteBuildOptions) {
    this.#options = options
  }

  /**
   * See `TargetContext.build` of the protocol.
   *
   * @param notes Of the target that asks.
   * @param force Run it even if nothing has changed?
   * @returns Has it run?
   * @throws What Vite throws.
   */
  async ask(notes: RunNotes | undefined, force: boolean): Promise<boolean> {
    const needed = force || this.#made !== undefined || this.#isDue()
    try {
      if (needed) await (this.#made ??= this.#make())
      return needed
    } finally {
      this.#tell(notes)
    }
  }

  #isDue(): boolean {
    const { history, built, force } = this.#options
    return force || built?.isObliged !== false || history?.why(NAME) !== undefined || !history
  }

  async #make(): Promise<void> {
    const { history, built } = this.#options
    const notes = history?.begin(NAME)
    const started = performance.now()
    let green = false
    try {
      await this.#options.build()
      green = true
    } finally {
      for (const file of built?.inputs ?? []) notes?.input(file)
      for (const file of built?.outputs ?? []) notes?.output(file)
      // Why it is not remembered, the target that asks for it says of itself.
      if (notes) history?.end(NAME, notes, performance.now() - started, green)
    }
  }

  #tell(notes: RunNotes | undefined): void {
    const { history, built } = this.#options
    const last = history?.last(NAME)
    if (last !== undefined) {
      notes?.adopt(last)
      return
    }
    for (const file of built?.inputs ?? []) notes?.input(file)
    for (const file of built?.outputs ?? []) notes?.output(file)
  }
}
