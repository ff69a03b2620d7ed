/** Layers that are ready to be sent: made before, and as their files are. */
import { statSync } from 'node:fs'
import type { Project } from '../context.ts'

/** A layer as text. */
export interface ReadyLayer {
  readonly body: Uint8Array
  /** Every file that it was made from, and that pages with it follow. */
  readonly watch: readonly string[]
}

interface Kept extends ReadyLayer {
  /** What says that a file is as it was, by path. */
  readonly stamps: ReadonlyMap<string, string>
}

/** So many layers are kept as text. */
const KEPT = 8
/** A file that changed so shortly before it was read may change again unseen: times of files are coarse. */
const RECENT = 1000

/** Layers by the project and the id that they were made for. */
export class ReadyLayers {
  #layers = new Map<string, Kept & { readonly project: Project }>()

  /** The layer, unless one of its files has changed. */
  get(project: Project, id: string): ReadyLayer | undefined {
    const kept = this.#layers.get(id)
    if (kept?.project !== project) return undefined
    for (const [file, stamp] of kept.stamps) {
      if (stampOf(file) === stamp) continue
      this.#layers.delete(id)
      return undefined
    }
    return kept
  }

  /**
   * Keeps a layer.
   *
   * @param files Every file that its text depends on.
   * @param since When the first of them was read (milliseconds since 1970).
   */
  keep(
    project: Project,
    id: string,
    layer: ReadyLayer,
    files: Iterable<string>,
    since: number,
  ): void {
    const stamps = new Map<string, string>()
    for (const file of files) {
      const stamp = stampOf(file)
      if (stamp === undefined || Number(stamp.split(':')[0]) > since - RECENT) return
      stamps.set(file, stamp)
    }
    this.#layers.delete(id)
    this.#layers.set(id, { ...layer, project, stamps })
    for (const oldest of this.#layers.keys()) {
      if (this.#layers.size <= KEPT) break
      this.#layers.delete(oldest)
    }
  }

  /** Forgets all, for what ids mean may have changed. */
  clear(): void {
    this.#layers.clear()
  }
}

function stampOf(file: string): string | undefined {
  const stat = statSync(file, { throwIfNoEntry: false })
  return stat && `${stat.mtimeMs}:${stat.size}`
}
