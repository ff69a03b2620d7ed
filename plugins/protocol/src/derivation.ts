/** Which public name is made from which source name: `main.css` from `main.less`. */
export interface Derivation {
  /** Suffix of the source, such as `.less` or `.mustache`. */
  readonly from: string
  /** Suffix of the public name, such as `.css` or `.js`. */
  readonly to: string
  /**
   * In development the plugin's own `resolveId`/`load` answer the file id `<source without from><to>`, so the request
   * goes through Vite's module graph (and its HMR). When false, whoever serves it sends the bytes of {@link render}.
   */
  readonly pipeline: boolean
  /**
   * Which derived names a build publishes: `'all'` where every source stands for itself (templates, whose names may be put
   * together at run time), `'mentioned'` where a source may be but a part of others (LESS partials).
   */
  readonly publish: 'all' | 'mentioned'
  /**
   * Does a derived name win over an existing file of that name? True where such a file is an old Makefile's output.
   */
  readonly preferSource: boolean
  /**
   * The final, unhashed bytes of the derived public name.
   *
   * @param source Absolute path of the source file.
   * @returns The text, its source map (when the plugin makes one), and every file that the text was made from
   *   (absolute paths, the source among them).
   * @throws A located error (`id`, `loc`, `frame`, `pluginCode`) when the source cannot be rendered.
   */
  render(source: string): Promise<Derived>
}

/** What {@link Derivation.render} gives. */
export interface Derived {
  readonly code: string
  readonly map?: string | undefined
  readonly watch: readonly string[]
}
