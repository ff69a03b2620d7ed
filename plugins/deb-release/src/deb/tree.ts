import { createHash } from 'node:crypto'

import { contentOf } from './content.ts'
import { arrange, type Entry, type FileEntry, isProgram, sizeOf } from './entry.ts'
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
  let kibibytes = 0
  await gzip.push(tarRoot(epoch))
  for (const entry of arrange(entries)) {
    signal?.throwIfAborted()
    if (entry.kind === 'file') {
      const size = sizeOf(entry)
      sums.push({ path: entry.path, md5: await writeFile(gzip, entry, size, epoch) })
      kibibytes += Math.ceil(size / 1024)
    } else {
      await gzip.push(tarHeader(entry, { size: 0, epoch, executable: false }))
      kibibytes += 1
    }
  }
  await gzip.push(tarEnd())
  await gzip.end()
  return { sums, kibibytes }
}

/** @returns The MD5 sum of what was written. */
async function writeFile(
  gzip: Gzip,
  entry: FileEntry,
  size: number,
  epoch: number,
): Promise<string> {
  const md5 = createHash('md5')
  let begun = false
  for await (const bytes of contentOf(entry.content)) {
    if (!begun) {
      const executable = entry.executable ?? isProgram(entry.path, bytes)
      await gzip.push(tarHeader(entry, { size, epoch, executable }))
      begun = true
    }
    md5.update(bytes)
    await gzip.push(bytes)
  }
  await gzip.push(tarPadding(size))
  return md5.digest('hex')
}
