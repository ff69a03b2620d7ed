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

const palette = ['cyan', 'magenta', 'yellow', 'green', 'blue'] as const
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
    if (!this.#swept) {
      this.#swept = true
      const swept = await sweepOrphans(this.#root)
      if (swept.length > 0) this.#log.warn(`ended ${swept.length} left over from an earlier run`)
    }
    const wanted = specs.map((spec) => ({
      ...spec,
      env: { ...spec.env, [ownerVariable]: this.#mark },
    }))
    const keep = new Set(
      wanted
        .filter((spec) => isDeepStrictEqual(this.#apps.get(spec.name)?.spec, spec))
        .map((s) => s.name),
    )
    const gone = [...this.#apps.values()].filter((app) => !keep.has(app.name))
    await Promise.all(gone.map((app) => app.stop()))
    for (const app of gone) this.#apps.delete(app.name)
    this.#width = Math.max(0, ...wanted.map((spec) => spec.name.length))
    const fresh = wanted.filter((spec) => !keep.has(spec.name))
    await Promise.all(fresh.map((spec) => assertFree(spec)))
    for (const spec of fresh) this.#apps.set(spec.name, new App(spec, this.#events))
    if (this.#apps.size > 0) this.#guard()
  }

  /** Starts what is not running. */
  start(): void {
    for (const app of this.#apps.values()) app.start()
  }

  /** Something in the project has changed: what waits to be started again need not wait. */
  retryNow(): void {
    for (const app of this.#apps.values()) app.retryNow()
  }

  /** Ends everything to the last child. */
  close(): Promise<void> {
    this.#closed ??= (async () => {
      await Promise.all([...this.#apps.values()].map((app) => app.stop()))
      if (this.#apps.size > 0) await untilGone(killMarked(this.#mark))
      this.#unguard()
    })()
    return this.#closed
  }

  readonly #events: AppEvents = {
    line: (app, line) => this.#print(app, line),
    up: (app, restarted) => {
      this.#log.info(`${this.#prefix(app)}ready at ${targetText(app.spec.target)}`)
      if (restarted) this.#onUp()
    },
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

async function assertFree(spec: AppSpec): Promise<void> {
  if (!(await accepts(spec.target))) return
  const owner = spec.target.kind === 'tcp' ? await portOwner(spec.target.port) : undefined
  throw new VhostError(
    'VHOST_DEV_TARGET_TAKEN',
    `Cannot start '${spec.name}': ${targetText(spec.target)} is taken by ${owner ?? 'another process'}. ` +
      `End it, or leave out 'run' to use it as it is.`,
  )
}

function hasColours(): boolean {
  return process.stdout.isTTY && !process.env['NO_COLOR']
}
