import { relative } from 'node:path'
import { isDeepStrictEqual, styleText } from 'node:util'
import type { Logger } from 'vite'
import { VhostError } from '../error.ts'
import { targetText } from '../proxy/target.ts'
import { App, appText } from './app.ts'
import type { AppEvents, AppSpec } from './app.ts'
import { killMarked, ownerMark, ownerVariable, sweepOrphans, untilGone } from './orphans.ts'
import { printable } from './output.ts'
import { portOwner } from './port-owner.ts'
import { accepts } from './ready.ts'
import { watchFilter } from './watch.ts'

const palette = ['cyan', 'magenta', 'yellow', 'green', 'blue'] as const
const codeRE = /\.(?:py|[cm]?[jt]sx?|json|toml|ini|cfg)$/
const editPauseMs = 120
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** All processes of one front. They live on when Vite restarts, as long as their commands stay the same. */
export class Processes {
  readonly #root: string
  readonly #mark: string
  readonly #apps = new Map<string, App>()
  readonly #onUp: () => void
  #log: Logger
  #width = 0
  #swept = false
  #turn: object | undefined
  readonly #restarts = new Map<App, NodeJS.Timeout>()
  #closed: Promise<void> | undefined

  /**
   * @param onUp Called when an application answers again after it had ended.
   */
  constructor(root: string, log: Logger, onUp: () => void) {
    this.#root = root
    this.#mark = ownerMark(root)
    this.#log = log
    this.#onUp = onUp
  }

  /** The application started for a host, by its pattern. */
  get(name: string): App | undefined {
    return this.#apps.get(name)
  }

  /** Sends lines to another logger from now on: Vite has restarted. */
  useLogger(log: Logger): void {
    this.#log = log
  }

