import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { list, readGlob } from './globs.ts'
import { type Mark, mark, shown, type World } from './marks.ts'
import { type GreenRun, workFolder } from './record.ts'
import { look, type Twins } from './stamps.ts'

/**
 * What the file system's own clock says: its times are compared with those of files, and no other clock is as coarse as it is.
 *
 * @returns Milliseconds since 1970; the machine's own where nothing can be written, and so nothing be remembered.
 */
export function fileClock(root: string): number {
  const folder = workFolder(root)
  const file = join(folder, `clock.${process.pid}`)
  try {
    mkdirSync(folder, { recursive: true })
    writeFileSync(file, '')
    const now = look(file)?.ctimeMs
    rmSync(file, { force: true })
    return now ?? Date.now()
  } catch {
    return Date.now()
  }
}

/**
 * The same, a tick later: whatever was written before this call has an earlier time than what it returns.
 *
 * @returns Milliseconds since 1970.
 */
export async function nextTick(root: string): Promise<number> {
  const first = fileClock(root)
  // A file system that counts in seconds is not waited for: what was just written is then taken for too new.
  for (let attempt = 0; attempt < 10; attempt++) {
    await sleep(2)
    const now = fileClock(root)
    if (now > first) return now
  }
  return first
}

/** Takes down what a target reads and writes while it runs. */
export class Notes {
  readonly #world: World
  readonly #known: Map<string, Mark>
  readonly #since: number
  /** Listings are taken when the target asks for them; files are stamped when it has ended, but whether there are any is known before. */
  readonly #inputs = new Map<string, Mark | 'present' | 'missing'>()
  readonly #named = new Set<string>()
  readonly outputs: Set<string> = new Set()

  /**
   * @param known Earlier marks by key, to save reading what has not changed; new ones are added.
   * @param since When the target began, by {@link fileClock}.
   */
  constructor(world: World, known: Map<string, Mark>, since: number) {
    this.#world = world
    this.#known = known
    this.#since = since
  }

  /** See `TargetContext.input` of the protocol. */
  input(what: string): void {
    if (what.startsWith('files:')) {
      const pattern = `glob:${what.slice('files:'.length)}`
      this.input(pattern)
      for (const file of filesOf(pattern, this.#world)) this.input(file)
      return
    }
    // Several plugins, and Vite itself, name the same thousands of files.
    if (this.#named.has(what)) return
    this.#named.add(what)
    const seen = see(what, this.#world.root)
    if (seen === undefined || this.#inputs.has(seen.key)) return
    this.#inputs.set(seen.key, seen.early ?? this.#mark(seen.key))
  }

  /** See `TargetContext.output` of the protocol. */
  output(path: string): void {
    this.outputs.add(resolve(this.#world.root, path))
  }

  /** Takes over what another run has read and written, as it was then. */
  adopt(run: GreenRun): void {
    for (const one of run.inputs) if (!this.#inputs.has(one[0])) this.#inputs.set(one[0], one)
    for (const [path] of run.outputs) this.outputs.add(path)
  }

  /** Did the target say what it reads? Otherwise nobody can tell when it is up to date. */
  get learned(): boolean {
    return this.#inputs.size > 0
  }

  /** Keys of what was read so far. */
  get keys(): readonly string[] {
    return [...this.#inputs.keys()]
  }

  /**
   * Stamps what was read and written.
   *
   * @param made Files that targets of this run wrote.
   * @returns The record of the run; or, as a sentence, which input changed while the target ran: nobody can say which state of
   *   it was read, so there is no record.
   */
  finish(made: { has(path: string): boolean }, time: number): GreenRun | string {
    const inputs: Mark[] = []
    // Publishing gives many a file a second name: it is read once.
    const twins: Twins = new Map()
    for (const [key, early] of this.#inputs) {
      if (this.outputs.has(key)) continue
      const now = typeof early === 'string' ? this.#mark(key, twins) : early
      const isGone = early === 'present' && now.length === 1
      if ((isGone || (now.length === 6 && this.#isTooNew(now))) && !made.has(key)) {
        return `${shown(key, this.#world)} changed while it ran`
      }
      inputs.push(now)
    }
    const outputs = [...this.outputs].map((path) => this.#mark(path, twins))
    return { inputs, outputs, time, at: Date.now() }
  }

  #mark(key: string, twins?: Twins): Mark {
    const now = mark(key, this.#world, this.#known.get(key), twins)
    this.#known.set(key, now)
    return now
  }

  #isTooNew([path, , , mtime, ctime]: readonly [
    string,
    string,
    number,
    number,
    number,
    number,
  ]): boolean {
    if (ctime < this.#since) return false
    // A second name for the file (publishing may give it one) is no change.
    return mtime >= this.#since || (look(path)?.nlink ?? 1) < 2
  }
}

/** What matches now, also what other targets wrote: they ran before, and their outputs are this one's inputs. */
function filesOf(pattern: string, { root }: World): string[] {
  const glob = readGlob(pattern.slice('glob:'.length), root)
  return list(glob, new Set()).names.map((name) => `${glob.base}/${name}`)
}

const installedPython = /^(.*[\\/](?:site|dist)-packages)(?:[\\/]|$)/

/**
 * The key under which an input is remembered.
 *
 * @param what See `TargetContext.input` of the protocol.
 * @returns Undefined for what counts otherwise or not at all: installed npm packages (by the lockfile), virtual modules.
 */
export function keyOf(what: string, root: string): string | undefined {
  return see(what, root)?.key
}

/** What an input is remembered as, and whether there is such a file. */
interface Seen {
  readonly key: string
  /** Of a file alone. */
  readonly early?: 'present' | 'missing'
}

function see(what: string, root: string): Seen | undefined {
  if (what.startsWith('env:') || what.startsWith('packages:')) return { key: what }
  if (what.includes('\0')) return undefined
  if (what.startsWith('glob:')) {
    const [first = '', ...rest] = what.slice(5).split('\n')
    const { base } = readGlob(first, root)
    const python = installedPython.exec(base)?.[1]
    if (python !== undefined) return { key: `packages:${python}` }
    if (isInstalled(base)) return undefined
    const pattern = first.startsWith('**') ? `${root}/${first}` : resolve(root, first)
    return { key: ['glob:' + pattern, ...rest].join('\n') }
  }
  const path = resolve(root, what)
  const python = installedPython.exec(path)?.[1]
  if (python !== undefined) return { key: `packages:${python}` }
  if (isInstalled(path)) return undefined
  const stats = look(path)
  if (stats?.isDirectory() === true) return { key: `glob:${path}/**` }
  return { key: path, early: stats === undefined ? 'missing' : 'present' }
}

function isInstalled(path: string): boolean {
  return /[\\/]node_modules(?:[\\/]|$)/.test(path)
}
