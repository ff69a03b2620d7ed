import { closeSync, openSync, readSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'

import { DebReleaseError, readError } from '../error.ts'
import type { DiskFile } from './entry.ts'

/** Bytes read from a file at once; files up to this size are small ones. */
export const READ: number = 1 << 18

/**
 * A content that is small enough to be had at once. Thousands of small files: synchronous reads into one buffer cost a tenth of
 * trips to the thread pool.
 *
 * @param buffer More than {@link READ} bytes, used again for the next file.
 * @returns Undefined when it is a large file: {@link piecesOf} reads it.
 * @throws {DebReleaseError} `DEB_RELEASE_READ`, or `DEB_RELEASE_CHANGED` when the file is not as long as it was when listed.
 */
export function smallContent(
  content: Uint8Array | DiskFile,
  buffer: Buffer,
): Uint8Array | undefined {
  if (content instanceof Uint8Array) return content
  const { file, size } = content
  if (size > READ) return undefined
  let bytes: number
  try {
    bytes = readWhole(file, size, buffer)
  } catch (cause) {
    throw readError(file, cause)
  }
  if (bytes !== size) throw changed(file)
  return buffer.subarray(0, size)
}

/** Asks for one byte more than there should be: a file that has grown is noticed without another system call. */
function readWhole(file: string, size: number, buffer: Buffer): number {
  const handle = openSync(file, 'r')
  try {
    let bytes = 0
    let count: number
    do {
      count = readSync(handle, buffer, bytes, size + 1 - bytes, null)
      bytes += count
    } while (count > 0 && bytes < size)
    return bytes
  } finally {
    closeSync(handle)
  }
}

/**
 * The bytes of a file on disk, piece by piece. The buffer is used again for the next piece.
 *
 * @throws {DebReleaseError} As {@link smallContent} does.
 */
export async function* piecesOf({ file, size }: DiskFile): AsyncGenerator<Uint8Array> {
  let handle: FileHandle | undefined
  try {
    handle = await open(file)
    yield* bytesOf(handle, size)
    if ((await handle.stat()).size !== size) throw changed(file)
  } catch (cause) {
    throw cause instanceof ShortRead ? changed(file) : readError(file, cause)
  } finally {
    await handle?.close()
  }
}

/**
 * Exactly `size` bytes of an open file, from its start. The buffer is used again for the next piece.
 *
 * @throws When the file ends earlier.
 */
export async function* bytesOf(handle: FileHandle, size: number): AsyncGenerator<Uint8Array> {
  const buffer = Buffer.alloc(Math.min(READ, size))
  for (let at = 0; at < size;) {
    const { bytesRead } = await handle.read(buffer, 0, Math.min(buffer.length, size - at), at)
    if (bytesRead === 0) throw new ShortRead('the file ended early')
    yield buffer.subarray(0, bytesRead)
    at += bytesRead
  }
}

class ShortRead extends Error {}

function changed(file: string): DebReleaseError {
  return new DebReleaseError(
    'DEB_RELEASE_CHANGED',
    `${file} changed while it was being packed. Stop what writes it, or leave it out by \`src.files\`, and run it again.`,
    { file },
  )
}
