import { KovuError } from '../error.ts'

/**
 * An error for people: one made for people shows its message, its code (by which the READMEs have a cause and a fix) and where it is, one
 * that a bundler has gathered its parts; anything else keeps its stack.
 */
export function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  // What is wrong with a command line is said whole by its sentence.
  if (error instanceof KovuError)
    return error.code === 'KOVU_USAGE' ? error.message : withCode(error.message, error.code)
  // The bundler's own message has every part once more, with stacks.
  const parts: unknown = 'errors' in error ? error.errors : undefined
  if (Array.isArray(parts) && parts.length > 0 && parts.every(isForPeople)) {
    return parts.map(describe).join('\n\n')
  }
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
  return [withCode(error.message, pluginCode), isSaid ? '' : place, frame]
    .filter((part) => part !== undefined && part !== '')
    .join('\n')
}

/** Does the error say where it is, or by a code what it means? */
function isForPeople(error: unknown): boolean {
  return error instanceof Error && ('pluginCode' in error || 'loc' in error)
}

/** The code stands behind the sentence; a place or a frame may follow on lines of their own. */
function withCode(message: string, code: string | undefined): string {
  if (code === undefined || message.includes(code)) return message
  const [sentence = '', ...rest] = message.split('\n')
  return [`${sentence} (${code})`, ...rest].join('\n')
}
