/**
 * What the node side tells the loader. It travels as JSON inside the loader's own file, so a page needs nothing
 * but the one `<script>` that loaded require.js before.
 */

/** The part of RequireJS's configuration that JSON can carry. It is applied before anything the page says. */
interface LoaderConfig {
  baseUrl?: string
  paths?: Record<string, string | string[]>
  bundles?: Record<string, string[]>
  packages?: (string | { name: string; location?: string; main?: string })[]
  map?: Record<string, Record<string, string>>
  shim?: Record<string, string[] | { deps?: string[]; exports?: string }>
  config?: Record<string, unknown>
  [key: string]: unknown
}

/** Everything the loader knows before the page speaks. */
export interface LoaderData {
  /**
   * URL of the static root, ending in `/`: relative to the loader's own file (`'../'`), or absolute. Public names
   * below are relative to it. Without it the tables below mean nothing.
   */
  staticRoot?: string
  /**
   * Public name of the loader's own file. Where the running script has another URL, or none, the loader stands in a
   * script with others, and {@link url} counts.
   */
  name?: string
  /** URL of the static root, ending in `/`, whatever the loader's own URL. */
  url?: string
  /**
   * Public name to its hashed name below the static root. A value of 12 hex digits stands for the name with that
   * hash before its extension. Looked up with the URL that RequireJS's rules give, so any id, path or
   * `require.toUrl()` that arrives at a known name gets the hashed URL.
   */
  files?: Record<string, string>
  /** Public (unhashed) name of a layer to the ids that it defines: who wants one of them loads the layer. */
  bundles?: Record<string, string[]>
  /** Public (unhashed) name of a file that a page gives as `data-main` to the id its module has in the layer. */
  main?: Record<string, string>
  /** Configuration that stood in build files only. */
  config?: LoaderConfig
  /** Development. */
  dev?: {
    /** Scripts below the static root are asked for as layers: `?amd=<id>&have=<ids of loaded layers>`. */
    layer: true
  }
}
