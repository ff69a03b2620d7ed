import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { debuglog } from 'node:util'
import { type Compiled, type CompileJob, compile } from '../lessc/compile.ts'
import type { Implementation } from '../lessc/implementation.ts'
import { Remembered } from '../lessc/remembered.ts'
import { Thread, ThreadDied, WORKER } from './thread.ts'

const debug = debuglog('kovu:less-yui')

/** A thread starts cold and takes a second to become fast: fewer waiting sheets than this are done sooner without one. */
const WORTHWHILE = 3
/** How long an idle thread is kept, in milliseconds. */
const IDLE = 2000

interface Task {
  readonly job: CompileJob
  /** May another thread do it? */
  readonly movable: boolean
  resolve(compiled: Compiled): void
  reject(error: unknown): void
}

/**
 * Renders sheets. In a build this thread does so, one sheet after the other, and others help when many wait. In a development server another
 * thread does, and stays: it is sooner done, and the server answers meanwhile.
 */
export class Renderers {
  readonly #implementation: Implementation
  readonly #resident: boolean
  readonly #queue: Task[] = []
  readonly #threads = new Set<Thread>()
  readonly #idle = new Map<Thread, NodeJS.Timeout>()
  readonly #remembered = new Remembered()
  #busy = false
  /** Can threads be had? Not when one has died: the next might, too. */
  #threaded: boolean

  /** @param resident Does another thread do all the work? */
  constructor(implementation: Implementation, resident: boolean) {
    this.#implementation = implementation
    this.#resident = resident
    this.#threaded = implementation.file !== undefined && existsSync(WORKER)
  }

  /**
   * Renders a sheet as soon as there is a thread for it.
   *
   * @throws {@link LessYuiError}
   */
  compile(job: CompileJob): Promise<Compiled> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ job, movable: isPlain(job.less), resolve, reject })
      // Those who ask for several sheets at once have done so by then.
      setImmediate(() => this.#assign())
    })
  }

  /** Ends the threads; those who come back start new ones. */
  close(): void {
    const threads = [...this.#threads]
    this.#threads.clear()
    for (const timer of this.#idle.values()) clearTimeout(timer)
    this.#idle.clear()
    for (const thread of threads) thread.close()
  }

  /** Gives waiting sheets to all who can take one. */
  #assign(): void {
    for (let task = this.#queue[0]; task; task = this.#queue[0]) {
      const movable = task.movable && this.#threaded
      const here = !this.#busy && !(movable && this.#resident)
      const thread = here || !movable ? undefined : this.#thread()
      if (!here && !thread) return
      this.#queue.shift()
      void (thread ? this.#renderThere(task, thread) : this.#renderHere(task))
    }
  }

  async #renderHere(task: Task): Promise<void> {
    this.#busy = true
    try {
      task.resolve(await compile(this.#implementation, task.job, this.#remembered))
    } catch (error) {
      task.reject(error)
    }
    this.#busy = false
    this.#assign()
  }

  async #renderThere(task: Task, thread: Thread): Promise<void> {
    try {
      task.resolve(await thread.compile(task.job))
    } catch (error) {
      if (error instanceof ThreadDied) {
        debug('a thread died: %s', error.cause)
        if (this.#threads.delete(thread)) this.#threaded = false
        // This thread does what the other could not.
        this.#queue.unshift({ ...task, movable: false })
      } else task.reject(error)
    }
    if (this.#threads.has(thread)) this.#rest(thread)
    this.#assign()
  }

  /** An idle thread, or a new one if that is worth while. */
  #thread(): Thread | undefined {
    for (const [thread, timer] of this.#idle) {
      clearTimeout(timer)
      this.#idle.delete(thread)
      return thread
    }
    const { file } = this.#implementation
    const count = this.#threads.size
    const first = this.#resident && count === 0
    const more =
      count < Math.min(availableParallelism() - 1, 7) &&
      this.#queue.length >= WORTHWHILE * (count + 1)
    if (file === undefined || !(first || more)) return undefined
    debug('%d sheets wait: another thread', this.#queue.length)
    const thread = new Thread(file)
    this.#threads.add(thread)
    return thread
  }

  /** Keeps a thread for a while; a resident one for good. */
  #rest(thread: Thread): void {
    const leave = setTimeout(() => {
      if (this.#resident && this.#threads.size === 1) return
      this.#idle.delete(thread)
      this.#threads.delete(thread)
      thread.close()
    }, IDLE)
    this.#idle.set(thread, leave.unref())
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