  /** Makes the running processes those of the list: ends the others, keeps those that did not change. */
  async sync(specs: readonly AppSpec[]): Promise<void> {
    if (!this.#swept && specs.length > 0) {
      this.#swept = true
      const swept = await sweepOrphans(this.#root)
      if (swept.length > 0) this.#log.warn(`ended ${swept.length} left over from an earlier run`)
    }
    const wanted = specs.map((spec) => ({
      ...spec,
      env: { ...spec.env, [ownerVariable]: this.#mark },
    }))
    const kept = new Map<string, App>()
    for (const spec of wanted) {
      const app = this.#apps.get(spec.name)
      if (app && isDeepStrictEqual(app.spec, spec)) kept.set(spec.name, app)
    }
    const gone = [...this.#apps.values()].filter((app) => !kept.has(app.name))
    this.#replace(kept.values())
    await Promise.all(gone.map((app) => app.stop()))
    const fresh = wanted.filter((spec) => !kept.has(spec.name))
    await Promise.all(fresh.map((spec) => assertFree(spec)))
    this.#width = Math.max(0, ...wanted.map((spec) => spec.name.length))
    this.#replace(wanted.map((spec) => kept.get(spec.name) ?? new App(spec, this.#events)))
    if (this.#apps.size > 0) this.#guard()
  }

  /**
   * Starts what is not running, in order: each waits until the one before is ready, has ended, or takes very long.
   */
  async start(): Promise<void> {
    const turn = {}
    this.#turn = turn
    for (const app of this.#apps.values()) {
      app.start()
      await app.settled()
      // A restart of Vite may have brought other applications; or everything ends.
      if (this.#turn !== turn || this.#closed) return
    }
  }

  /** A file has changed: what waits to be started again need not wait, and what runs the file starts anew. */
  onEdit(file: string): void {
    const isCode = codeRE.test(file)
    for (const app of this.#apps.values()) {
      if (isCode) app.retryNow()
      if (!watchFilter(app.spec.watch, this.#root)(file)) continue
      // Editors and version control change several files at once.
      clearTimeout(this.#restarts.get(app))
      this.#restarts.set(
        app,
        setTimeout(() => {
          this.#restarts.delete(app)
          this.#log.info(`${this.#prefix(app)}restarts: ${relative(this.#root, file)} has changed`)
          void app.restart()
        }, editPauseMs),
      )
    }
  }

  /**
   * Ends an application so that it can be run in a terminal.
   *
   * @param recall Ends that other run.
   * @returns The application, or a sentence that says why not.
   */
  async lend(name: string, recall: () => Promise<void>): Promise<App | string> {
    const app = this.#apps.get(name)
    const names = [...this.#apps.keys()].join(', ')
    if (!app || this.#closed) return `No process is named '${name}'; there are: ${names}.`
    if (app.state === 'lent') return `'${name}' runs in another terminal already.`
    this.#log.info(`${this.#prefix(app)}runs in another terminal now`)
    await app.lend(recall)
    return app
  }

  /** The other terminal is done with it. */
  takeBack(app: App): void {
    if (app.state !== 'lent') return
    this.#log.info(`${this.#prefix(app)}is back`)
    app.takeBack()
  }

  /** Ends everything to the last child. */
  close(): Promise<void> {
    this.#closed ??= (async () => {
      for (const timer of this.#restarts.values()) clearTimeout(timer)
      await Promise.all([...this.#apps.values()].map((app) => app.stop()))
      if (this.#apps.size > 0) await untilGone(killMarked(this.#mark))
      this.#unguard()
    })()
    return this.#closed
  }

  #replace(apps: Iterable<App>): void {
    const list = [...apps]
    this.#apps.clear()
    for (const app of list) this.#apps.set(app.name, app)
  }

  readonly #events: AppEvents = {
    line: (app, line) => this.#print(app, line),
    up: (app, restarted) => {
      const { target } = app.spec
      this.#log.info(this.#prefix(app) + (target ? `ready at ${targetText(target)}` : 'started'))
      if (restarted && target) this.#onUp()
    },
    finished: (app) => this.#log.info(`${this.#prefix(app)}has finished`),
    crashed: (app, pauseMs) => {
      const when = `starting it again in ${pauseMs / 1000} s`
      this.#log.error(`${this.#prefix(app)}${app.ending}; ${when}`)
    },
    late: (app) => this.#log.warn(`${appText(app)} is not ready after 30 s`),
  }

  #print(app: App, line: string): void {
    this.#log.info(this.#prefix(app) + printable(line, hasColours()))
  }

  #prefix(app: App): string {
    const text = `${app.name.padEnd(this.#width)} | `
    const colour = palette[[...this.#apps.keys()].indexOf(app.name) % palette.length]
    return colour && hasColours() ? styleText(colour, text) : text
  }

  readonly #onExit = (): void => {
    for (const app of this.#apps.values()) app.killNow()
    if (this.#apps.size > 0) killMarked(this.#mark)
  }

  readonly #onSignal = (signal: NodeJS.Signals): void => {
    // Whoever else listens ends the process itself; alone, the signal is ours to pass on.
    const alone = process.listenerCount(signal) === 1
    // The second Ctrl-C does not wait.
    if (this.#closed) {
      this.#onExit()
      if (alone) process.exit(1)
      return
    }
    void this.close().finally(() => {
      if (alone) process.kill(process.pid, signal)
    })
  }

  #guarded = false

  #guard(): void {
    if (this.#guarded) return
    this.#guarded = true
    process.on('exit', this.#onExit)
    for (const signal of signals) process.on(signal, this.#onSignal)
  }

  #unguard(): void {
    this.#guarded = false
    process.off('exit', this.#onExit)
    for (const signal of signals) process.off(signal, this.#onSignal)
  }
}

async function assertFree({ name, target }: AppSpec): Promise<void> {
  if (target === undefined || !(await accepts(target))) return
  const owner = target.kind === 'tcp' ? await portOwner(target.port) : undefined
  throw new VhostError(
    'VHOST_DEV_TARGET_TAKEN',
    `Cannot start '${name}': ${targetText(target)} is taken by ${owner ?? 'another process'}. ` +
      `End it, or leave out 'run' to use it as it is.`,
  )
}

function hasColours(): boolean {
  return process.stdout.isTTY && !process.env['NO_COLOR']
}
