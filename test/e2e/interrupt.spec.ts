import { readdir, readlink } from 'node:fs/promises'

import { expect, test } from 'vitest'

import { startDevelopment } from '../support/development.ts'

/** Ids of processes that work in a folder; Linux tells by /proc. */
async function processesIn(folder: string): Promise<string[]> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const inside = await Promise.all(
    ids.map(async (id) => {
      const cwd = await readlink(`/proc/${id}/cwd`).catch(() => '')
      return cwd === folder || cwd.startsWith(`${folder}/`)
    }),
  )
  return ids.filter((_, at) => inside[at])
}

test.runIf(process.platform === 'linux')(
  'Ctrl-C ends everything that the testserver started',
  async () => {
    const site = await startDevelopment('cdn')
    try {
      // Kovu, Django and its reloader's child, the Node app.
      await expect.poll(async () => (await processesIn(site.root)).length).toBeGreaterThanOrEqual(4)
      site.interrupt()
      await expect.poll(() => processesIn(site.root), { timeout: 15_000 }).toEqual([])
      await expect(fetch(`${site.origin('www')}/`)).rejects.toThrow('fetch failed')
    } finally {
      await site.stop()
    }
  },
)
