/** Lines for the person at the terminal. */
export interface Log {
  info(message: string): void
  warn(message: string): void
  error(message: string): void
}

/** A node of the dependency graph: one make target. */
export interface Target {
  /** One line for `kovu --list`. */
  readonly help: string
  /** Names of targets that must have run before; names that no plugin offers are passed over. */
  readonly deps?: readonly string[]
  /** A target that does not end by itself (a server): it runs after all others, and `all` leaves it out. */
  readonly persistent?: boolean
  /** Does the work. A rejection fails the run. */
  run(context: TargetContext): Promise<void>
}

/** What a target's `run` is given. */
export interface TargetContext {
  /** Vite's resolved root, absolute. */
  readonly root: string
  /** Vite's mode, such as `production`. */
  readonly mode: string
  /** Was a run asked for even if nothing changed? */
  readonly force: boolean
  /** Aborted when the run is given up (Ctrl-C, an error elsewhere). */
  readonly signal: AbortSignal
  readonly log: Log
  /** Records what the target reads: an absolute path, a glob (`glob:media/**`), or an environment variable (`env:NAME`). */
  readonly input: (what: string) => void
  /** Records a file the target wrote (absolute path). */
  readonly output: (path: string) => void
  /** Runs Vite's build of all environments, once per run however many targets ask for it. */
  readonly build: () => Promise<void>
}
