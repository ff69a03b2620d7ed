import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { type ErrorCode, LessYuiError, type Place } from '../error.ts'
import type { Compiled, CompileJob } from '../lessc/compile.ts'

/** What a process runs: there in what is published, not beside the sources. */
export const WORKER: string = fileURLToPath(new URL('./worker.js', import.meta.url))

/**
 * Room for young objects, in megabytes: what less evaluates of a sheet lives until the sheet is done, and in the usual 16 MB the collector
 * copies it about several times, a fifth of a rendering. The process collects it when it has answered and all of it is dead. And code that
 * runs for the first time is translated at once, not interpreted: a first sheet takes two thirds of the time.
 */
const roomy = (megabytes: number): string[] => [
  `--min-semi-space-size=${megabytes}`,
  `--max-semi-space-size=${megabytes}`,
  '--expose-gc',
  '--always-sparkplug',
]

/** For one that stays. */
const RESIDENT = roomy(64)

/**
 * For as many as there are cores, which are soon done: all of a large sheet has room. The threads in which each would collect garbage and
 * optimize code beside its own take their time from the others, so garbage is collected in line, and what will hardly be used again is not
 * optimized (Node 22 has no such number, and a compiler that is cheaper).
 */
const CROWDED = [
  ...roomy(128),
  '--single-threaded-gc',
  ...(process.versions.node.startsWith('20.') ? ['--interrupt-budget=400000'] : []),
]

/** What a process is asked. */
export interface Question {
  readonly implementation: string
  readonly job: CompileJob
}

/** What a process answers. */
export type Answer = { readonly compiled: Compiled } | { readonly failure: Failure }

/** A {@link LessYuiError} as data. */
interface Failure {
  readonly code: ErrorCode
  readonly message: string
  readonly place: Place | undefined
  readonly frame: string | undefined
  readonly watch: readonly string[]
}

/** Why a sheet got no answer: the process is gone, or there never was one. */
export class ProcessDied extends Error {}

/**
 * Another process, which renders one sheet at a time. Not a thread: threads of one process share what optimizes their code and collects
 * their garbage, and two of them take longer than one. It keeps this process alive only while it works, and ends with it.
 */
export class RenderProcess {
  readonly #implementation: string
  readonly #child: ChildProcess

  /**
   * @param implementation The file of less.
   * @param crowded Are there as many as there are cores?
   * @throws {@link ProcessDied} when none may be started.
   */
  constructor(implementation: string, crowded: boolean) {
    this.#implementation = implementation
    try {
      this.#child = fork(WORKER, [], {
        execArgv: crowded ? CROWDED : RESIDENT,
        env: { ...process.env, NODE_OPTIONS: withoutInspector(process.env.NODE_OPTIONS) },
        serialization: 'advanced',
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      })
    } catch (cause) {
      throw new ProcessDied('no process can be started', { cause })
    }
    // Heard of by whoever waits for an answer.
    this.#child.on('error', () => {})
    this.#hold(false)
  }

  /**
   * Renders a sheet. No other may be under way.
   *
   * @throws {@link LessYuiError} as `compile` does; {@link ProcessDied}.
   */
  compile(job: CompileJob): Promise<Compiled> {
    const child = this.#child
    return new Promise<Compiled>((resolve, reject) => {
      const done = (): void => {
        child.off('message', answered).off('error', died).off('exit', died)
        this.#hold(false)
      }
      const answered = (message: unknown): void => {
        done()
        const answer = message as Answer
        if ('compiled' in answer) resolve(answer.compiled)
        else reject(revive(answer.failure))
      }
      const died = (cause: unknown): void => {
        done()
        reject(new ProcessDied('a process is gone', { cause }))
      }
      if (!child.connected) return died(child.exitCode)
      child.on('message', answered).on('error', died).on('exit', died)
      this.#hold(true)
      const question: Question = { implementation: this.#implementation, job }
      child.send(question, (error) => {
        if (error) died(error)
      })
    })
  }

  close(): void {
    this.#child.kill()
  }

  /** Does this process wait for the other? */
  #hold(wait: boolean): void {
    const { channel } = this.#child
    if (wait) {
      this.#child.ref()
      channel?.ref()
    } else {
      this.#child.unref()
      channel?.unref()
    }
  }
}

/** Two processes cannot be debugged at one port, and `--inspect-brk` would wait for somebody to look. */
function withoutInspector(options: string | undefined): string | undefined {
  return options?.replaceAll(/--inspect\S*/g, '')
}

function revive({ code, message, place, frame, watch }: Failure): LessYuiError {
  const error = new LessYuiError(code, message, { place, frame })
  error.watch = watch
  return error
}
