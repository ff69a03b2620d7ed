import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { type FSWatcher, watch as chokidar } from 'chokidar'

import { plan } from '../graph/plan.ts'
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
  let project = first
  let loaded = true
  try {
    while (!signal.aborted) {
      if (loaded || session.due(project).length > 0) {
        try {
          // A config is loaded anew each time: it may be what has changed.
          if (!loaded) project = await session.load()
          await session.run(project)
        } catch (error) {
          progress.log.error(describe(error))
        }
        loaded = false
        if (!signal.aborted) progress.log.info('watching for changes …')
      }
      changes.watch(inputsOf(session, project))
      session.release()
      await changes.next(signal)
      if (!(await session.acquire())) break
    }
  } finally {
    await changes.close()
  }
  return 0
}

/** Keys of everything that the goals' targets, or all of them, depend on. */
function inputsOf({ history, goals }: Session, project: Project): string[] {
  const names = plan(project.graph, goals).map(({ name }) => name)
  const { runs, base } = history.memory
  return [
    ...base.map(([key]) => key),
    ...names.flatMap((name) => history.read.get(name) ?? []),
    ...names.flatMap((name) => runs.get(name)?.inputs.map(([key]) => key) ?? []),
  ]
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

  constructor() {
    this.#watcher = chokidar([], {
      ignoreInitial: true,
      ignored: (path, stats) => !this.#matters(path, stats?.isFile() === true),
    })
    this.#watcher.on('all', (_, path) => {
      if (!this.#matters(path, true)) return
      this.#pending = true
      this.#tell?.()
    })
  }

  /** Takes the inputs of the last run over; folders that were watched before go on being watched. */
  watch(keys: readonly string[]): void {
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

  #matters(path: string, isFile: boolean): boolean {
    if (this.#files.has(path)) return true
    if (isFile) return this.#globs.some((glob) => glob.matches(path))
    return this.#folders.has(path) || this.#globs.some((glob) => isInside(path, glob))
  }
}

/** Does a glob look into a folder? */
function isInside(folder: string, glob: Glob): boolean {
  const below = folder.startsWith(`${glob.base}/`) ? folder.slice(glob.base.length) : undefined
  return below !== undefined && glob.deep && !closed.test(below) && glob.enters(folder)
}
