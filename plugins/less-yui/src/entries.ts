import { readdirSync } from 'node:fs'
import path from 'node:path'
import { slashed } from './hooks/request.ts'

/**
 * The `.less` files that a pattern names, in alphabetical order.
 *
 * @param pattern A path or glob, relative to `root`.
 * @param root Absolute path; `node_modules` and dot folders below it are not searched.
 */
export async function glob(pattern: string, root: string): Promise<string[]> {
  const { createFilter } = await import('vite')
  const matches = createFilter(pattern, null, { resolve: root })
  const found: string[] = []
  const folders = [root]
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const file = path.join(folder, entry.name)
      if (entry.isDirectory()) {
        if (entry.name !== 'node_modules' && !entry.name.startsWith('.')) folders.push(file)
      } else if (entry.name.endsWith('.less') && matches(slashed(file))) {
        found.push(file)
      }
    }
  }
  return found.sort()
}
