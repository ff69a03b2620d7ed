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
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
  writeSync,
  type Stats,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { Contents, SMALL } from '../tree/contents.ts'
import { makeFolder } from './folder.ts'
import { recordRelease } from './releases.ts'
import { DjangoStaticError } from '../error.ts'
import type { Source } from '../tree/source.ts'

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

/** How {@link publish} writes. */
export interface PublishOptions {
  /** Contents that were read already. */
  readonly contents?: Contents
  /** Give files that are published as they are a second name, in place of copying them. */
  readonly link?: boolean
}

/** What {@link publish} did. */
export interface Published {
  readonly written: readonly string[]
  readonly unchanged: number
}

const MODE = 0o644
/** Below STATIC_ROOT, on the same file system: a folder for each process that publishes. */
const WORK = '.kovu/publish'

/**
 * Writes files to STATIC_ROOT. Each appears whole or not at all; hashed names come first and the manifest last, so that the
 * site is the old one or the new one whenever it stops. Nothing else in the folder is touched.
 *
 * @param root STATIC_ROOT.
 * @param files What to write; names below the root.
 * @param manifest The text of `staticfiles.json`.
 * @param options See {@link PublishOptions}.
 * @throws {DjangoStaticError} `DJANGO_STATIC_WRITE` when a file cannot be written: the site is the old one then.
 */
export function publish(
  root: string,
  files: readonly Publication[],
  manifest: string,
  options: PublishOptions = {},
): Published {
  const work = join(root, WORK, String(process.pid))
  const { contents = new Contents() } = options
  const writer = new Writer(root, contents, options.link ?? false)
  const temporary = join(work, 'file')
  const written: string[] = []
  let unchanged = 0
  const folders = new Set<string>()
  const order = [...files.filter(({ hashed }) => hashed), ...files.filter(({ hashed }) => !hashed)]
  let now = root
  try {
    tidyUp(join(root, WORK))
    makeFolder(work)
    for (const file of order) {
      const target = join(root, file.name)
      now = target
      const folder = dirname(target)
      if (!folders.has(folder)) makeFolder(folder)
      folders.add(folder)
      const there = statSync(target, { throwIfNoEntry: false })
      if (there !== undefined && isSame(target, there, file, contents)) {
        unchanged += 1
        continue
      }
      if (there !== undefined || !writer.writeNew(target, file)) {
        writer.write(temporary, file)
        renameSync(temporary, target)
        // Two names of one file are not renamed onto each other: the temporary one stays.
        if (file.twin !== undefined) rmSync(temporary, { force: true })
      }
      written.push(file.name)
    }
    recordRelease(
      root,
      manifest,
      files.filter(({ hashed }) => hashed).map(({ name }) => name),
    )
    const target = join(root, 'staticfiles.json')
    now = target
    if (readText(target) !== manifest) {
      writeFileSync(temporary, manifest, { mode: MODE, flush: true })
      chmodSync(temporary, MODE)
      renameSync(temporary, target)
      written.push('staticfiles.json')
    }
  } catch (cause) {
    if (cause instanceof DjangoStaticError) throw cause
    throw new DjangoStaticError(
      'DJANGO_STATIC_WRITE',
      `${now} cannot be written: ${(cause as Error).message}. What was published before is as it was.`,
      undefined,
      cause,
    )
  } finally {
    tidyUp(join(root, WORK))
  }
  return { written, unchanged }
}

/** Removes what this process, and those that were killed, have left; another one may be publishing at this moment. */
function tidyUp(work: string): void {
  try {
    for (const name of readdirSync(work)) {
      if (name === String(process.pid) || !isAlive(Number(name)))
        rmSync(join(work, name), { recursive: true, force: true })
    }
  } catch {
    // It is not there.
  }
}

function isAlive(pid: number): boolean {
  try {
    return pid > 0 && process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

class Writer {
  readonly #root: string
  readonly #contents: Contents
  readonly #link: boolean
  /** Does the umask leave the mode as it is? */
  #plainMode: boolean | undefined

  constructor(root: string, contents: Contents, link: boolean) {
    this.#root = root
    this.#contents = contents
    this.#link = link
  }

  /**
   * Writes a file that nobody can be reading: one whose name nothing has yet, and that no manifest names yet. If a crash cuts
   * it short, the next run sees that by its size.
   *
   * @param target Absolute path.
   * @param file What to write.
   * @returns False, with nothing written, when the file has to appear at once, or another process has just written it.
   */
  writeNew(target: string, { source, hashed, twin }: Publication): boolean {
    if (twin !== undefined) return tryLink(join(this.#root, twin), target)
    if (!hashed || this.#link) return false
    const content = 'content' in source ? source.content : this.#contents.kept(source.file)
    if (content === undefined) return false
    const mtime = 'file' in source ? this.#contents.modified(source.file) : undefined
    try {
      this.#writeContent(target, content, mtime, 'wx')
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
    if (twin !== undefined && tryLink(join(this.#root, twin), target)) return
    if ('content' in source) {
      this.#writeContent(target, source.content)
      return
    }
    if (this.#link && tryLink(source.file, target)) return
    const { mtime, atime, size } = statSync(source.file)
    // To copy by hand is cheaper than a call for it, until the file is large.
    const content =
      this.#contents.kept(source.file) ?? (size <= SMALL ? readFileSync(source.file) : undefined)
    if (content === undefined) {
      copyFileSync(source.file, target, constants.COPYFILE_FICLONE)
      utimesSync(target, atime, mtime)
      chmodSync(target, MODE)
    } else this.#writeContent(target, content, mtime)
  }

  #writeContent(target: string, content: Uint8Array, mtime?: Date, flags = 'w'): void {
    const handle = openSync(target, flags, MODE)
    try {
      for (let at = 0; at < content.length;) at += writeSync(handle, content, at)
      // Django's FILE_UPLOAD_PERMISSIONS, whatever the umask.
      this.#plainMode ??= (fstatSync(handle).mode & 0o7777) === MODE
      if (!this.#plainMode) fchmodSync(handle, MODE)
      if (mtime !== undefined) futimesSync(handle, mtime, mtime)
    } finally {
      closeSync(handle)
    }
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

function isSame(
  target: string,
  there: Stats,
  { source, hashed }: Publication,
  contents: Contents,
): boolean {
  if (!there.isFile()) return false
  if ('content' in source) {
    if (there.size !== source.content.length) return false
    return hashed || readFileSync(target).equals(source.content)
  }
  const wanted = contents.seen(source.file) ?? statSync(source.file)
  if (there.size !== wanted.size) return false
  if (hashed || Math.floor(there.mtimeMs) === Math.floor(wanted.mtimeMs)) return true
  return readFileSync(target).equals(readFileSync(source.file))
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
