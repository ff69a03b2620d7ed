import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'

import type { Target } from '@kovu/protocol'

/** Folders that hold other people's files: never entered. */
const foreign = new Set(['node_modules', '.venv', '.git'])

/** Removes what Kovu and Python leave behind; never STATIC_ROOT, which a running site may be served from. */
export const clean: Target = {
  help: 'remove staging folders, caches and compiled Python files',
  async run({ root, log }) {
    const staging = join(root, 'node_modules/.kovu')
    await rm(staging, { recursive: true, force: true })
    const compiled = await findCompiled(root)
    for (const path of compiled) await rm(path, { recursive: true, force: true })
    log.info(`removed ${staging} and compiled Python (${compiled.length})`)
  },
}

/** `__pycache__` folders and `*.pyc` files below a folder; symbolic links are not followed. */
async function findCompiled(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  const found = entries.map(async (entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory() && entry.name === '__pycache__') return [path]
    if (entry.isFile() && entry.name.endsWith('.pyc')) return [path]
    return entry.isDirectory() && !foreign.has(entry.name) ? findCompiled(path) : []
  })
  return (await Promise.all(found)).flat()
}
