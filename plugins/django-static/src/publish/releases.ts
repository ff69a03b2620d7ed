import {
  chmodSync,
  existsSync,
  linkSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { DjangoStaticError } from '../error.ts'
import { makeFolder } from './folders.ts'

/** Below STATIC_ROOT: a folder whose name starts with a dot, which web servers leave alone. */
const FOLDER = '.kovu/releases'

/** What was published once. */
export interface Release {
  /** Its number: `0007`. Releases are counted, not dated, so that the same input gives the same bytes. */
  readonly id: string
  /** The text of its `staticfiles.json`. */
  readonly manifest: string
  /** Hashed files that it needs. */
  readonly files: readonly string[]
}

/**
 * The releases of a STATIC_ROOT, the oldest first. A file that is cut short counts for nothing.
 *
 * @param root STATIC_ROOT.
 */
export function listReleases(root: string): Release[] {
  const dir = join(root, FOLDER)
  const names = existsSync(dir)
    ? readdirSync(dir).filter((name) => /^\d{4,}\.json$/.test(name))
    : []
  return names
    .sort((left, right) => Number.parseInt(left, 10) - Number.parseInt(right, 10))
    .flatMap((name) => {
      const release = readRelease(join(dir, name))
      return release === undefined ? [] : [{ id: name.slice(0, -5), ...release }]
    })
}

/** The release that `staticfiles.json` is, if it is one. */
export function currentRelease(root: string, releases: readonly Release[]): Release | undefined {
  const text = readText(join(root, 'staticfiles.json'))
  return releases.findLast(({ manifest }) => manifest === text)
}

/**
 * Keeps what is about to be published, unless it is what is there.
 *
 * @param root STATIC_ROOT.
 * @param manifest The text of `staticfiles.json`.
 * @param files Hashed files that it needs.
 */
export function recordRelease(root: string, manifest: string, files: readonly string[]): void {
  const releases = listReleases(root)
  const sorted = [...new Set(files)].sort()
  const last = releases.at(-1)
  if (last?.manifest === manifest && last.files.join('\n') === sorted.join('\n')) return
  const text = JSON.stringify({ manifest, files: sorted })
  for (let number = Number(last?.id ?? 0) + 1; ; number += 1) {
    const id = String(number).padStart(4, '0')
    if (writeNew(join(root, FOLDER, `${id}.json`), text)) return
  }
}

/** Writes a file whole; false when there is one of that name: another process has just taken the number. */
function writeNew(file: string, text: string): boolean {
  const temporary = `${file}.${process.pid}`
  writeWhole(temporary, text)
  try {
    linkSync(temporary, file)
    return true
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return false
    // A file system without links.
    renameSync(temporary, file)
    return true
  } finally {
    rmSync(temporary, { force: true })
  }
}

/**
 * Makes an earlier release the current one: its files are there still, so its manifest is all it takes.
 *
 * @param root STATIC_ROOT.
 * @param id Number of the release; the one before the current when left out.
 * @throws {DjangoStaticError} `DJANGO_STATIC_RELEASE` when there is no such release or files of it are gone.
 */
export function rollBack(root: string, id?: string): Release {
  const releases = listReleases(root)
  const current = currentRelease(root, releases)
  const wanted =
    id === undefined
      ? releases[(current === undefined ? releases.length : releases.indexOf(current)) - 1]
      : releases.find((release) => Number(release.id) === Number(id))
  if (wanted === undefined) {
    throw new DjangoStaticError(
      'DJANGO_STATIC_RELEASE',
      `${root} has no release ${id ?? 'before the current one'}. \`kovu releases\` lists them.`,
    )
  }
  const gone = wanted.files.filter((file) => !existsSync(join(root, file)))
  if (gone.length > 0) {
    throw new DjangoStaticError(
      'DJANGO_STATIC_RELEASE',
      `Release ${wanted.id} cannot be restored: ${gone.length} of its files are gone, ${String(gone[0])} among them. Check its sources out and build.`,
    )
  }
  writeWhole(join(root, 'staticfiles.json'), wanted.manifest)
  return wanted
}

/**
 * Deletes the hashed files that only releases before the last ones need. What no release lists is not ours and stays.
 *
 * @param root STATIC_ROOT.
 * @param keep How many of the last releases stay; the current one always does.
 * @returns Numbers of the releases and names of the files that are gone.
 */
export function collectGarbage(
  root: string,
  keep: number,
): { releases: string[]; files: string[] } {
  const releases = listReleases(root)
  const current = currentRelease(root, releases)
  const kept = new Set([...releases.slice(-keep), ...(current === undefined ? [] : [current])])
  const old = releases.filter((release) => !kept.has(release))
  // A staticfiles.json that is no release of ours says itself what it needs.
  const needed = new Set([...kept].flatMap(({ files }) => files))
  for (const name of manifestFiles(readText(join(root, 'staticfiles.json')))) needed.add(name)
  const files = [...new Set(old.flatMap((release) => release.files))].filter(
    (name) => !needed.has(name) && isBelow(name) && existsSync(join(root, name)),
  )
  for (const name of files) rmSync(join(root, name), { force: true })
  for (const { id } of old) rmSync(join(root, FOLDER, `${id}.json`), { force: true })
  return { releases: old.map(({ id }) => id), files }
}

function manifestFiles(text: string | undefined): string[] {
  try {
    const { paths } = JSON.parse(text ?? '') as { paths: Record<string, string> }
    return Object.values(paths).flatMap((name) => [name, `${name}.br`, `${name}.gz`])
  } catch {
    return []
  }
}

function isBelow(name: string): boolean {
  return !name.startsWith('/') && !name.split('/').includes('..')
}

function readRelease(file: string): Omit<Release, 'id'> | undefined {
  try {
    const { manifest, files } = JSON.parse(readFileSync(file, 'utf8')) as Release
    return typeof manifest === 'string' && Array.isArray(files) ? { manifest, files } : undefined
  } catch {
    return undefined
  }
}

/**
 * Writes a file so that it is whole at any moment.
 *
 * @param file Absolute path.
 * @param text Its content.
 */
export function writeWhole(file: string, text: string | Uint8Array): void {
  makeFolder(dirname(file))
  const temporary = `${file}.${process.pid}.tmp`
  writeFileSync(temporary, text, { flush: true })
  // Whatever the umask.
  chmodSync(temporary, 0o644)
  renameSync(temporary, file)
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
