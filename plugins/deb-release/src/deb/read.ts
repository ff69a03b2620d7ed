import { type FileHandle, open } from 'node:fs/promises'
import { gunzipSync } from 'node:zlib'

import { DebReleaseError, readError } from '../error.ts'
import { AR_HEADER, AR_MAGIC, type ArMember, readArHeader } from './ar.ts'
import { readParagraphs } from './control.ts'

/** What a `.deb` says of itself. */
export interface DebInfo {
  /** Fields of the control file, in its order. */
  readonly control: ReadonlyMap<string, string>
  /** The time of the package, in seconds since 1970. */
  readonly epoch: number
}

/**
 * Reads the control file of a `.deb` whose control member is gzip-compressed, as {@link writeDeb} and many others write it.
 *
 * @param file Absolute path.
 * @throws {DebReleaseError} `DEB_RELEASE_READ` when it is no such package.
 */
export async function readDeb(file: string): Promise<DebInfo> {
  let handle: FileHandle
  try {
    handle = await open(file)
  } catch (cause) {
    throw readError(file, cause)
  }
  try {
    const magic = await bytesAt(handle, 0, AR_MAGIC.length)
    if (!magic.equals(AR_MAGIC)) throw broken(file, 'it is no ar archive')
    for (let at = AR_MAGIC.length; ;) {
      const member = readArHeader(await bytesAt(handle, at, AR_HEADER))
      if (member === undefined) throw broken(file, 'it holds no control.tar.gz')
      if (member.name === 'control.tar.gz') return await controlOf(handle, at, member, file)
      at += AR_HEADER + member.size + (member.size % 2)
    }
  } finally {
    await handle.close()
  }
}

async function controlOf(
  handle: FileHandle,
  at: number,
  { size, epoch }: ArMember,
  file: string,
): Promise<DebInfo> {
  let tar: Buffer
  try {
    tar = gunzipSync(await bytesAt(handle, at + AR_HEADER, size))
  } catch (cause) {
    throw new DebReleaseError('DEB_RELEASE_READ', `${file} is damaged. Make it again: kovu deb.`, {
      file,
      cause,
    })
  }
  for (let block = 0; block + 512 <= tar.length;) {
    const name = tar.toString('utf8', block, block + 100).replace(/\0.*$/s, '')
    const length = Number.parseInt(tar.toString('latin1', block + 124, block + 135), 8)
    if (name === '' || Number.isNaN(length)) break
    if (name === './control' || name === 'control') {
      const [control] = readParagraphs(tar.toString('utf8', block + 512, block + 512 + length))
      if (control !== undefined) return { control, epoch }
    }
    block += 512 + Math.ceil(length / 512) * 512
  }
  throw broken(file, 'it holds no control file')
}

async function bytesAt(handle: FileHandle, at: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length)
  const { bytesRead } = await handle.read(buffer, 0, length, at)
  return buffer.subarray(0, bytesRead)
}

function broken(file: string, why: string): DebReleaseError {
  return new DebReleaseError(
    'DEB_RELEASE_READ',
    `${file} is no package that can be read: ${why}. Make it again: kovu deb.`,
    { file },
  )
}
