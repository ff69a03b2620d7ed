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
const lateMs = 30_000
const pollMs = 80

/** What to run. */
export interface AppSpec {
  readonly name: string
  /** A shell command line, or a program with its arguments. */
  readonly run: string | readonly string[]
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
  /** Globs of files whose edits start it again, relative to the root. */
  readonly watch: readonly string[]
  /** Where it listens; undefined for a worker, which is ready as soon as it runs. */
  readonly target: Target | undefined
  /** A path that answers with a status below 400 when the application is ready; without one, a TCP connection will do. */
  readonly ready: string | undefined
  /** The host name readiness is asked for. */
  readonly host: string
}

/**
 * `waiting` until its turn comes; `starting` until it is ready; `crashed` while it waits to be started again; `lent`
 * while it runs in a terminal of its own; `finished` when a worker has done its work; `stopped` for good.
 */
export type AppState = 'waiting' | 'starting' | 'up' | 'crashed' | 'lent' | 'finished' | 'stopped'

/** What an application tells. */
export interface AppEvents {
  /** A line of its output, as it wrote it. */
  line(app: App, line: string): void
  /** It is ready. */
  up(app: App, restarted: boolean): void
  /** It ended without being asked to. */
  crashed(app: App, pauseMs: number): void
  /** A worker has ended well. */
  finished(app: App): void
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
  /** Process groups that may have members left. */
  readonly #groups = new Set<number>()
  readonly #settling = new Set<() => void>()
  #state: AppState = 'waiting'
  #child: ChildProcess | undefined
  #pause = firstPauseMs
  #starts = 0
  #wake: (() => void) | undefined
  #recall: (() => Promise<void>) | undefined

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

  /** Its last lines, without escapes. */
  lines(): readonly string[] {
    return this.#kept
  }

  /** Starts it, when nothing else was asked of it so far. */
  start(): void {
    if (this.#state === 'waiting') this.#launch()
  }

  /** Resolves when it is no longer starting, or takes so long that others should not wait. */
  async settled(): Promise<void> {
    if (this.#state !== 'starting') return
    await new Promise<void>((done) => this.#settling.add(done))
  }

  /** Ends a pause before the next start: something has changed. */
  retryNow(): void {
    this.#wake?.()
  }

  /** Ends it and starts it anew, without a pause: its files have changed. */
  async restart(): Promise<void> {
    if (this.#state === 'crashed') return this.retryNow()
    if (this.#state !== 'up' && this.#state !== 'starting' && this.#state !== 'finished') return
    // What ends now has not crashed.
    this.#child = undefined
    this.#become('starting')
    await this.#endGroups()
    if (this.#is('starting') && this.#child === undefined) this.#launch()
  }

  /**
   * Ends it, so that somebody else can run it in a terminal.
   *
   * @param recall Ends that other run.
   */
  async lend(recall: () => Promise<void>): Promise<void> {
    this.#recall = recall
    this.#child = undefined
    this.#become('lent')
    this.#wake?.()
    await this.#endGroups()
  }

  /** The other run is over: it runs here again. */
  takeBack(): void {
    this.#recall = undefined
    if (this.#state === 'lent') this.#launch()
  }

  /** Ends it to its last child, for good. */
  async stop(): Promise<void> {
    this.#become('stopped')
    this.#wake?.()
    await Promise.all([this.#endGroups(), this.#recall?.()])
  }

  /** Ends it at once, for when this process itself ends. */
  killNow(): void {
    this.#become('stopped')
    for (const pid of this.#groups) signalGroup(pid, 'SIGKILL')
  }

  async #endGroups(): Promise<void> {
    await Promise.all(
      [...this.#groups].map(async (pid) => {
        await endGroup(pid)
        this.#groups.delete(pid)
      }),
    )
  }

  #become(state: AppState): void {
    this.#state = state
    if (state !== 'starting') this.#settle()
  }

  #settle(): void {
    for (const done of this.#settling) done()
    this.#settling.clear()
  }

  /** The state may have changed while something was awaited, which the compiler cannot know. */
  #is(state: AppState): boolean {
    return this.#state === state
  }

  #launch(): void {
    const { run, cwd, env } = this.spec
    const [command = '', ...args] = typeof run === 'string' ? [run] : run
    this.#become('starting')
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
    if (child.pid !== undefined) this.#groups.add(child.pid)
    for (const stream of [child.stdout, child.stderr]) {
      const splitter = new LineSplitter((line) => this.#line(line))
      stream.on('data', (chunk: Buffer) => splitter.push(chunk))
      stream.on('close', () => splitter.end())
    }
    let ended = false
    const onEnd = (how: string, code: number | null): void => {
      if (ended) return
      ended = true
      this.ending = how
      // The leader is gone; what it started must not keep the port.
      if (child.pid !== undefined && groupLives(child.pid)) signalGroup(child.pid, 'SIGTERM')
      else if (child.pid !== undefined) this.#groups.delete(child.pid)
      if (this.#child !== child || this.#state === 'stopped') return
      if (code === 0 && this.spec.target === undefined) {
        this.#become('finished')
        this.#events.finished(this)
      } else void this.#startAgain(performance.now() - startedAt)
    }
    child.on('error', (error) => onEnd(startFailure(error, command, cwd), null))
    child.on('exit', (code, signal) =>
      onEnd(
        signal ? `It ended by ${signal}` : `It ended with code ${code}${meaningOf(code)}`,
        code,
      ),
    )
    void this.#watchReadiness(child)
  }

  async #startAgain(ranMs: number): Promise<void> {
    this.#become('crashed')
    if (ranMs > longestPauseMs) this.#pause = firstPauseMs
    const pause = this.#pause
    this.#pause = Math.min(pause * 2, longestPauseMs)
    this.#events.crashed(this, pause)
    const abort = new AbortController()
    this.#wake = () => abort.abort()
    await delay(pause, undefined, { signal: abort.signal }).catch(() => {})
    this.#wake = undefined
    if (this.#is('crashed')) await this.#endGroups()
    if (this.#is('crashed')) this.#launch()
  }

  async #watchReadiness(child: ChildProcess): Promise<void> {
    const { target, ready, host } = this.spec
    const startedAt = performance.now()
    let told = false
    const isOurs = (): boolean => this.#child === child && this.#is('starting')
    while (isOurs()) {
      const is =
        target === undefined
          ? child.pid !== undefined
          : await (ready ? answersWell(target, ready, host) : accepts(target))
      if (!isOurs()) return
      if (is) {
        this.#become('up')
        this.#events.up(this, this.#starts > 1)
        return
      }
      if (!told && performance.now() - startedAt > lateMs) {
        told = true
        this.#settle()
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
export function appText({ name, spec }: App): string {
  return spec.target === undefined ? name : `${name} (${targetText(spec.target)})`
}

function startFailure(error: NodeJS.ErrnoException, command: string, cwd: string): string {
  return error.code === 'ENOENT'
    ? `It could not be started: there is no program '${command}' on PATH, or no folder ${cwd}`
    : `It could not be started: ${error.message}`
}

/** What a shell says by a code of its own (POSIX, 2.8.2). */
function meaningOf(code: number | null): string {
  if (code === 127) return ': the command was not found'
  return code === 126 ? ': the command may not be executed' : ''
}
