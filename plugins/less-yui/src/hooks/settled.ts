import { stat } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Waits until a file that has just changed is whole. Editors truncate a file and then write it; the watcher tells of the first step,
 * and chokidar drops a second event that follows within 5 ms, so who reads at once may see an empty file and hear of nothing more.
 *
 * @param file Absolute path; a file that is gone is whole.
 */
export async function settled(file: string): Promise<void> {
  let before = await state(file)
  for (let tries = 0; tries < 20; tries++) {
    await sleep(8)
    const now = await state(file)
    if (now === before) return
    before = now
  }
}

async function state(file: string): Promise<string> {
  const found = await stat(file).catch(() => undefined)
  return found === undefined ? 'gone' : `${found.mtimeMs} ${found.size}`
}
