import { join } from 'node:path'

/** Folder for everything the plugin keeps: `node_modules/.kovu` of Vite's root. */
export function workDir(root: string): string {
  return join(root, 'node_modules', '.kovu')
}
