import {
  closeSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  type Stats,
  statSync,
} from 'node:fs'

/** A file as it was: path, digest of its content, then what is cheap to compare: size, times (milliseconds) and inode. */
export type FileStamp = readonly [
  path: string,
  digest: string,
  size: number,
  mtime: number,
  ctime: number,
  inode: number,
]

/** A folder as it was, by what changes when an entry comes or goes; the path alone when there was none. */
export type FolderStamp = readonly [path: string, mtime?: number, ctime?: number, inode?: number]

/** Beyond this, reading a file to compare it costs more than it may save: then times and size decide alone. */
const LARGE = 64 * 1024 * 1024

/** A short digest, by which contents are compared: nobody gains by making two of them equal. */
function digest(content: Uint8Array): string {
  // Loaded when the first file has to be read: most calls of `kovu` read none, and this is a tenth of their time.
  const { hash } = process.getBuiltinModule('node:crypto')
  return hash('sha1', content, 'base64').slice(0, 16)
}

/**
 * A digest of a short text in 53 bits, which does without `node:crypto`: cyrb53.
 *
 * @returns Letters and digits.
 */
export function fingerprint(text: string): string {
  let [high, low] = [0xdeadbeef, 0x41c6ce57]
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    high = Math.imul(high ^ code, 2654435761)
    low = Math.imul(low ^ code, 1597334677)
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909)
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909)
  return ((low & 0x1fffff) * 0x100000000 + (high >>> 0)).toString(36)
}

const quietly = { throwIfNoEntry: false } as const

/** What the file system says of a path, or undefined when it is nothing that can be read. */
export function look(path: string): Stats | undefined {
  try {
    return statSync(path, quietly)
  } catch {
    // A file where a folder is looked for, a folder that may not be entered.
    return undefined
  }
}

/**
 * Stamps a file.
 *
 * @param known An earlier stamp of it, whose digest is taken over when nothing else changed.
 * @param twins Receives the stamp; a file that is there by another name is not read again.
 * @returns Undefined when there is no such file.
 */
export function stampFile(path: string, known?: FileStamp, twins?: Twins): FileStamp | undefined {
  const stats = look(path)
  if (stats === undefined || !stats.isFile()) return undefined
  if (known !== undefined && isSame(known, stats)) return known
  const { size, mtimeMs, ctimeMs, ino } = stats
  const twin = twins?.get(ino)
  const isTwin = twin !== undefined && isSame(twin, stats)
  const stamp = [
    path,
    isTwin ? twin[1] : contentDigest(path, stats),
    size,
    mtimeMs,
    ctimeMs,
    ino,
  ] as const
  twins?.set(ino, stamp)
  return stamp
}

/** Files that were stamped just before, by their inodes. */
export type Twins = Map<number, FileStamp>

/** Does a stamp still hold by size, times and inode? Places, since taking an array apart by an iterator is what would cost most here. */
export function isSame(stamp: FileStamp, stats: Stats): boolean {
  return (
    stats.mtimeMs === stamp[3] &&
    stats.size === stamp[2] &&
    stats.ctimeMs === stamp[4] &&
    stats.ino === stamp[5] &&
    stats.isFile()
  )
}

/** Stamps a folder. */
export function stampFolder(path: string): FolderStamp {
  const stats = look(path)
  if (stats === undefined || !stats.isDirectory()) return [path]
  return [path, stats.mtimeMs, stats.ctimeMs, stats.ino]
}

/** Is a folder (or a missing one) as it was stamped? */
export function isSameFolder([path, mtime, ctime, inode]: FolderStamp): boolean {
  const stats = look(path)
  if (mtime === undefined) return stats === undefined || !stats.isDirectory()
  return (
    stats !== undefined &&
    stats.mtimeMs === mtime &&
    stats.ctimeMs === ctime &&
    stats.ino === inode &&
    stats.isDirectory()
  )
}

/**
 * The packages of a `site-packages` folder, each by its own list of files.
 *
 * @returns `name-version.dist-info` with a digest of its RECORD, and what to compare first.
 */
export function listPackages(folder: string): {
  names: readonly string[]
  folders: readonly FolderStamp[]
} {
  const here = stampFolder(folder)
  if (here[1] === undefined) return { names: [], folders: [here] }
  const infos = readdirSync(folder).filter((name) => /\.(?:dist|egg)-info$/.test(name))
  const records = infos.sort().map((name) => {
    const stamp = stampFile(`${folder}/${name}/RECORD`)
    return { name: `${name} ${stamp?.[1] ?? ''}`, stamp: stampFolder(`${folder}/${name}`) }
  })
  return {
    names: records.map(({ name }) => name),
    folders: [here, ...records.map(({ stamp }) => stamp)],
  }
}

function contentDigest(path: string, { size, mtimeMs }: Stats): string {
  if (size > LARGE) return `${size} ${mtimeMs}`
  try {
    return digest(size <= buffer.length ? readSmall(path, size) : readFileSync(path))
  } catch {
    return ''
  }
}

/** Filled anew by each call of {@link readSmall}: thousands of small files need not have a buffer each. */
const buffer = Buffer.allocUnsafeSlow(64 * 1024)

function readSmall(path: string, size: number): Uint8Array {
  const handle = openSync(path, 'r')
  try {
    let length = 0
    for (let count = -1; count !== 0 && length < size; length += count)
      count = readSync(handle, buffer, length, size - length, null)
    return buffer.subarray(0, length)
  } finally {
    closeSync(handle)
  }
}
