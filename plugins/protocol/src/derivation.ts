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
  /**
   * Does the plugin itself bring edits of a source to what pages have made of it, whatever loader it came by? Then nobody
   * else reloads a page for such an edit: what was made from the source is forgotten, and made again when it is asked for.
   */
  readonly hot?: boolean
  /** What AMD loader plugins make of the same sources. */
  readonly resources?: readonly DerivedResource[]
}

/**
 * Resources of an AMD loader plugin that are made from a derivation's sources: `hgn!t/hello` from `t/hello.mustache`. The
 * file of a resource is its path, or its path with {@link Derivation.from} behind it.
 */
export interface DerivedResource {
  /** The last part of the loader plugin's id: `hgn` is also `lib/hgn`. */
  readonly plugin: string
  /** The query with which an import of the source gives the same value, as the default of an ES module. */
  readonly query: string
  /**
   * An anonymous AMD module with the value.
   *
   * @param source Absolute path of the source file.
   * @throws As {@link Derivation.render} does.
   */
  render(source: string): Promise<Derived>
}

/** What {@link Derivation.render} gives. */
export interface Derived {
  readonly code: string
  readonly map?: string | undefined
  readonly watch: readonly string[]
}
