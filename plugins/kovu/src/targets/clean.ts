import { readdir, rm, rmdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'

import type { Target } from '@kovu/protocol'

import { outputsOf } from '../graph/fresh.ts'
import { readRecord, workFolder } from '../graph/record.ts'

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
      const outputs = await recorded(root, version)
      const own = outputs.filter((path) => path.startsWith(`${root}/`))
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
      const kept = outputs.length - own.length
      if (kept > 0) log.warn(`${kept} outputs outside of ${root} were left alone`)
    },
  }
}

async function recorded(root: string, version: string): Promise<string[]> {
  const folder = join(workFolder(root), 'graph')
  const names = await readdir(folder).catch(() => [])
  const outputs = new Set<string>()
  for (const name of names) {
    for (const path of outputsOf(readRecord(join(folder, name), version))) outputs.add(path)
  }
  return [...outputs]
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
  const found = entries.map(async (entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory() && entry.name === '__pycache__') return [path]
    if (entry.isFile() && entry.name.endsWith('.pyc')) return [path]
    return entry.isDirectory() && !foreign.has(entry.name) ? findCompiled(path) : []
  })
  return (await Promise.all(found)).flat()
}
