import { performance } from 'node:perf_hooks'

import { nextTick } from '../graph/learn.ts'
import { History } from '../graph/history.ts'
import { type Holder, type Lock, lock } from '../graph/lock.ts'
import { plan } from '../graph/plan.ts'
import { recordFile } from '../graph/record.ts'
import { run, type RunEvent } from '../graph/run.ts'
import type { Graph, Node } from '../graph/targets.ts'
import { recordVersion } from '../graph/version.ts'
import { type Progress, seconds } from '../report/progress.ts'
import { asCi } from '../targets/ci.ts'
import { notify } from '../targets/notify.ts'
import { revision } from '../targets/revision.ts'
import { type Arguments, askedMode, isTold } from './arguments.ts'
import { loadProject, type Project } from './project.ts'

const GIVEN_UP = 130

/** One call of `kovu`: the lock, the history, and the runs. */
export class Session {
  readonly args: Arguments
  readonly goals: readonly string[]
  readonly progress: Progress
  readonly #abort = new AbortController()
  /** As it was when the command began: Vite sets NODE_ENV. */
  readonly #env = { ...process.env }
  #lock: Lock | undefined
  /** Is nothing being made at the moment: does it wait for a turn or a change, or serve? */
  #isResting = true
  #history: History | undefined
  /** When loading began, by the clock of the file system. */
  #since = 0

  constructor(args: Arguments, goals: readonly string[], progress: Progress) {
    this.args = args
    this.goals = goals
    this.progress = progress
  }

  get signal(): AbortSignal {
    return this.#abort.signal
  }

