import { minify } from '../../src/minify/index.ts'
import type { Minifier } from '../../src/options.ts'

/** A sheet minified. */
export async function minified(
  css: string,
  minifier: Minifier,
  legacyHacks: 'keep' | 'strip' = 'keep',
): Promise<string> {
  const root = import.meta.dirname
  const { code } = await minify({ css, file: '/x.css', minifier, legacyHacks, root })
  return code
}
