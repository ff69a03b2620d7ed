/** What r.js's minifier is told in a build file, as far as Vite's minifier can do it. */
import type { BuildNote, MinifierOptions } from './types.ts'

type Table = Readonly<Record<string, unknown>>

/** Options of Vite's minifier for a build file that says nothing. */
const DEFAULTS: MinifierOptions = {
  mangle: true,
  compress: true,
  dropConsole: false,
  dropDebugger: true,
  beautify: false,
  asciiOnly: false,
}

/** Options that change nothing of what a page does or downloads. */
const IDLE: ReadonlySet<string> = new Set(['warnings', 'fromString', 'output.quote_keys'])

/**
 * Reads the keys `uglify` and `uglify2`, which mean the same.
 *
 * @param build The build file's value.
 * @returns The options, and a note for each that Vite's minifier does not have.
 */
export function minifierOf(build: Table): {
  options: MinifierOptions
  notes: readonly BuildNote[]
} {
  const notes: BuildNote[] = []
  const options = { ...DEFAULTS }
  for (const key of ['uglify', 'uglify2']) {
    for (const [name, value] of entriesOf(build[key])) {
      const known = optionOf(name, value)
      if (known !== undefined) Object.assign(options, known)
      else if (!IDLE.has(name)) {
        notes.push({
          key: `${key}.${name}`,
          reason: "Vite's minifier has no such option",
          instead: "leave it out, or set `optimize: 'none'`",
        })
      }
    }
  }
  return { options, notes }
}

/** `compress: { drop_console: true }` as `compress.drop_console`. */
function* entriesOf(value: unknown): Generator<[string, unknown]> {
  if (typeof value !== 'object' || value === null) return
  for (const [name, inner] of Object.entries(value)) {
    const nested = typeof inner === 'object' && inner !== null && !Array.isArray(inner)
    if (!nested) yield [name, inner]
    else for (const [sub, leaf] of Object.entries(inner as object)) yield [`${name}.${sub}`, leaf]
  }
}

function optionOf(name: string, value: unknown): Partial<MinifierOptions> | undefined {
  const on = Boolean(value)
  switch (name) {
    case 'mangle':
    case 'no_mangle':
      return { mangle: on === (name === 'mangle') }
    case 'compress':
      return { compress: on }
    case 'compress.drop_console':
      return { dropConsole: on }
    case 'compress.drop_debugger':
      return { dropDebugger: on }
    case 'beautify':
    case 'output.beautify':
      return { beautify: on }
    case 'ascii_only':
    case 'output.ascii_only':
      return { asciiOnly: on }
    default:
      return undefined
  }
}
