import { constants } from 'node:fs'
import { copyFile, mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

import { writeError } from '../error.ts'

/**
 * Writes a file that appears whole or not at all, readable by everyone.
 *
 * @throws {DebReleaseError} `DEB_RELEASE_DISK` or `DEB_RELEASE_WRITE`; what was there before is then still there.
 */
export function writeWhole(file: string, bytes: Uint8Array | string): Promise<void> {
  return appear(file, (temporary) => writeFile(temporary, bytes, { mode: 0o644 }))
}

/** Copies a file so that it appears whole or not at all. Errors as {@link writeWhole}'s. */
export function copyWhole(from: string, file: string): Promise<void> {
  return appear(file, (temporary) => copyFile(from, temporary, constants.COPYFILE_FICLONE))
}

async function appear(file: string, write: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = join(dirname(file), `.${basename(file)}.${process.pid}.tmp`)
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o755 })
    await write(temporary)
    await rename(temporary, file)
  } catch (cause) {
    await rm(temporary, { force: true })
    throw writeError(file, cause)
  }
}
