import { randomBytes } from 'node:crypto'
import { chmod, mkdir, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'

/** For the owner alone: a rendered file may hold passwords. */
const MODE = 0o600

/**
 * Puts a file in the place of another in one step, only if its content differs; readable for the owner alone.
 *
 * @param mode Its permissions; those of an unchanged file are corrected too.
 * @returns Was it written?
 */
export async function replaceFile(
  file: string,
  bytes: Uint8Array,
  mode: number = MODE,
): Promise<boolean> {
  // A link stays one: what it points to is replaced.
  const target = await realpath(file).catch(() => file)
  const old = await readFile(target).catch(() => undefined)
  if (old?.equals(bytes) === true) {
    const { mode: now } = await stat(target)
    if ((now & 0o777) !== mode && process.platform !== 'win32') await chmod(target, mode)
    return false
  }
  await mkdir(path.dirname(target), { recursive: true })
  const temporary = path.join(
    path.dirname(target),
    `.${path.basename(target)}.${randomBytes(6).toString('hex')}.tmp`,
  )
  try {
    await writeFile(temporary, bytes, { mode, flag: 'wx' })
    await rename(temporary, target)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
  return true
}
