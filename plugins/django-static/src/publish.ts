import { randomUUID } from 'node:crypto'
import {
  chmodSync,
  constants,
  copyFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import type { Source } from './tree.ts'

/** A file to be written below STATIC_ROOT. */
export interface Publication {
  /** Path below STATIC_ROOT. */
  readonly name: string
  readonly source: Source
  /** Is the name made from the content? A file of that name and size is then the same file. */
  readonly hashed: boolean
}

/** What {@link publish} did. */
export interface Published {
  readonly written: readonly string[]
  readonly unchanged: number
}

const MODE = 0o644
const WORK = '.kovu-publish'

/**
 * Writes files to STATIC_ROOT. Each appears whole or not at all; hashed names come first and the manifest last, so that the
 * site is the old one or the new one whenever it stops. Nothing else in the folder is touched.
 *
 * @param root STATIC_ROOT.
 * @param files What to write; names below the root.
 * @param manifest The text of `staticfiles.json`.
 */
export function publish(root: string, files: readonly Publication[], manifest: string): Published {
  const work = join(root, WORK)
  rmSync(work, { recursive: true, force: true })
  mkdirSync(work, { recursive: true })
  const written: string[] = []
  let unchanged = 0
  const folders = new Set<string>()
  const order = [...files.filter(({ hashed }) => hashed), ...files.filter(({ hashed }) => !hashed)]
  try {
    for (const file of order) {
      const target = join(root, file.name)
      if (isSame(target, file)) {
        unchanged += 1
        continue
      }
      const temporary = join(work, randomUUID())
      writeSource(temporary, file.source)
      const folder = dirname(target)
      if (!folders.has(folder)) mkdirSync(folder, { recursive: true })
      folders.add(folder)
      renameSync(temporary, target)
      written.push(file.name)
    }
    const target = join(root, 'staticfiles.json')
    if (readText(target) !== manifest) {
      const temporary = join(work, randomUUID())
      writeFileSync(temporary, manifest, { mode: MODE, flush: true })
      chmodSync(temporary, MODE)
      renameSync(temporary, target)
      written.push('staticfiles.json')
    }
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
  return { written, unchanged }
}

function writeSource(target: string, source: Source): void {
  if ('content' in source) writeFileSync(target, source.content)
  else {
    copyFileSync(source.file, target, constants.COPYFILE_FICLONE)
    const { mtime, atime } = statSync(source.file)
    utimesSync(target, atime, mtime)
  }
  // Django's FILE_UPLOAD_PERMISSIONS, whatever the umask.
  chmodSync(target, MODE)
}

function isSame(target: string, { source, hashed }: Publication): boolean {
  const there = statSync(target, { throwIfNoEntry: false })
  if (there === undefined || !there.isFile()) return false
  if ('content' in source) {
    if (there.size !== source.content.length) return false
    return hashed || readFileSync(target).equals(source.content)
  }
  const wanted = statSync(source.file)
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
