import { execFile } from 'node:child_process'
import { realpathSync } from 'node:fs'
import { readdir, rm, rmdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

import type { Target } from '@kovu/protocol'

import { readRecord, workFolder } from '../graph/record.ts'
import { stampFile } from '../graph/stamps.ts'

/** Folders that hold other people's files: never entered. */
const foreign = new Set(['node_modules', '.venv', '.git'])

/**
 * Removes what targets wrote (by the record of their last green runs, in all modes), Kovu's and its plugins' caches, and what Python
 * compiled. Nothing else, and nothing outside of the project's folder.
 *
 * @param version Of the records to believe.
 * @param cacheDir Vite's, below which the plugins keep theirs; Vite's own stays.
 */
export function clean(version: string, cacheDir: string | undefined): Target {
  return {
    help: 'remove what targets wrote, caches and compiled Python files',
    async run({ root, log }) {
      const recorded = await recordedIn(root, version)
      const outputs = [...recorded.keys()]
      const inside = outputs.filter((path) => isInside(path, root))
      const edited = inside.filter((path) => isEdited(path, recorded.get(path)))
      const kept = await trackedBy(root, edited)
      const own = inside.filter((path) => !kept.has(path))
      await Promise.all(own.map((path) => rm(path, { force: true })))
      await removeEmpty(
        own.map((path) => dirname(path)),
        root,
      )
      const staging = workFolder(root)
      const caches = cacheDir?.startsWith(`${root}/`) === true ? [join(cacheDir, 'kovu')] : []
      for (const folder of [staging, ...caches]) await rm(folder, { recursive: true, force: true })
      await removeEmpty(
        caches.map((path) => dirname(path)),
        root,
      )
      const compiled = await findCompiled(root)
      for (const path of compiled) await rm(path, { recursive: true, force: true })
      log.info(`removed ${own.length} outputs, ${staging} and compiled Python (${compiled.length})`)
      const outside = outputs.length - inside.length
      if (outside > 0) log.warn(`${outside} outputs outside of ${root} were left alone`)
      for (const path of kept)
        log.warn(`${path} was left alone: it has been edited since, and git tracks it`)
    },
  }
}

/** What targets wrote in any mode, each with the digests it had. */
async function recordedIn(root: string, version: string): Promise<Map<string, Set<string>>> {
  const folder = join(workFolder(root), 'graph')
  const names = await readdir(folder).catch(() => [])
  const outputs = new Map<string, Set<string>>()
  for (const name of names) {
    for (const { outputs: marks } of readRecord(join(folder, name), version)?.runs.values() ?? []) {
      for (const [path, digest] of marks) {
        const digests = outputs.get(path) ?? new Set()
        if (typeof digest === 'string') digests.add(digest)
        outputs.set(path, digests)
      }
    }
  }
  return outputs
}

/** Is a file below the folder, and not by way of a link out of it? */
function isInside(path: string, root: string): boolean {
  if (!path.startsWith(`${root}/`)) return false
  try {
    return `${realpathSync(dirname(path))}/`.startsWith(`${realpathSync(root)}/`)
  } catch {
    // Its folder is gone.
    return true
  }
}

function isEdited(path: string, digests: ReadonlySet<string> | undefined): boolean {
  const stamp = stampFile(path)
  return stamp !== undefined && digests?.has(stamp[1]) !== true
}

/** Those of some files that git tracks: what was once written by a target may have become a source. */
async function trackedBy(root: string, files: readonly string[]): Promise<Set<string>> {
  if (files.length === 0) return new Set()
  const args = ['-C', root, 'ls-files', '-z', '--', ...files.map((path) => `:(literal)${path}`)]
  const { stdout } = await promisify(execFile)('git', args, { maxBuffer: 1e8 }).catch(() => ({
    stdout: '',
  }))
  const tracked = stdout.split('\0').filter((name) => name !== '')
  return new Set(tracked.map((name) => join(root, name)))
}

/** Removes folders that have become empty, and those above them, up to the root. */
async function removeEmpty(folders: readonly string[], root: string): Promise<void> {
  const deepest = [...new Set(folders)].sort((a, b) => b.length - a.length)
  for (const folder of deepest) {
    for (let at = folder; at !== root && at.startsWith(`${root}/`); at = dirname(at)) {
      const removed = await rmdir(at).then(
        () => true,
        () => false,
      )
      if (!removed) break
    }
  }
}

/** `__pycache__` folders and `*.pyc` files below a folder; symbolic links are not followed. */
async function findCompiled(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  // A virtual environment, whatever it is called.
  if (entries.some(({ name }) => name === 'pyvenv.cfg')) return []
  const found = entries.map(async (entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory() && entry.name === '__pycache__') return [path]
    if (entry.isFile() && entry.name.endsWith('.pyc')) return [path]
    return entry.isDirectory() && !foreign.has(entry.name) ? findCompiled(path) : []
  })
  return (await Promise.all(found)).flat()
}
