import { stat } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'

/** Milliseconds between two looks at a file. */
const interval = 8

/** Looks that an empty file gets: a busy machine takes its time between the two steps of an editor. */
const patience = 60

/**
 * Waits until a file that has just changed is whole. Editors truncate a file and then write it; the watcher tells of the first step,
 * and chokidar drops a second event that follows within 50 ms, so who reads at once may see an empty file and hear of nothing more.
 * A file that is to be empty costs half a second.
 *
 * @param file Absolute path; a file that is gone is whole.
 */
export async function settled(file: string): Promise<void> {
  let before = await state(file)
  for (let looks = 0; looks < patience; looks++) {
    await sleep(interval)
    const now = await state(file)
    if (now.stamp === before.stamp && !now.empty) return
    before = now
  }
}

async function state(file: string): Promise<{ readonly stamp: string; readonly empty: boolean }> {
  const found = await stat(file).catch(() => undefined)
  if (found === undefined) return { stamp: 'gone', empty: false }
  return { stamp: `${found.mtimeMs} ${found.size}`, empty: found.size === 0 }
}
