/** STATIC_URL taken apart. */
export interface StaticUrl {
  /** With slashes at both ends. */
  readonly path: string
  /** `scheme://host[:port]`, when STATIC_URL is a URL. */
  readonly origin: string | undefined
  readonly host: string | undefined
}

/**
 * Takes STATIC_URL apart.
 *
 * @param staticUrl A path (`/static/`) or a URL (`https://cdn.example.com/static/`, `//cdn.example.com/`).
 */
export function readStaticUrl(staticUrl: string): StaticUrl {
  const absolute = /^(?:[a-z][a-z0-9+.-]*:)?\/\//i.test(staticUrl)
  const url = new URL(staticUrl, 'https://path.invalid/')
  const path = url.pathname.endsWith('/') ? url.pathname : `${url.pathname}/`
  return absolute
    ? { path, origin: url.origin, host: url.hostname }
    : { path, origin: undefined, host: undefined }
}
