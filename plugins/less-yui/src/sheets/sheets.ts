import path from 'node:path'
import { type Cache, openCache } from './cache.ts'
import type { Compiled } from '../lessc/compile.ts'
import { LessYuiError } from '../error.ts'
import { type Implementation, loadImplementation } from '../lessc/implementation.ts'
import { Renderers } from './renderers.ts'
import { type ResolvedOptions, absolute } from '../options.ts'
import { version } from '../version.ts'

/** What the sheets of one project need to know of it. */
export interface SheetsSettings {
  readonly options: ResolvedOptions
  /** Folder that `implementation` and `ycssmin` are resolved from. */
  readonly root: string
  /** Folders that sheets may read from. */
  readonly roots: readonly string[]
  /** Folder of the disk cache; undefined for none. */
  readonly cacheDir: string | undefined
  readonly sourceMap: boolean
  /** Will the same sheets be asked for again and again, as a development server does? */
  readonly resident: boolean
  /** Told each warning of less once. */
  warn(message: string): void
  /** More folders, asked for only when a sheet reaches outside of `roots`. */
  moreRoots?(): Promise<readonly string[]>
}

/** The sheets of one project: rendered, cached, and with the files each was made from. */
export class Sheets {
  readonly #settings: SheetsSettings
  readonly #watched = new Map<string, ReadonlySet<string>>()
  readonly #pending = new Map<string, Promise<Compiled>>()
  readonly #warned = new Set<string>()
  #implementation: Promise<Implementation> | undefined
  #renderers: Renderers | undefined
  #cache: Cache | undefined
  #roots: readonly string[]

  constructor(settings: SheetsSettings) {
    this.#settings = settings
    this.#roots = settings.roots
  }

  /** The less in use; loaded at the first call. */
  implementation(): Promise<Implementation> {
    const { options, root } = this.#settings
    return (this.#implementation ??= loadImplementation(options.implementation, root))
  }

  /**
   * Renders a sheet, unless nothing it was made from has changed.
   *
   * @param source Absolute path of the `.less` file.
   * @throws {@link LessYuiError}
   */
  async compile(source: string): Promise<Compiled> {
    const pending = this.#pending.get(source)
    if (pending) return pending
    const work = this.#compile(source).finally(() => this.#pending.delete(source))
    this.#pending.set(source, work)
    return work
  }

  async #compile(source: string): Promise<Compiled> {
    const implementation = await this.implementation()
    const cache = (this.#cache ??= this.#openCache(implementation))
    const kept = cache.get(source)
    if (kept) {
      this.#watched.set(source, new Set(Object.keys(kept.closure)))
      return kept
    }
    try {
      const compiled = await this.#render(implementation, source, cache.before(source))
      this.#watched.set(source, new Set(Object.keys(compiled.closure)))
      for (const warning of compiled.warnings) this.#warn(warning)
      cache.set(source, compiled)
      return compiled
    } catch (error) {
      if (error instanceof LessYuiError)
        this.#watched.set(source, new Set([source, ...error.watch]))
      throw error
    }
  }

  /** @param before The sheet as it was. */
  async #render(
    implementation: Implementation,
    source: string,
    before: Compiled | undefined,
  ): Promise<Compiled> {
    const { options, root, sourceMap, resident } = this.#settings
    const less = absolute(options.less, root)
    const job = { source, less, sourceMap, before }
    const renderers = (this.#renderers ??= new Renderers(implementation, resident))
    try {
      return await renderers.compile({ ...job, roots: this.#roots })
    } catch (error) {
      if (!(error instanceof LessYuiError) || error.code !== 'LESS_YUI_OUTSIDE') throw error
      const more = (await this.#settings.moreRoots?.()) ?? []
      const known = new Set(this.#roots)
      const added = more.filter((root) => !known.has(root))
      if (added.length === 0) throw error
      this.#roots = [...this.#roots, ...added]
      return renderers.compile({ ...job, roots: this.#roots })
    }
  }

  /** Ends what runs beside this process. */
  close(): void {
    this.#renderers?.close()
  }

  /** The paths a sheet was last made from, or looked for in vain. */
  watched(source: string): ReadonlySet<string> {
    return this.#watched.get(source) ?? new Set([source])
  }

  /** The sheets that an edit of this file touches. */
  dependants(file: string): string[] {
    const normal = path.resolve(file)
    return [...this.#watched].filter(([, files]) => files.has(normal)).map(([source]) => source)
  }

  #warn(message: string): void {
    const { less } = this.#settings.options
    if (less.silent === true || less.quiet === true || this.#warned.has(message)) return
    this.#warned.add(message)
    this.#settings.warn(message)
  }

  #openCache(implementation: Implementation): Cache {
    const { options, root, cacheDir, sourceMap } = this.#settings
    let plain = true
    const key = JSON.stringify(
      [version, implementation.name, sourceMap, root, options.less],
      (_name, value) => {
        if (typeof value === 'function') plain = false
        return value as unknown
      },
    )
    return openCache(options.cache && plain ? cacheDir : undefined, key)
  }
}
