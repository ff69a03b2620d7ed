import { chmodSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'

const MODE = 0o755

/**
 * Makes a folder and those above it that are missing, with the same mode whatever the umask: a web server under another user
 * must be able to enter them. Folders that exist are left as they are.
 *
 * @param folder Absolute path.
 */
export function makeFolder(folder: string): void {
  const first = mkdirSync(folder, { recursive: true })
  if (first === undefined) return
  for (let made = folder; made.length >= first.length; made = dirname(made)) chmodSync(made, MODE)
}
