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
  /** Names of targets without which this one refuses to run: `publish` wants a `test`. They run before it, as `deps` do. */
  readonly requires?: readonly string[]
  /** A target that does not end by itself (a server): it runs after all others, and `all` leaves it out. */
  readonly persistent?: boolean
  /** A target that only stands for its `deps`: there is nothing to do when they are up to date. */
  readonly group?: boolean
  /**
   * Does the work. A rejection fails the run. A target that says what it reads ({@link TargetContext.input}) is not run again
   * until something of that, or of what it wrote, has changed; one that says nothing runs whenever it is asked for. What the promise
   * holds is not looked at.
   */
  run(context: TargetContext): Promise<unknown>
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
  /**
   * Records what the target reads or looks for:
   * - an absolute path: the file's content, or that there is no such file;
   * - `glob:PATTERN`: which files there are, by name. Absolute or below the root; `*`, `**`, `?`, `{a,b}`; further lines that
   *   begin with `!` take patterns or folders out. `**` enters neither `node_modules`, nor virtual environments, nor folders
   *   whose name begins with a dot;
   * - `files:PATTERN`: which files there are, as with `glob:`, and what is in each of them;
   * - `env:NAME`: the value of an environment variable.
   *
   * To be called before or soon after the reading. What lies in an installed package counts by the package's version.
   */
  readonly input: (what: string) => void
  /** Records a file the target wrote (absolute path), or left as it was because it was right already. */
  readonly output: (path: string) => void
  /**
   * Runs Vite's build of all environments, once per run however many targets ask for it; not at all where its last bundle is as it
   * was, and nothing of what it was made from has changed.
   *
   * @param options `force`: run it in any case.
   * @returns Has it run? Otherwise the last bundle is up to date, and whoever publishes it has to do so by itself.
   */
  readonly build: (options?: { readonly force?: boolean }) => Promise<boolean>
}
