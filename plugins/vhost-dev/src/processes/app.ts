import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { debuglog } from 'node:util'
import { targetText } from '../proxy/target.ts'
import type { Target } from '../proxy/target.ts'
import { endGroup, groupLives, signalGroup } from './kill.ts'
import { LineSplitter, plain } from './output.ts'
import { accepts, answersWell } from './ready.ts'

const debug = debuglog('kovu:vhost-dev')
const keptLines = 50
const firstPauseMs = 500
const longestPauseMs = 10_000
const pollMs = 80

/** What to run. */
export interface AppSpec {
  readonly name: string
  /** A shell command line, or a program with its arguments. */
  readonly run: string | readonly string[]
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
  readonly target: Target
  /** A path that answers with a status below 400 when the application is ready; without one, a TCP connection will do. */
  readonly ready: string | undefined
  /** The host name readiness is asked for. */
  readonly host: string
}

/** `starting` until it is ready; `crashed` while it waits to be started again; `stopped` for good. */
export type AppState = 'starting' | 'up' | 'crashed' | 'stopped'

/** What an application tells. */
export interface AppEvents {
  /** A line of its output, as it wrote it. */
  line(app: App, line: string): void
  /** It is ready. */
  up(app: App, restarted: boolean): void
  /** It ended without being asked to. */
  crashed(app: App, pauseMs: number): void
  /** It runs, but is still not ready. */
  late(app: App): void
}

/** One application's process: started, watched, started again when it ends, and ended to its last child. */
export class App {
  readonly spec: AppSpec
  /** How its last process ended: `It ended with code 1`. */
  ending = 'It has not started'
  readonly #events: AppEvents
  readonly #kept: string[] = []
  #state: AppState = 'stopped'
  #child: ChildProcess | undefined
  #pause = firstPauseMs
  #starts = 0
  #wake: (() => void) | undefined
  #ending: Promise<void> | undefined

  constructor(spec: AppSpec, events: AppEvents) {
    this.spec = spec
    this.#events = events
  }

  get name(): string {
    return this.spec.name
  }

  get state(): AppState {
    return this.#state
  }

  /** The process group's id while it runs. */
  get pid(): number | undefined {
    return this.#child?.pid
  }

  /** Its last lines, without escapes. */
  lines(): readonly string[] {
    return this.#kept
  }

  /** Starts it; nothing happens when it runs. */
  start(): void {
    if (this.#state !== 'stopped') return
    this.#launch()
  }

  /** Ends a pause before the next start: something has changed. */
  retryNow(): void {
    this.#wake?.()
  }

  /** Ends it to its last child. */
  stop(): Promise<void> {
    this.#state = 'stopped'
    this.#wake?.()
    const pid = this.#child?.pid
    this.#ending ??= (pid === undefined ? Promise.resolve() : endGroup(pid)).finally(() => {
      this.#ending = undefined
    })
    return this.#ending
  }

  /** Ends it at once, for when this process itself ends. */
  killNow(): void {
    this.#state = 'stopped'
    const pid = this.#child?.pid
    if (pid !== undefined) signalGroup(pid, 'SIGKILL')
  }

  #launch(): void {
    const { run, cwd, env } = this.spec
    const [command = '', ...args] = typeof run === 'string' ? [run] : run
    this.#state = 'starting'
    this.#starts += 1
    const startedAt = performance.now()
    debug('start %s: %o', this.name, run)
    const child = spawn(command, args, {
      cwd,
      env,
      shell: typeof run === 'string',
      // A group of its own: Ctrl-C reaches us alone, and we reach all of it.
      detached: process.platform !== 'win32',
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
    })
    this.#child = child
    for (const stream of [child.stdout, child.stderr]) {
      const splitter = new LineSplitter((line) => this.#line(line))
      stream.on('data', (chunk: Buffer) => splitter.push(chunk))
      stream.on('close', () => splitter.end())
    }
    let ended = false
    const onEnd = (how: string): void => {
      if (ended) return
      ended = true
      this.ending = how
      // The leader is gone; what it started must not keep the port.
      if (child.pid !== undefined && groupLives(child.pid)) signalGroup(child.pid, 'SIGTERM')
      if (this.#child === child && this.#state !== 'stopped') {
        void this.#restart(child.pid, performance.now() - startedAt)
      }
    }
    child.on('error', (error) => onEnd(`It could not be started: ${error.message}`))
    child.on('exit', (code, signal) =>
      onEnd(signal ? `It ended by ${signal}` : `It ended with code ${code}`),
    )
    void this.#watchReadiness(child)
  }

  async #restart(pid: number | undefined, ranMs: number): Promise<void> {
    this.#state = 'crashed'
    if (ranMs > longestPauseMs) this.#pause = firstPauseMs
    const pause = this.#pause
    this.#pause = Math.min(pause * 2, longestPauseMs)
    this.#events.crashed(this, pause)
    const abort = new AbortController()
    this.#wake = () => abort.abort()
    await delay(pause, undefined, { signal: abort.signal }).catch(() => {})
    this.#wake = undefined
    if (pid !== undefined && groupLives(pid)) await endGroup(pid)
    // oxlint-disable-next-line typescript/no-unnecessary-condition -- stop() may have run meanwhile
    if ((this.#state as AppState) === 'crashed') this.#launch()
  }

  async #watchReadiness(child: ChildProcess): Promise<void> {
    const { target, ready, host } = this.spec
    const startedAt = performance.now()
    let told = false
    while (this.#child === child && this.#state === 'starting') {
      const is = ready ? await answersWell(target, ready, host) : await accepts(target)
      if (this.#child !== child || this.#state !== 'starting') return
      if (is) {
        this.#state = 'up'
        this.#events.up(this, this.#starts > 1)
        return
      }
      if (!told && performance.now() - startedAt > 30_000) {
        told = true
        this.#events.late(this)
      }
      await delay(pollMs)
    }
  }

  #line(line: string): void {
    this.#kept.push(plain(line))
    if (this.#kept.length > keptLines) this.#kept.shift()
    this.#events.line(this, line)
  }
}

/** `activity (127.0.0.1:9001)`. */
export function appText(app: App): string {
  return `${app.name} (${targetText(app.spec.target)})`
}
