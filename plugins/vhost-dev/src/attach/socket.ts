import { createHash } from 'node:crypto'
import { lstatSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'

/** What `kovu attach` says when it has connected: the name of a process. */
export interface AttachRequest {
  readonly name: string
}

/** What it is told: how to run the process, or why not. */
export type AttachAnswer =
  | {
      readonly run: string | readonly string[]
      readonly cwd: string
      readonly env: NodeJS.ProcessEnv
    }
  | { readonly refused: string }

/**
 * Where the testserver of a root listens for `kovu attach`: below `/tmp`, whose path is short enough for a socket, in a
 * folder that only the user may enter; on Windows a named pipe.
 *
 * @returns Undefined when that folder belongs to somebody else.
 */
export function attachPath(root: string): string | undefined {
  const name = createHash('sha256').update(root).digest('hex').slice(0, 16)
  if (process.platform === 'win32') return `\\\\.\\pipe\\kovu-${name}`
  const uid = process.getuid?.() ?? 0
  const dir = `/tmp/kovu-${uid}`
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 })
    const stat = lstatSync(dir)
    const isPrivate = stat.isDirectory() && stat.uid === uid && (stat.mode & 0o077) === 0
    return isPrivate ? join(dir, `${name}.sock`) : undefined
  } catch {
    return undefined
  }
}
