import { randomUUID } from 'node:crypto'
import {
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { workFolder } from './record.ts'

/** Who works in a project. */
export interface Holder {
  readonly pid: number
  /** When the process began, as the system counts it: ids are used again. */
  readonly born: string
  /** The command, for people. */
  readonly command: string
  /** Milliseconds since 1970. */
  readonly since: number
}

/** A lock that is held. */
export interface Lock {
  release(): void
}

/**
 * Takes the lock of a project, so that two commands do not write the same files. One whose process has ended is taken over.
 *
 * @param root The project's folder.
 * @param command What is going to run, for those who wait.
 * @param waiting Is told once who holds the lock.
 * @param signal Aborting it ends the waiting.
 * @returns Undefined when the waiting was ended.
 */
export async function lock(
  root: string,
  command: string,
  waiting: (holder: Holder) => void,
  signal: AbortSignal,
): Promise<Lock | undefined> {
  let told = false
  while (!signal.aborted) {
    const held = tryLock(root, command)
    if ('release' in held) return held
    if (!told) waiting(held)
    told = true
    await sleep(100, undefined, { signal }).catch(() => {})
  }
  return undefined
}

/** The lock, or who has it. */
export function tryLock(root: string, command: string): Lock | Holder {
  const file = join(workFolder(root), 'lock')
  const own: Holder = {
    pid: process.pid,
    born: birthOf(process.pid) ?? '',
    command,
    since: Date.now(),
  }
  const text = JSON.stringify(own)
  mkdirSync(workFolder(root), { recursive: true })
  // A link appears with its content, and only where there is no file.
  const temporary = `${file}.${randomUUID()}`
  writeFileSync(temporary, text)
  try {
    for (let attempt = 0; ; attempt++) {
      if (tryLink(temporary, file)) return { release: () => release(file, text) }
      const there = read(file)
      if (there === undefined) continue
      const holder = parse(there)
      if (holder !== undefined && (isAlive(holder) || attempt > 20)) return holder
      removeDead(file, there)
    }
  } finally {
    rmSync(temporary, { force: true })
  }
}

function release(file: string, text: string): void {
  if (read(file) === text) rmSync(file, { force: true })
  try {
    // What `clean` has emptied stays empty.
    rmdirSync(dirname(file))
  } catch {
    // There is something in it.
  }
}

/** Takes a dead process's lock away; one that somebody took in the meantime is put back. */
function removeDead(file: string, text: string): void {
  const aside = `${file}.${randomUUID()}`
  try {
    renameSync(file, aside)
  } catch {
    return
  }
  if (read(aside) !== text) tryLink(aside, file)
  rmSync(aside, { force: true })
}

function isAlive({ pid, born }: Holder): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    // Somebody else's process may not be asked, but it is there.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  const now = birthOf(pid)
  return now === undefined || (born === '' && now !== 'ended') || now === born
}

/** When a process began, in the kernel's ticks; 'ended' for one that nobody has taken notice of, undefined where there is no /proc. */
function birthOf(pid: number): string | undefined {
  const stat = read(`/proc/${pid}/stat`)
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields?.[0] === 'Z' ? 'ended' : fields?.[19]
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

function parse(text: string): Holder | undefined {
  try {
    const holder = JSON.parse(text) as Holder | null
    return typeof holder?.pid === 'number' ? holder : undefined
  } catch {
    return undefined
  }
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
