import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { debuglog } from 'node:util'
import { Worker } from 'node:worker_threads'
import { type Compiled, type CompileJob, compile } from '../lessc/compile.ts'
import { type ErrorCode, LessYuiError, type Place } from '../error.ts'
import type { Implementation } from '../lessc/implementation.ts'
import { Remembered } from '../lessc/remembered.ts'

const debug = debuglog('kovu:less-yui')
const WORKER = fileURLToPath(new URL('./worker.js', import.meta.url))

/** A thread starts cold and takes a second to become fast: fewer waiting sheets than this are done sooner without one. */
const WORTHWHILE = 3
/** How long an idle thread is kept, in milliseconds. */
const IDLE = 2000

/** What a thread is asked. */
export interface Question {
  readonly implementation: string
  readonly job: CompileJob
}

/** What a thread answers. */
export type Answer = { readonly compiled: Compiled } | { readonly failure: Failure }

/** A {@link LessYuiError} as data. */
export interface Failure {
  readonly code: ErrorCode
  readonly message: string
  readonly place: Place | undefined
  readonly frame: string | undefined
  readonly watch: readonly string[]
}

interface Task {
  readonly job: CompileJob
  resolve(compiled: Compiled): void
  reject(error: unknown): void
}

/** Renders sheets one after the other in this thread; when several wait, other threads help. */
export class Renderers {
  readonly #implementation: Implementation
  readonly #queue: Task[] = []
  readonly #workers = new Set<Worker>()
  readonly #remembered = new Remembered()
  #busy = false

  constructor(implementation: Implementation) {
    this.#implementation = implementation
  }

  /**
   * Renders a sheet as soon as there is a thread for it.
   *
   * @throws {@link LessYuiError}
   */
  compile(job: CompileJob): Promise<Compiled> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ job, resolve, reject })
      // Those who ask for several sheets at once have done so by then.
      setImmediate(() => void this.#next())
    })
  }

  async #next(): Promise<void> {
    this.#hire()
    if (this.#busy) return
    const task = this.#queue.shift()
    if (!task) return
    this.#busy = true
    try {
      task.resolve(await compile(this.#implementation, task.job, this.#remembered))
    } catch (error) {
      task.reject(error)
    } finally {
      this.#busy = false
      void this.#next()
    }
  }

  /** Starts another thread if enough sheets wait, and if less and its options can be had in another thread. */
  #hire(): void {
    const { file } = this.#implementation
    if (file === undefined) return
    while (this.#wantsHelp()) {
      const worker = new Worker(WORKER)
      worker.unref()
      this.#workers.add(worker)
      debug('%d sheets wait: thread %d', this.#queue.length, worker.threadId)
      this.#feed(worker, file)
    }
  }

  #wantsHelp(): boolean {
    const most = Math.min(availableParallelism() - 1, 7)
    return (
      this.#workers.size < most &&
      this.#queue.length >= WORTHWHILE * (this.#workers.size + 1) &&
      this.#queue.every(({ job }) => isPlain(job.less)) &&
      existsSync(WORKER)
    )
  }

  #feed(worker: Worker, implementation: string): void {
    const task = this.#queue.shift()
    if (!task) {
      const leave = setTimeout(() => {
        this.#workers.delete(worker)
        void worker.terminate()
      }, IDLE)
      leave.unref()
      return
    }
    const done = (): void => {
      worker.off('message', answered)
      worker.off('error', died)
      worker.unref()
    }
    const answered = (answer: Answer): void => {
      done()
      if ('compiled' in answer) task.resolve(answer.compiled)
      else task.reject(revive(answer.failure))
      this.#feed(worker, implementation)
    }
    const died = (error: unknown): void => {
      done()
      this.#workers.delete(worker)
      debug('a thread died: %s', error)
      // This thread does what the other could not.
      this.#queue.push(task)
      void this.#next()
    }
    worker.on('message', answered)
    worker.on('error', died)
    worker.ref()
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    worker.postMessage({ implementation, job: task.job } satisfies Question)
  }
}

/** Can the value be sent to another thread without loss? */
function isPlain(value: unknown): boolean {
  if (typeof value === 'function') return false
  if (typeof value !== 'object' || value === null) return true
  const prototype: unknown = Object.getPrototypeOf(value)
  const plain = Array.isArray(value) || prototype === Object.prototype || prototype === null
  return plain && Object.values(value).every(isPlain)
}

function revive({ code, message, place, frame, watch }: Failure): LessYuiError {
  const error = new LessYuiError(code, message, { place, frame })
  error.watch = watch
  return error
}
