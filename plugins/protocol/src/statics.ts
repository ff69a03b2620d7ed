/**
 * What Django's finders know, as one index. Offered by the plugin that has asked Django (`django-static`).
 *
 * A *public name* is a path below STATIC_URL with forward slashes, without a leading slash, not percent-encoded:
 * `main/css/kovu.css`. A *file* is an absolute, normalised path.
 */
export interface Statics {
  /** STATIC_URL exactly as Django has it: a path (`/static/`) or a URL (`https://cdn.example.localhost:8443/static/`). */
  readonly url: string
  /** STATIC_ROOT as an absolute path, or undefined when the project sets none. */
  readonly root: string | undefined
  /** Folders the finders look in, in their order; `prefix` is a STATICFILES_DIRS prefix without slashes at its ends, or ''. */
  readonly roots: readonly { readonly dir: string; readonly prefix: string }[]
  /** The existing file that `findstatic --first` would name, or undefined. */
  find(publicName: string): string | undefined
  /**
   * The file a public name would have had under the first root whose *source* file exists: for `main/css/kovu.css`
   * with `from: '.less', to: '.css'`, the path of the (usually missing) `kovu.css` beside the first `kovu.less` found.
   */
  findDerived(
    publicName: string,
    from: string,
    to: string,
  ): { file: string; source: string } | undefined
  /** The public name under which the finders would serve a file, or undefined when it is shadowed or outside. */
  nameOf(file: string): string | undefined
  /** Every public name with its file, first found wins, ignore patterns not yet applied. */
  list(): Iterable<readonly [publicName: string, file: string]>
  /** Does the public name stand literally in a template, `.py` or `.js` file of the project? (`.js` may be left out.) */
  mentions(publicName: string): boolean
  /**
   * What answers depend on, as `TargetContext.input` takes it: `'settings'`, Django's own files and environment variables (every
   * answer does); `'files'`, which static files there are (`list`, `find`); `'mentions'`, the texts that {@link mentions} reads.
   */
  inputs?(of: 'settings' | 'files' | 'mentions'): Iterable<string>
}

/** A request for a public name in development. */
export interface StaticRequest {
  readonly publicName: string
  /** The existing file behind the public name, if there is one. */
  readonly file: string | undefined
  /** The query of the URL. */
  readonly query: URLSearchParams
}

/** A plugin's own answer to a {@link StaticRequest}: sent with status 200. */
export interface StaticAnswer {
  readonly body: string | Uint8Array
  /** A media type, such as `text/javascript; charset=utf-8`. */
  readonly type: string
}
