import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { debuglog } from 'node:util'
import { type Compiled, type CompileJob, compile, compileAgain } from '../lessc/compile.ts'
import type { Implementation } from '../lessc/implementation.ts'
import { Remembered } from '../lessc/remembered.ts'
import { ProcessDied, RenderProcess, WORKER } from './process.ts'
import { Scales } from './weight.ts'

const debug = debuglog('kovu:less-yui')

/** So much text takes a process longer to render than to start: bytes. Bootstrap has 140,000. */
const WORTHWHILE = 100_000
/** What a process takes at most while it renders a large framework: bytes. */
const MEMORY = 500 * 2 ** 20
const MOST = 6
/** How long an idle process is kept, in milliseconds. */
const IDLE = 2000

interface Task {
  readonly job: CompileJob
  /** May another process do it? */
  readonly movable: boolean
  /** Is it to be found out first if an edit may be rendered alone? That is soon done, here. */
  readonly again: boolean
  /** Bytes to render, once somebody wants to know. */
  weight?: number
  resolve(compiled: Compiled): void
  reject(error: unknown): void
}

/**
 * Renders sheets. In a build this process does so, one sheet after the other, unless so much waits that other processes are sooner done
 * with it: then they do all of it. In a development server another process renders, and stays: the server answers meanwhile.
 */
export class Renderers {
  readonly #implementation: Implementation
  readonly #resident: boolean
  readonly #queue: Task[] = []
  readonly #processes = new Set<RenderProcess>()
  readonly #idle = new Map<RenderProcess, NodeJS.Timeout>()
  readonly #remembered = new Remembered()
  readonly #most: number
  #scales = new Scales()
  #busy = false
  /** Can processes be had? Not when one has died: the next might, too. */
  #helped: boolean

  /** @param resident Does another process do all the work? */
  constructor(implementation: Implementation, resident: boolean) {
    this.#implementation = implementation
    this.#resident = resident
    this.#helped = implementation.file !== undefined && existsSync(WORKER)
    const memory = Math.floor(process.availableMemory() / MEMORY)
    const most = Math.min(availableParallelism() - (resident ? 1 : 0), memory, MOST)
    // One beside this process gains nothing in a build.
    this.#most = resident ? Math.max(most, 1) : most > 1 ? most : 0
  }

  /**
   * Renders a sheet as soon as there is somebody for it.
   *
   * @throws {@link LessYuiError}
   */
  compile(job: CompileJob): Promise<Compiled> {
    return new Promise((resolve, reject) => {
      const again = !this.#resident && job.before?.statements !== undefined
      this.#queue.push({ job, movable: !again && this.#isMovable(job), again, resolve, reject })
      // Those who ask for several sheets at once have done so by then.
      setImmediate(() => this.#assign())
    })
  }

  #isMovable({ less }: CompileJob): boolean {
    return this.#helped && this.#most > 0 && isPlain(less)
  }

  /** Ends the processes; those who come back start new ones. */
  close(): void {
    const processes = [...this.#processes]
    this.#processes.clear()
    for (const timer of this.#idle.values()) clearTimeout(timer)
    this.#idle.clear()
    for (const each of processes) each.close()
  }

  /** Gives waiting sheets to all who can take one. */
  #assign(): void {
    this.#start()
    const there = this.#processes.size > 0
    for (let next = 0; next < this.#queue.length;) {
      const task = this.#queue[next]
      const helper = task?.movable && there ? this.#rested() : undefined
      const here = !this.#busy && !(task?.movable && there)
      if (!task || !(helper || here)) {
        next++
        continue
      }
      this.#queue.splice(next, 1)
      void (helper ? this.#renderThere(task, helper) : this.#renderHere(task))
    }
    // Files may be others by the time that more is asked for.
    if (this.#queue.length === 0) this.#scales = new Scales()
  }

  async #renderHere(task: Task): Promise<void> {
    this.#busy = true
    try {
      if (task.again) await this.#renderAgain(task)
      else task.resolve(await compile(this.#implementation, task.job, this.#remembered))
    } catch (error) {
      task.reject(error)
    }
    this.#busy = false
    this.#assign()
  }

  async #renderAgain(task: Task): Promise<void> {
    const again = await compileAgain(this.#implementation, task.job)
    if (again) return task.resolve(again)
    const job = { ...task.job, before: undefined }
    this.#queue.push({ ...task, job, movable: this.#isMovable(job), again: false })
  }

  async #renderThere(task: Task, helper: RenderProcess): Promise<void> {
    try {
      task.resolve(await helper.compile(task.job))
    } catch (error) {
      if (error instanceof ProcessDied) {
        this.#lost(error, helper)
        // This process does what the other could not.
        this.#queue.unshift({ ...task, movable: false })
      } else task.reject(error)
    }
    if (this.#processes.has(helper)) this.#rest(helper)
    this.#assign()
  }

  /** Starts as many processes as what waits is worth. */
  #start(): void {
    const { file } = this.#implementation
    const waiting = this.#helped ? this.#queue.filter(({ movable }) => movable) : []
    if (file === undefined || waiting.length === 0) return
    const worth = waiting.length > 1 ? this.#worth(waiting) : 1
    const wanted = this.#resident ? Math.max(worth, 1) : worth
    // One process alone is no sooner done than this one, which is warm already.
    if (!this.#resident && wanted < 2) return
    try {
      while (this.#processes.size < wanted) {
        debug('%d sheets wait: another process', waiting.length)
        const started = new RenderProcess(file, !this.#resident)
        this.#processes.add(started)
        this.#rest(started)
      }
    } catch (error) {
      this.#lost(error)
    }
  }

  /** How many processes these sheets would keep busy for longer than it takes to start them. */
  #worth(waiting: readonly Task[]): number {
    let bytes = 0
    for (const task of waiting) bytes += task.weight ??= this.#scales.weigh(task.job)
    return Math.min(Math.floor(bytes / WORTHWHILE), waiting.length, this.#most)
  }

  /** No more processes are started: those that there are go on. */
  #lost(error: unknown, helper?: RenderProcess): void {
    debug('no process: %s', error)
    // Not if it was ended by us.
    if (!helper || this.#processes.delete(helper)) this.#helped = false
  }

  /** A process that has nothing to do. */
  #rested(): RenderProcess | undefined {
    for (const [helper, timer] of this.#idle) {
      clearTimeout(timer)
      this.#idle.delete(helper)
      return helper
    }
    return undefined
  }

  /** Keeps a process for a while; a resident one for good. */
  #rest(helper: RenderProcess): void {
    const leave = setTimeout(() => {
      if (this.#resident && this.#processes.size === 1) return
      this.#idle.delete(helper)
      this.#processes.delete(helper)
      helper.close()
    }, IDLE)
    this.#idle.set(helper, leave.unref())
  }
}

/** Can the value be sent to another process without loss? */
function isPlain(value: unknown): boolean {
  if (typeof value === 'function') return false
  if (typeof value !== 'object' || value === null) return true
  const prototype: unknown = Object.getPrototypeOf(value)
  const plain = Array.isArray(value) || prototype === Object.prototype || prototype === null
  return plain && Object.values(value).every(isPlain)
}
