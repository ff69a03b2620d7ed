/** The loader that takes the place of require.js, as text. */
import { readFileSync } from 'node:fs'
import type { LoaderData } from './runtime/data.ts'

export type { LoaderData } from './runtime/data.ts'

/** How {@link loaderSource} writes the loader. */
export interface LoaderSourceOptions {
  /** Is it for a page of a build: minified, without {@link LoaderData.dev}? */
  readonly minify: boolean
  /** What the loader knows before the page speaks. */
  readonly data: LoaderData
  /** Global object that gets `define`, `require` and `requirejs`; '' is the page itself. */
  readonly namespace?: string | undefined
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
  const name = options.minify ? 'loader.min.js' : 'loader.js'
  const file = new URL(`../dist/runtime/${name}`, import.meta.url)
  const json = JSON.stringify(options.data)
    .replaceAll('<', String.raw`\u003c`)
    .replaceAll('\u2028', String.raw`\u2028`)
    .replaceAll('\u2029', String.raw`\u2029`)
  const page = options.namespace
    ? `(window.${options.namespace}=window.${options.namespace}||{})`
    : 'window'
  // A function, for `$` means something in a replacement.
  return readFileSync(file, 'utf8')
    .replace('KOVU_LOADER_PAGE', () => page)
    .replace('KOVU_LOADER_DATA', () => json)
}
