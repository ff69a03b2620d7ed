import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { type ErrorCode, LessYuiError, type Place } from '../error.ts'
import type { Compiled, CompileJob } from '../lessc/compile.ts'

/** What a thread runs: there in what is published, not beside the sources. */
export const WORKER: string = fileURLToPath(new URL('./worker.js', import.meta.url))

/**
 * Room for young objects, in megabytes. What less evaluates of a sheet lives until the sheet is done; in the usual 48 MB the collector copies
 * it about several times, which takes a fifth of a rendering.
 */
const NURSERY = 256

/** What a thread is asked. */
export interface Question {
  readonly implementation: string
  readonly job: CompileJob
}

/** What a thread answers. */
export type Answer = { readonly compiled: Compiled } | { readonly failure: Failure }

/** A {@link LessYuiError} as data. */
interface Failure {
  readonly code: ErrorCode
  readonly message: string
  readonly place: Place | undefined
  readonly frame: string | undefined
  readonly watch: readonly string[]
}

/** Why a sheet got no answer: the thread is gone. */
export class ThreadDied extends Error {}

/** Another thread, which renders one sheet at a time. It keeps the process alive only while it does. */
export class Thread {
  readonly #implementation: string
  readonly #worker: Worker

  /** @param implementation The file of less. */
  constructor(implementation: string) {
    this.#implementation = implementation
    this.#worker = new Worker(WORKER, { resourceLimits: { maxYoungGenerationSizeMb: NURSERY } })
    this.#worker.unref()
  }

  /**
   * Renders a sheet. No other may be under way.
   *
   * @throws {@link LessYuiError} as `compile` does; {@link ThreadDied}.
   */
  compile(job: CompileJob): Promise<Compiled> {
    const worker = this.#worker
    return new Promise<Compiled>((resolve, reject) => {
      const done = (): void => {
        worker.off('message', answered).off('error', died).off('exit', died)
        worker.unref()
      }
      const answered = (answer: Answer): void => {
        done()
        if ('compiled' in answer) resolve(answer.compiled)
        else reject(revive(answer.failure))
      }
      const died = (cause: unknown): void => {
        done()
        reject(new ThreadDied('a thread is gone', { cause }))
      }
      worker.on('message', answered).on('error', died).on('exit', died)
      worker.ref()
      const question: Question = { implementation: this.#implementation, job }
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
      worker.postMessage(question)
    })
  }

  close(): void {
    void this.#worker.terminate()
  }
}

function revive({ code, message, place, frame, watch }: Failure): LessYuiError {
  const error = new LessYuiError(code, message, { place, frame })
  error.watch = watch
  return error
}
