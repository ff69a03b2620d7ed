import path from 'node:path'
import type { KovuApi, Statics } from '@kovu/protocol'
import type { ResolvedConfig } from 'vite'
import type { Compiled } from './lessc/compile.ts'
import { LessYuiError } from './error.ts'
import { type ResolvedOptions, searchPaths } from './options.ts'
import { realPath } from './lessc/recording.ts'
import { Sheets } from './sheets/sheets.ts'

/** What the parts of one `lessYui()` call share. */
export class Context {
  readonly options: ResolvedOptions
  /** Sheets whose last edit broke them, by source. */
  readonly broken: Map<string, LessYuiError> = new Map()
  /** The sheets as the browser last heard of them, by source. */
  readonly shown: Map<string, Compiled> = new Map()
  /** The sheets that a sheet `@import`s in its CSS, by source. */
  readonly imported: Map<string, readonly string[]> = new Map()
  /** Sheets of a build as Vite puts them together, with their maps, by id. */
  readonly finished: Map<string, { code: string; map: string }> = new Map()
  /** Shows an error in the browser; set while a development server runs. */
  show: ((error: LessYuiError) => void) | undefined
  /** Did the user leave minifying in Vite's pipeline to us? Known in `config`, before Vite fills in its default. */
  ownMinify: boolean = true
  #config: ResolvedConfig | undefined
  #sheets: Sheets | undefined
  #forPostcss: ResolvedConfig | undefined

  constructor(options: ResolvedOptions) {
    this.options = options
  }

  /** Vite's config, or undefined under plain Rollup. */
  get config(): ResolvedConfig | undefined {
    return this.#config
  }

  /** Vite's config, where there must be one. */
  get vite(): ResolvedConfig {
    if (!this.#config) throw new Error('less-yui: this needs Vite; `configResolved` has not run.')
    return this.#config
  }

  /** Vite's config as PostCSS is to see it: Vite lets it make source maps only where `css.devSourcemap` is on. */
  get forPostcss(): ResolvedConfig {
    const config = this.vite
    if (config.css.devSourcemap === this.sourceMap) return config
    return (this.#forPostcss ??= {
      ...config,
      css: { ...config.css, devSourcemap: this.sourceMap },
    })
  }

  get root(): string {
    return this.#config?.root ?? process.cwd()
  }

  get sheets(): Sheets {
    return (this.#sheets ??= this.#createSheets())
  }

  /** The plugins that speak our protocol, ourselves among them. */
  get peers(): readonly KovuApi[] {
    return (this.#config?.plugins ?? []).flatMap((plugin) => {
      const api = plugin.api as { kovu?: KovuApi } | undefined
      return api?.kovu ? [api.kovu] : []
    })
  }

  /** Django's static files, if a peer knows them. */
  async statics(): Promise<Statics | undefined> {
    for (const peer of this.peers) {
      const statics = await peer.statics?.()
      if (statics) return statics
    }
    return undefined
  }

  /** Does the sheet want a source map? */
  get sourceMap(): boolean {
    const config = this.#config
    if (!config) return false
    return config.command === 'serve' ? config.css.devSourcemap : Boolean(config.build.sourcemap)
  }

  /** Minify what goes through Vite's build? */
  get minifyInBuild(): boolean {
    const config = this.#config
    return (
      this.options.minify !== false &&
      config?.command === 'build' &&
      this.ownMinify &&
      config.build.minify !== false
    )
  }

  /**
   * A sheet for the browser. In development the last good one stands in for one that an edit broke, with Vite's overlay over it.
   *
   * @throws {@link LessYuiError}
   */
  async compile(source: string): Promise<Compiled> {
    try {
      const compiled = await this.sheets.compile(source)
      this.broken.delete(source)
      this.shown.set(source, compiled)
      return compiled
    } catch (error) {
      if (!(error instanceof LessYuiError)) throw error
      const first = !this.broken.has(source)
      this.broken.set(source, error)
      const good = this.show && this.shown.get(source)
      if (!good) throw error
      if (first) this.show?.(error)
      return good
    }
  }

  /** Every path that matters to a sheet, those of the sheets it `@import`s among them. */
  watched(source: string): string[] {
    const sources = [source, ...(this.imported.get(source) ?? [])]
    const watched = new Set<string>()
    for (const each of sources) for (const file of this.sheets.watched(each)) watched.add(file)
    return [...watched]
  }

  configure(config: ResolvedConfig): void {
    this.#config = config
    this.finished.clear()
    this.close()
    this.#sheets = undefined
    this.#forPostcss = undefined
  }

  /** Ends what runs beside this process. */
  close(): void {
    this.#sheets?.close()
  }

  #createSheets(): Sheets {
    const { options, root } = this
    const config = this.#config
    const roots = [
      root,
      ...(config?.server.fs.allow ?? []),
      ...searchPaths(options.less, root),
      ...options.roots.map((folder) => path.resolve(root, folder)),
    ]
    return new Sheets({
      options,
      root,
      roots: [...new Set(roots.map(realPath))],
      cacheDir: config && path.join(config.cacheDir, 'kovu', 'less-yui'),
      sourceMap: this.sourceMap,
      resident: config?.command === 'serve',
      warn: (message) => config?.logger.warn(`[less-yui] ${message}`),
      moreRoots: async () => {
        const statics = await this.statics()
        return statics?.roots.map(({ dir }) => realPath(dir)) ?? []
      },
    })
  }
}
