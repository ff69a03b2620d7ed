import { spawn } from 'node:child_process'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { type FSWatcher, watch as chokidar } from 'chokidar'

import { plan } from '../graph/plan.ts'
import { packageInputs } from '../graph/base.ts'
import { type Glob, readGlob } from '../graph/globs.ts'
import { look } from '../graph/stamps.ts'
import { describe } from './describe.ts'
import type { Project } from './project.ts'
import type { Session } from './session.ts'

/** So long after the last change a run begins: editors and git write in bursts. */
const QUIET = 80

/**
 * Runs the goals, and again whenever something has changed that they depend on, until it is given up. What a change means is decided
 * by the record, as everywhere: the watcher only says when to look.
 *
 * @param first The project as it was loaded.
 * @returns The exit code.
 */
export async function watch(session: Session, first: Project): Promise<number> {
  const { progress, signal } = session
  const changes = new Changes()
  let project: Project = first
  const runOnce = async (load: boolean): Promise<boolean> => {
    try {
      // A config is loaded anew each time: it may be what has changed.
      if (load) {
        project = await session.load()
        session.open(project)
      }
      await session.run(project)
      return true
    } catch (error) {
      progress.log.error(describe(error))
      return false
    }
  }
  try {
    for (let load = false; !signal.aborted; load = true) {
      const green = await runOnce(load)
      // After a mistake every edit may be the one that takes it back.
      const isDue = (): boolean => !green || session.due(project, false).length > 0
      await changes.watch(inputsOf(session, project))
      // Something may have changed before the watcher was there. What failed waits for the next edit.
      if (green && isDue()) continue
      if (!signal.aborted) progress.log.info('watching for changes …')
      do {
        session.release()
        await changes.next(signal)
        if (!(await session.acquire())) return 0
      } while (!isDue())
      if (session.history.hasChanged(new Set(packageInputs(session.args.root)))) {
        session.release()
        progress.log.info('packages have changed: kovu starts anew')
        await changes.close()
        return await startAnew(session.args.cwd)
      }
    }
  } finally {
    await changes.close()
  }
  return 0
}

/**
 * Code of packages is loaded once in the life of a process, so another one goes on; this one ends with it.
 *
 * @param cwd Where this one was called.
 * @returns Its exit code.
 */
function startAnew(cwd: string): Promise<number> {
  const words = [...process.execArgv, ...process.argv.slice(1)]
  const child = spawn(process.execPath, words, { cwd, stdio: 'inherit' })
  // Ctrl-C reaches both; who asks this process alone to end means both.
  const pass = (): void => void child.kill('SIGTERM')
  process.once('SIGTERM', pass)
  return new Promise((done, fail) => {
    child.once('error', fail)
    child.once('close', (code) => {
      process.removeListener('SIGTERM', pass)
      done(code ?? 1)
    })
  })
}

/** Keys of everything that the goals' targets, or all of them, depend on. */
function inputsOf({ history, goals }: Session, project: Project): string[] {
  const { runs, base } = history.memory
  const names = planned(project, goals) ?? [...runs.keys(), ...history.read.keys()]
  return [
    ...base.map(([key]) => key),
    ...names.flatMap((name) => history.read.get(name) ?? []),
    ...names.flatMap((name) => runs.get(name)?.inputs.map(([key]) => key) ?? []),
  ]
}

/** Names of what the goals need; undefined where they wait for each other, or are gone: that was said when they should have run. */
function planned({ graph }: Project, goals: readonly string[]): string[] | undefined {
  try {
    return plan(graph, goals).map(({ name }) => name)
  } catch {
    return undefined
  }
}

/** Folders that no glob looks into. */
const closed = /\/(?:node_modules|__pycache__|venv|\.[^/]*)(?:\/|$)/

/** A watcher over inputs, and the wish to wait for it. */
class Changes {
  readonly #watcher: FSWatcher
  readonly #folders = new Set<string>()
  #files: ReadonlySet<string> = new Set()
  #globs: readonly Glob[] = []
  #tell: (() => void) | undefined
  #pending = false
  #ready: Promise<void> | undefined

  constructor() {
    this.#watcher = chokidar([], {
      ignoreInitial: true,
      // Without stats, nobody knows yet what it is.
      ignored: (path, stats) =>
        !(stats?.isDirectory() !== true && this.#isInput(path)) &&
        !(stats?.isFile() !== true && this.#isFolder(path)),
    })
    this.#watcher.on('all', (_, path) => {
      if (!this.#isInput(path)) return
      this.#pending = true
      this.#tell?.()
    })
  }

  /** Takes the inputs of the last run over, and waits until they are watched. Folders that were watched before still are. */
  async watch(keys: readonly string[]): Promise<void> {
    this.#files = new Set(keys.filter((key) => key.startsWith('/')))
    this.#globs = keys
      .filter((key) => key.startsWith('glob:'))
      .map((key) => readGlob(key.slice('glob:'.length), ''))
    const wanted = [
      ...[...this.#files].map((file) => dirname(file)),
      ...this.#globs.map(({ base }) => base),
    ]
    const added = [...new Set(wanted)].filter(
      (folder) => !this.#folders.has(folder) && look(folder)?.isDirectory() === true,
    )
    for (const folder of added) this.#folders.add(folder)
    this.#watcher.add(added)
    this.#ready ??= new Promise((done) => this.#watcher.once('ready', () => done()))
    await this.#ready
  }

  /** Waits for a change, and until no other follows; or until it is given up. */
  async next(signal: AbortSignal): Promise<void> {
    if (!this.#pending && !signal.aborted) {
      await new Promise<void>((done) => {
        this.#tell = done
        signal.addEventListener('abort', () => done(), { once: true })
      })
    }
    while (this.#pending && !signal.aborted) {
      this.#pending = false
      await sleep(QUIET, undefined, { signal }).catch(() => {})
    }
  }

  async close(): Promise<void> {
    await this.#watcher.close()
  }

  #isInput(path: string): boolean {
    return this.#files.has(path) || this.#globs.some((glob) => glob.matches(path))
  }

  #isFolder(path: string): boolean {
    return this.#folders.has(path) || this.#globs.some((glob) => isInside(path, glob))
  }
}

/** Does a glob look into a folder? */
function isInside(folder: string, glob: Glob): boolean {
  const below = folder.startsWith(`${glob.base}/`) ? folder.slice(glob.base.length) : undefined
  return below !== undefined && glob.deep && !closed.test(below) && glob.enters(folder)
}
