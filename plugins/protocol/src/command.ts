import type { Log } from './target.ts'

/** A verb of the `kovu` command that is no target: `kovu findstatic PATH`, `kovu trust`. */
export interface Command {
  /** One line for `kovu --help`. */
  readonly help: string
  /**
   * Does the work.
   *
   * @returns The exit code; nothing means 0.
   */
  run(context: CommandContext): Promise<number | void>
}

/** What a command's `run` is given. */
export interface CommandContext {
  /** Vite's resolved root, absolute. */
  readonly root: string
  /** The words after the command's name. */
  readonly args: readonly string[]
  readonly log: Log
}
