import { DebReleaseError } from '../error.ts'

/** One thing in a package's tree. Paths are below `/`, with forward slashes and without a leading one: `opt/drund`. */
export type Entry = FileEntry | LinkEntry | FolderEntry

/** A regular file: its bytes, or the file on disk they are read from while the package is written. */
export interface FileEntry {
  readonly kind: 'file'
  readonly path: string
  readonly content: Uint8Array | DiskFile
  /** Mode 0755 or 0644; when it is not said, the content decides (see {@link isProgram}). */
  readonly executable?: boolean
}

/** A file on disk, as it was when it was listed. */
export interface DiskFile {
  /** Absolute path. */
  readonly file: string
  /** Bytes. */
  readonly size: number
}

/** A symbolic link. */
interface LinkEntry {
  readonly kind: 'link'
  readonly path: string
  readonly target: string
}

/** A folder. Folders that are only there for what is in them need no entry. */
interface FolderEntry {
  readonly kind: 'folder'
  readonly path: string
}

/** How many bytes a path's part may have on every file system that Debian runs on. */
const LONGEST_NAME = 255

/** How many bytes a whole path may have: Linux's PATH_MAX, less what dpkg adds while it unpacks (`.dpkg-new`). */
const LONGEST_PATH = 4096 - 64

const controlRE = /[\p{Cc}\ufffd]/u

/**
 * Brings entries into the one order in which they are written, whatever the file system listed first: by bytes, with
 * every parent folder before its children.
 *
 * @throws {DebReleaseError} `DEB_RELEASE_PATH` for a path that no package can hold, or that is there twice.
 */
export function arrange(entries: Iterable<Entry>): Entry[] {
  const byPath = new Map<string, Entry>()
  for (const entry of entries) {
    checkPath(entry.path)
    const earlier = byPath.get(entry.path)
    if (earlier !== undefined && !(earlier.kind === 'folder' && entry.kind === 'folder')) {
      throw new DebReleaseError('DEB_RELEASE_PATH', `Two files would become /${entry.path}.`)
    }
    byPath.set(entry.path, entry)
  }
  for (const path of byPath.keys()) {
    for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) {
      const parent = path.slice(0, at)
      if (byPath.has(parent)) break
      byPath.set(parent, { kind: 'folder', path: parent })
    }
  }
  const all = [...byPath.values()]
  const compare = all.some(({ path }) => beyondRE.test(path)) ? byBytes : byUnits
  return all.sort(compare)
}

/** UTF-16 orders surrogates before what UTF-8 has before them. */
const beyondRE = /[\ud800-\udfff]/

function byUnits(left: Entry, right: Entry): number {
  return left.path < right.path ? -1 : 1
}

function byBytes(left: Entry, right: Entry): number {
  return Buffer.compare(Buffer.from(left.path), Buffer.from(right.path))
}

/** An empty part of a path, or one that leads elsewhere. */
const noPartRE = /(?:^|\/)\.{0,2}(?:\/|$)/

function checkPath(path: string): void {
  if (controlRE.test(path)) {
    throw new DebReleaseError(
      'DEB_RELEASE_PATH',
      `The name ${JSON.stringify(path)} holds a control character or is not UTF-8: dpkg's list of files cannot name it. Rename the file.`,
    )
  }
  if (noPartRE.test(path)) {
    throw new DebReleaseError(
      'DEB_RELEASE_PATH',
      `${JSON.stringify(path)} is no plain path below the root.`,
    )
  }
  const bytes = Buffer.byteLength(path)
  if (bytes <= LONGEST_NAME) return
  const longest = Math.max(...path.split('/').map((part) => Buffer.byteLength(part)))
  if (longest > LONGEST_NAME || bytes > LONGEST_PATH) {
    throw new DebReleaseError(
      'DEB_RELEASE_PATH',
      `${JSON.stringify(path)} is too long for a file system.`,
    )
  }
}

/**
 * Does a file hold a program? By its content, for not every platform has modes: `#!`, or ELF that is no library.
 *
 * @param path Where it lands.
 * @param start Its first bytes.
 */
export function isProgram(path: string, start: Uint8Array): boolean {
  if (start[0] === 0x23 && start[1] === 0x21) return true
  const elf = start[0] === 0x7f && start[1] === 0x45 && start[2] === 0x4c && start[3] === 0x46
  return elf && !/\.(?:so(?:\.[\d.]+)?|node|o|a)$/.test(path)
}

/** Bytes of content; 0 for links and folders. */
export function sizeOf(entry: Entry): number {
  if (entry.kind !== 'file') return 0
  return entry.content instanceof Uint8Array ? entry.content.length : entry.content.size
}
