import { readFileSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'

import { DebReleaseError, readError } from '../error.ts'
import type { DiskFile } from './entry.ts'

/** Bytes read from a file at once. */
const READ = 1 << 18

/**
 * The bytes of a content, piece by piece: at least one piece, an empty one for an empty file.
 *
 * @throws {DebReleaseError} `DEB_RELEASE_READ`, or `DEB_RELEASE_CHANGED` when the file is not as long as it was when listed.
 */
export async function* contentOf(content: Uint8Array | DiskFile): AsyncGenerator<Uint8Array> {
  if (content instanceof Uint8Array) {
    yield content
    return
  }
  const { file, size } = content
  if (size <= READ) {
    // Thousands of small files: one synchronous read each costs a tenth of four trips to the thread pool.
    yield readSmall(file, size)
    return
  }
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

function readSmall(file: string, size: number): Uint8Array {
  let bytes: Uint8Array
  try {
    bytes = readFileSync(file)
  } catch (cause) {
    throw readError(file, cause)
  }
  if (bytes.length !== size) throw changed(file)
  return bytes
}

function changed(file: string): DebReleaseError {
  return new DebReleaseError(
    'DEB_RELEASE_CHANGED',
    `${file} changed while it was being packed. Stop what writes it, or leave it out by \`src.files\`, and run it again.`,
    { file },
  )
}
