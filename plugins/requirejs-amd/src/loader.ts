/** The loader that takes the place of require.js, as text. */
import { readFileSync } from 'node:fs'
import type { CoreData } from './runtime/core/types.ts'
import type { LoaderData } from './runtime/data.ts'

export type { CoreData } from './runtime/core/types.ts'
export type { LoaderData } from './runtime/data.ts'

/** How {@link loaderSource} writes the loader. */
export interface LoaderSourceOptions {
  /** Is it for a page of a build: minified, without {@link LoaderData.dev}? */
  readonly minify: boolean
  /** What the loader knows before the page speaks. */
  readonly data: LoaderData
  /** Global object that gets `define`, `require` and `requirejs`; '' is the page itself. */
  readonly namespace?: string | undefined
  /** Is it the script that {@link coreSource} fetches ({@link CoreData.complete})? Minified only. */
  readonly afterCore?: boolean
}

/**
 * The loader's text: one classic script that sets `require`, `requirejs` and `define`.
 * @param options minified or not, and the data that goes into it
 * @returns the script; safe inside a `<script>` element too
 * @throws Error if `dev` is asked of the minified loader, or the browser side has not been bundled (`npm run build` in this package)
 */
export function loaderSource(options: LoaderSourceOptions): string {
  if (options.minify && options.data.dev) {
    throw new Error('The minified loader knows no layers of development: give `minify: false`.')
  }
  const minified = options.afterCore === true ? 'rest.min.js' : 'loader.min.js'
  return script(options.minify ? minified : 'loader.js', options.data, options.namespace)
}

/**
 * The core of the loader, minified: a script that does the same for pages whose modules all stand in layers, and fetches the
 * complete loader when a page asks for more.
 * @param data what it knows before the page speaks
 * @param namespace as {@link LoaderSourceOptions.namespace}
 * @returns the script; safe inside a `<script>` element too
 * @throws Error if the browser side has not been bundled (`npm run build` in this package)
 */
export function coreSource(data: CoreData, namespace?: string): string {
  return script('core.min.js', data, namespace)
}

function script(name: string, data: object, namespace: string | undefined): string {
  const file = new URL(`../dist/runtime/${name}`, import.meta.url)
  const json = JSON.stringify(data)
    .replaceAll('<', String.raw`\u003c`)
    .replaceAll('\u2028', String.raw`\u2028`)
    .replaceAll('\u2029', String.raw`\u2029`)
  const page = namespace ? `(window.${namespace}=window.${namespace}||{})` : 'window'
  // Functions, for `$` means something in a replacement.
  return readFileSync(file, 'utf8')
    .replace('KOVU_LOADER_PAGE', () => page)
    .replace('KOVU_LOADER_DATA', () => json)
}
