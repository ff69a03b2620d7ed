import { KovuError } from '../error.ts'

/** An error for people: a located one shows where it is, one made for people its message; anything else keeps its stack. */
export function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error instanceof KovuError) return error.message
  // A full disk, a folder that may not be written: the system's own words say it all.
  if ('syscall' in error && 'path' in error) return error.message
  const { id, loc, frame, pluginCode } = error as Error & {
    id?: string
    loc?: { file?: string; line: number; column: number }
    frame?: string
    pluginCode?: string
  }
  const file = loc?.file ?? id
  if (file === undefined && pluginCode === undefined) return error.stack ?? error.message
  const place =
    file === undefined ? '' : loc === undefined ? file : `${file}:${loc.line}:${loc.column}`
  // Many a message has its place in it.
  const isSaid = file !== undefined && error.message.includes(`${file}:${loc?.line ?? ''}`)
  return [error.message, isSaid ? '' : place, frame]
    .filter((part) => part !== undefined && part !== '')
    .join('\n')
}
