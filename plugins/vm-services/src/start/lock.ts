import { openSync, closeSync, readFileSync, rmSync, writeSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isAlive, mark, type Mark } from '../machine/processes.ts'

/**
 * Does work on a service that nobody else may do at the same time: `vite` and `kovu vm` may both want to start it. A lock whose
 * holder has ended counts for nothing.
 *
 * @param dir The service's folder.
 */
export async function alone<T>(dir: string, work: () => Promise<T>): Promise<T> {
  const file = path.join(dir, 'lock')
  while (!take(file)) {
    const holder = holderOf(file)
    if (holder && isAlive(holder)) await sleep(50)
    else rmSync(file, { force: true })
  }
  try {
    return await work()
  } finally {
    rmSync(file, { force: true })
  }
}

function take(file: string): boolean {
  try {
    const handle = openSync(file, 'wx', 0o600)
    writeSync(handle, JSON.stringify(mark(process.pid)))
    closeSync(handle)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

function holderOf(file: string): Mark | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Mark
  } catch {
    return undefined
  }
}
