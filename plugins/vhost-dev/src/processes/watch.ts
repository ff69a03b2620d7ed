import { join } from 'node:path'
import { createFilter, normalizePath } from 'vite'

/**
 * Does a file fit one of the globs?
 *
 * @param globs Relative to the root; one without a slash means every folder.
 * @returns A function of an absolute path.
 */
export function watchFilter(globs: readonly string[], root: string): (file: string) => boolean {
  if (globs.length === 0) return () => false
  const patterns = globs.map((glob) =>
    normalizePath(glob.includes('/') ? join(root, glob) : join(root, '**', glob)),
  )
  return createFilter(patterns)
}
