import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'

/** A development server that goes on reading the rendered files. */
export interface Serving {
  readonly pid: number
  /** When the process began, as the system counts it: ids are used again. */
  readonly born: string
  readonly mode: string
}

function fileOf(root: string): string {
  return path.join(root, 'node_modules', '.kovu', 'settings', 'serving.json')
}

/** Says that this process serves with the settings of a mode. */
export function noteServing(root: string, mode: string): void {
  const file = fileOf(root)
  mkdirSync(path.dirname(file), { recursive: true })
  const { pid } = process
  writeFileSync(file, JSON.stringify({ pid, born: birthOf(pid) ?? '', mode } satisfies Serving))
}

/** Says that it does no more. */
export function endServing(root: string): void {
  if (read(root)?.pid === process.pid) rmSync(fileOf(root), { force: true })
}

/**
 * The development server of another process that lives and serves with the settings of another mode.
 *
 * @param mode The mode of whoever asks.
 */
export function otherServing(root: string, mode: string): Serving | undefined {
  const serving = read(root)
  if (serving === undefined || serving.pid === process.pid || serving.mode === mode)
    return undefined
  return isAlive(serving) ? serving : undefined
}

function read(root: string): Serving | undefined {
  try {
    const serving = JSON.parse(readFileSync(fileOf(root), 'utf8')) as Serving | null
    return typeof serving?.pid === 'number' ? serving : undefined
  } catch {
    return undefined
  }
}

function isAlive({ pid, born }: Serving): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    // Somebody else's process may not be asked, but it is there.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  const now = birthOf(pid)
  return now === undefined || born === '' || now === born
}

/** When a process began, in the kernel's ticks; 'ended' for a zombie, undefined where there is no /proc. */
function birthOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' ? 'ended' : fields[19]
  } catch {
    return undefined
  }
}
