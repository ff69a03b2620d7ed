import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  fchmodSync,
  fstatSync,
  futimesSync,
  linkSync,
  openSync,
  readFileSync,
  statSync,
  utimesSync,
  writeSync,
  type Stats,
} from 'node:fs'
import type { Contents } from '../tree/contents.ts'
import type { Source } from '../tree/source.ts'
import { placeOf } from './folders.ts'

/** A file to be written below STATIC_ROOT. */
export interface Publication {
  /** Path below STATIC_ROOT. */
  readonly name: string
  readonly source: Source
  /** Is the name made from the content? A file of that name and size is then the same file. */
  readonly hashed: boolean
  /** Hashed name of a publication with the same content: the two are one file with two names. */
  readonly twin?: string | undefined
}

/** Of every file that is published: Django's FILE_UPLOAD_PERMISSIONS, whatever the umask. */
export const MODE = 0o644

/** Writes the files of one STATIC_ROOT. */
export class Writer {
  readonly #root: string
  readonly #contents: Contents
  readonly #link: boolean
  /** Does the umask leave the mode as it is? */
  #plainMode: boolean | undefined

  /**
   * @param root STATIC_ROOT.
   * @param contents Contents that were read already.
   * @param link Give files that are published as they are a second name, in place of copying them?
   */
  constructor(root: string, contents: Contents, link: boolean) {
    this.#root = root
    this.#contents = contents
    this.#link = link
  }

  /**
   * Writes a file in one step, to a name that nothing has yet. A link appears whole. A hashed name nobody can be reading, and
   * no manifest names it yet: if a crash cuts it short, the next run sees that by its size.
   *
   * @param target Absolute path.
   * @param file What to write.
   * @returns False, with nothing written, when that cannot be done, or another process has just written it.
   */
  writeNew(target: string, { source, hashed, twin }: Publication): boolean {
    if (twin !== undefined) return tryLink(placeOf(this.#root, twin), target)
    if (this.#link && 'file' in source) return tryLink(source.file, target)
    if (!hashed) return false
    const content = 'content' in source ? source.content : this.#contents.glimpse(source.file)
    if (content === undefined) return false
    const mtimeMs = 'file' in source ? this.#contents.seen(source.file)?.mtimeMs : undefined
    try {
      this.#writeContent(target, content, mtimeMs, 'wx')
      return true
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
      throw error
    }
  }

  /**
   * Writes a file that is given its name when it is whole.
   *
   * @param target Absolute path, to be renamed.
   * @param file What to write.
   */
  write(target: string, { source, twin }: Publication): void {
    if (twin !== undefined && tryLink(placeOf(this.#root, twin), target)) return
    if ('content' in source) {
      this.#writeContent(target, source.content)
      return
    }
    if (this.#link && tryLink(source.file, target)) return
    // To copy by hand is cheaper than a call for it, until the file is large.
    const content = this.#contents.glimpse(source.file)
    if (content !== undefined) {
      this.#writeContent(target, content, this.#contents.seen(source.file)?.mtimeMs)
      return
    }
    const { mtime, atime } = statSync(source.file)
    copyFileSync(source.file, target, constants.COPYFILE_FICLONE)
    utimesSync(target, atime, mtime)
    chmodSync(target, MODE)
  }

  #writeContent(target: string, content: Uint8Array, mtimeMs?: number, flags = 'w'): void {
    const handle = openSync(target, flags, MODE)
    try {
      for (let at = 0; at < content.length;) at += writeSync(handle, content, at)
      this.#plainMode ??= (fstatSync(handle).mode & 0o7777) === MODE
      if (!this.#plainMode) fchmodSync(handle, MODE)
      if (mtimeMs !== undefined) {
        const seconds = Math.floor(mtimeMs) / 1000
        futimesSync(handle, seconds, seconds)
      }
    } finally {
      closeSync(handle)
    }
  }

  /**
   * Is a file what is to be published?
   *
   * @param target Absolute path.
   * @param there What is of that name.
   * @param file What is to be there.
   */
  isSame(target: string, there: Stats, { source, hashed }: Publication): boolean {
    if (!there.isFile()) return false
    if ('content' in source) {
      if (there.size !== source.content.length) return false
      return hashed || readFileSync(target).equals(source.content)
    }
    const wanted = this.#contents.seen(source.file) ?? statSync(source.file)
    if (there.size !== wanted.size) return false
    if (hashed || Math.floor(there.mtimeMs) === Math.floor(wanted.mtimeMs)) return true
    return readFileSync(target).equals(readFileSync(source.file))
  }
}

/** A second name for a file; false where the file system has no such thing, or not across this border. */
function tryLink(file: string, target: string): boolean {
  try {
    linkSync(file, target)
    return true
  } catch {
    return false
  }
}
