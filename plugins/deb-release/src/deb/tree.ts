import { createHash, hash } from 'node:crypto'

import { piecesOf, READ, smallContent } from './content.ts'
import { arrange, type DiskFile, type Entry, type FileEntry, isProgram, sizeOf } from './entry.ts'
import type { Gzip } from './gzip.ts'
import { tarEnd, tarHeader, tarPadding, tarRoot } from './tar.ts'

/** What is told about a tree once it is written. */
export interface TreeFacts {
  /** Lines of `md5sums`: every file, in order. */
  readonly sums: readonly { readonly path: string; readonly md5: string }[]
  /** `Installed-Size` as dpkg-gencontrol counts: each file rounded up to KiB, everything else 1. */
  readonly kibibytes: number
}

/**
 * Writes entries as a compressed tar.
 *
 * @param gzip Where to; it is ended.
 * @param entries In any order.
 * @param options `epoch`: the time of all entries, in seconds since 1970.
 */
export async function writeTree(
  gzip: Gzip,
  entries: readonly Entry[],
  { epoch, signal }: { readonly epoch: number; readonly signal?: AbortSignal | undefined },
): Promise<TreeFacts> {
  const sums: { path: string; md5: string }[] = []
  const buffer = Buffer.allocUnsafe(READ + 1)
  let kibibytes = 0
  gzip.push(tarRoot(epoch))
  for (const entry of arrange(entries)) {
    signal?.throwIfAborted()
    if (entry.kind === 'file') {
      const size = sizeOf(entry)
      const small = smallContent(entry.content, buffer)
      const md5 =
        small === undefined
          ? await pushLarge(gzip, entry, entry.content as DiskFile, epoch)
          : pushSmall(gzip, entry, small, epoch)
      gzip.push(tarPadding(size))
      sums.push({ path: entry.path, md5 })
      kibibytes += Math.ceil(size / 1024)
    } else {
      gzip.push(tarHeader(entry, { size: 0, epoch, executable: false }))
      kibibytes += 1
    }
    if (gzip.isFull) await gzip.drain()
  }
  gzip.push(tarEnd())
  await gzip.end()
  return { sums, kibibytes }
}

/** @returns The MD5 sum of what was written. */
function pushSmall(gzip: Gzip, entry: FileEntry, bytes: Uint8Array, epoch: number): string {
  gzip.push(fileHeader(entry, bytes, bytes.length, epoch))
  gzip.push(bytes)
  return hash('md5', bytes)
}

/** @returns The MD5 sum of what was written. */
async function pushLarge(
  gzip: Gzip,
  entry: FileEntry,
  content: DiskFile,
  epoch: number,
): Promise<string> {
  const md5 = createHash('md5')
  let isFirst = true
  for await (const bytes of piecesOf(content)) {
    if (isFirst) gzip.push(fileHeader(entry, bytes, content.size, epoch))
    isFirst = false
    md5.update(bytes)
    gzip.push(bytes)
    if (gzip.isFull) await gzip.drain()
  }
  return md5.digest('hex')
}

function fileHeader(entry: FileEntry, start: Uint8Array, size: number, epoch: number): Buffer {
  const executable = entry.executable ?? isProgram(entry.path, start)
  return tarHeader(entry, { size, epoch, executable })
}