  /** What is remembered of earlier runs, from {@link open} on. */
  get history(): History {
    if (this.#history === undefined) throw new Error('The project is not loaded yet.')
    return this.#history
  }

  /** Loads the project. */
  async load(): Promise<Project> {
    this.#since = await nextTick(this.args.root)
    return loadProject(this.args, this.goals)
  }

  /** Reads what is remembered of the project that was loaded. */
  open(project: Project): void {
    const { args, goals } = this
    this.#history = new History({
      root: project.config.root,
      file: recordFile(args.root, askedMode(args, goals), args.config),
      version: recordVersion(),
      env: this.#env,
    })
    this.#history.open(project.graph, project.base, this.#since)
  }

  /** The project's graph, as the goals want it. */
  graph({ graph }: Project): Graph {
    return this.goals.includes('ci') ? asCi(graph) : graph
  }

  /**
   * What would run, and why.
   *
   * @param always Also what runs whenever it is asked for?
   */
  due(project: Project, always = true): { name: string; why: string }[] {
    this.history.look()
    const due = new Map<string, string>()
    for (const { name, target, deps } of this.#plan(project)) {
      if (target.group === true || (!always && this.history.runsAlways(name))) continue
      const first = deps.find((dep) => due.has(dep))
      const why = this.#force ? 'it was asked for by force' : this.history.why(name)
      if (why !== undefined) due.set(name, why)
      else if (first !== undefined)
        due.set(name, `\`${first}\` runs first, and may change what it reads`)
    }
    return [...due].map(([name, why]) => ({ name, why }))
  }

  /**
   * Does work that nobody else may do at the same time in this project. Ctrl-C gives it up.
   *
   * @returns What the work returns; 130, as shells have it, when it was given up.
   */
  async alone(work: () => Promise<number>): Promise<number> {
    const onSignal = (): void => {
      if (!this.#isResting)
        this.progress.log.warn(
          'Giving up, as soon as what runs has ended. Once more ends it at once.',
        )
      this.#abort.abort()
    }
    process.once('SIGINT', onSignal)
    process.once('SIGTERM', onSignal)
    try {
      const code = (await this.acquire()) ? await work() : GIVEN_UP
      // Whoever watches or serves ends like this.
      return this.signal.aborted && !this.#isResting ? GIVEN_UP : code
    } finally {
      this.release()
      process.removeListener('SIGINT', onSignal)
      process.removeListener('SIGTERM', onSignal)
    }
  }

  /** Waits for the lock; false when the waiting was given up. */
  async acquire(): Promise<boolean> {
    const words = ['kovu', ...this.args.words].join(' ')
    this.#lock ??= await lock(this.args.root, words, (holder) => this.#wait(holder), this.signal)
    this.#isResting = this.#lock === undefined
    return this.#lock !== undefined
  }

  release(): void {
    this.#isResting = true
    this.#lock?.release()
    this.#lock = undefined
  }

  /**
   * Runs what the goals need.
   *
   * @returns Names of the targets that ran.
   * @throws The first error of a target.
   */
  async run(project: Project): Promise<readonly string[]> {
    const { progress, history } = this
    const nodes = this.#plan(project)
    project.announce(nodes.map(({ name }) => name))
    const started = performance.now()
    let failed = ''
    const running = new Set<string>()
    // Node ends when nothing is left that could happen, and says nothing.
    const onIdle = (): void => {
      progress.log.error(
        `${[...running].map((name) => `\`${name}\``).join(', ')} has not ended, and nothing is left that it could wait for: its promise is never fulfilled.`,
      )
      this.release()
      process.exitCode = 1
    }
    process.once('beforeExit', onIdle)
    const report = (event: RunEvent): void => {
      if (event.type === 'start') running.add(event.name)
      else running.delete(event.name)
      if (event.type === 'fail') failed ||= event.name
      // Whoever serves lets others build meanwhile.
      if (event.type === 'start' && project.graph.get(event.name)?.persistent === true) {
        history.save()
        this.release()
      }
      if (event.type === 'end' && event.name === 'clean') history.forget()
      progress.report(event, this.args.why)
    }
    const tell = async (status: 'passed' | 'failed'): Promise<void> => {
      const seconds = Math.round((performance.now() - started) / 100) / 10
      await this.#notify(project, status, failed, seconds)
    }
    try {
      const ran = await run(nodes, {
        root: project.config.root,
        mode: project.config.mode,
        force: this.#force,
        log: progress.log,
        signal: this.signal,
        report,
        build: () => project.build(),
        built: project.built,
        history,
      })
      if (!this.signal.aborted) {
        progress.log.info(summary(ran, nodes, performance.now() - started))
        await tell('passed')
      }
      return ran
    } catch (error) {
      await tell('failed')
      throw error
    } finally {
      process.removeListener('beforeExit', onIdle)
      const lost = this.#lock === undefined ? undefined : history.save()
      if (lost !== undefined) progress.log.warn(`Nothing can be remembered of this run: ${lost}`)
    }
  }

  /** A continuous integration believes no record: it wants to see everything work. */
  get #force(): boolean {
    return this.args.force || this.goals.includes('ci')
  }

  #plan(project: Project): Node[] {
    const nodes = plan(this.graph(project), this.goals)
    if (!this.goals.includes('clean')) return nodes
    // What is cleaned away must not be what was just made; but for what `clean` itself waits for.
    const first = new Set(plan(this.graph(project), ['clean']).map(({ name }) => name))
    const after = (node: Node): Node => Object.assign({}, node, { deps: [...node.deps, 'clean'] })
    return nodes.map((node) => (first.has(node.name) ? node : after(node)))
  }

  #wait({ pid, command, since }: Holder): void {
    this.progress.log.info(
      `Waiting for \`${command}\` (process ${pid}, for ${seconds(Date.now() - since)}) to end: both would write the same files. Ctrl-C gives up.`,
    )
  }

  async #notify(
    project: Project,
    status: 'passed' | 'failed',
    failed: string,
    seconds: number,
  ): Promise<void> {
    const to = project.roof?.notify
    if (to === undefined || !isTold(this.goals)) return
    const { root, mode } = project.config
    const outcome = { ...(await revision(root, process.env)), status, mode, failed, seconds }
    await notify(to, { ...outcome, targets: this.goals }, root, this.progress.log)
  }
}

function summary(ran: readonly string[], nodes: readonly Node[], time: number): string {
  const count = `${ran.length} ${ran.length === 1 ? 'target' : 'targets'} in ${seconds(time)}`
  const fresh = nodes.filter(({ target }) => target.group !== true).length - ran.length
  return fresh === 0 ? count : `${count}, ${fresh} up to date`
}
