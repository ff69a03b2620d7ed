/** Analyses that were made in another run. */
import type { Cache } from '../cache.ts'
import type { Analysis } from '../types.ts'
import type { KeptAnalyses } from './analyze.ts'

/**
 * The analyses in a cache.
 *
 * @param cache The cache; undefined keeps nothing.
 */
export function treesIn(cache: Cache | undefined): KeptAnalyses | undefined {
  return (
    cache && {
      get: (code) => cache.read(cache.key('analysis', code)) as Analysis | undefined,
      set(code, analysis) {
        // A configuration may hold what JSON does not.
        if (analysis.configs.length === 0) cache.write(cache.key('analysis', code), analysis)
      },
    }
  )
}
