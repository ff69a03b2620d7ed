import { byCodePoint, contentHash } from '../tree/names.ts'

/**
 * The text of `staticfiles.json`: version 1.0, which every Django reads, with the `hash` that Django 4.2 and later use.
 *
 * @param paths Hashed names by public name.
 */
export function manifestText(paths: ReadonlyMap<string, string>): string {
  const sorted = [...paths].sort(([left], [right]) => byCodePoint(left, right))
  const entries = sorted.map(([name, hashed]) => `${pythonJson(name)}: ${pythonJson(hashed)}`)
  return `{"paths": {${entries.join(', ')}}, "version": "1.0", "hash": "${manifestHash(sorted)}"}`
}

function manifestHash(sorted: readonly (readonly [string, string])[]): string {
  const pairs = sorted.map(([name, hashed]) => `[${pythonJson(name)}, ${pythonJson(hashed)}]`)
  return contentHash(`[${pairs.join(', ')}]`)
}

/** A text as Python's `json.dumps` writes it: ASCII alone. */
function pythonJson(text: string): string {
  return JSON.stringify(text).replaceAll(
    /[^ -~]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
