import {
  chmodSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { Contents } from '../tree/contents.ts'
import { Folders, makeFolder, placeOf } from './folders.ts'
import { recordRelease } from './releases.ts'
import { DjangoStaticError } from '../error.ts'
import { MODE, Writer, type Publication } from './writer.ts'

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
  const writer = new Writer(root, options.contents ?? new Contents(), options.link ?? false)
  const folders = new Folders()
  const temporary = join(work, 'file')
  const written: string[] = []
  let unchanged = 0
  const order = [...files.filter(({ hashed }) => hashed), ...files.filter(({ hashed }) => !hashed)]
  let now = root
  try {
    tidyUp(join(root, WORK))
    makeFolder(work)
    for (const file of order) {
      const target = placeOf(root, file.name)
      now = target
      const there = folders.holds(target) ? statSync(target, { throwIfNoEntry: false }) : undefined
      if (there !== undefined && writer.isSame(target, there, file)) {
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

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
