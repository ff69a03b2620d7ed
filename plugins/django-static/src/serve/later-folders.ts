import { existsSync, watch, type FSWatcher } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Waits for folders that do not exist yet: watches the nearest folder above each, and only that one, until it is there.
 * (Vite's watcher, asked to watch a missing path, looks one level up and no further.)
 */
export class LaterFolders {
  readonly #watchers = new Set<FSWatcher>()
  #closed = false

  /**
   * Waits for a folder.
   *
   * @param dir Absolute path of a folder that is missing.
   * @param appeared Called once, when it is there.
   */
  wait(dir: string, appeared: () => void): void {
    if (this.#closed) return
    let above = dirname(dir)
    while (!existsSync(above) && above !== dirname(above)) above = dirname(above)
    let watcher: FSWatcher
    const again = (): void => {
      if (!this.#watchers.delete(watcher)) return
      watcher.close()
      this.wait(dir, appeared)
    }
    try {
      watcher = watch(above, { persistent: false }, () => {
        if (existsSync(dir)) {
          if (this.#watchers.delete(watcher)) appeared()
          watcher.close()
        } else again()
      })
    } catch {
      // No right to watch there: the folder is found when it is asked for.
      return
    }
    this.#watchers.add(watcher)
    watcher.on('error', again)
    // It may have appeared in between.
    if (existsSync(dir) && this.#watchers.delete(watcher)) {
      watcher.close()
      appeared()
    }
  }

  /** Waits no longer. */
  close(): void {
    this.#closed = true
    for (const watcher of this.#watchers) watcher.close()
    this.#watchers.clear()
  }
}
