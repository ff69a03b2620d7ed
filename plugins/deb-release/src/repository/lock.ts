import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'

import { DebReleaseError, writeError } from '../error.ts'

/**
 * Does something while no other run publishes to the same repository. A lock that a dead process left is taken over.
 *
 * @throws {DebReleaseError} `DEB_RELEASE_LOCKED` when another run is at work.
 */
export async function withLock<T>(repository: string, work: () => Promise<T>): Promise<T> {
  const file = join(repository, '.lock')
  try {
    await mkdir(repository, { recursive: true })
    await take(file)
  } catch (cause) {
    throw writeError(file, cause)
  }
  try {
    return await work()
  } finally {
    await rm(file, { force: true })
  }
}

async function take(file: string): Promise<void> {
  const owner = `${hostname()} ${process.pid}\n`
  for (const last of [false, true]) {
    try {
      await writeFile(file, owner, { flag: 'wx' })
      return
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause
      const [host = '', pid = ''] = (await readFile(file, 'utf8').catch(() => '')).trim().split(' ')
      if (last || host !== hostname() || isAlive(Number(pid))) {
        throw new DebReleaseError(
          'DEB_RELEASE_LOCKED',
          `Process ${pid} on ${host} is publishing to this repository. Wait for it, or remove ${file} if it is gone.`,
          { file },
        )
      }
      await rm(file, { force: true })
    }
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid < 1) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === 'EPERM'
  }
}
