import { byCodePoint, contentHash } from '../tree/names.ts'

/**
 * The text of `staticfiles.json`: version 1.0, which every Django reads, with the `hash` that Django 4.2 and later use.
 *
 * @param paths Hashed names by public name.
 */
export function manifestText(paths: ReadonlyMap<string, string>): string {
  const entries: string[] = []
  const pairs: string[] = []
  for (const [name, hashed] of [...paths].sort(([left], [right]) => byCodePoint(left, right))) {
    const [key, value] = [pythonJson(name), pythonJson(hashed)]
    entries.push(`${key}: ${value}`)
    pairs.push(`[${key}, ${value}]`)
  }
  // What Django hashes is the list of pairs.
  const hash = contentHash(`[${pairs.join(', ')}]`)
  return `{"paths": {${entries.join(', ')}}, "version": "1.0", "hash": "${hash}"}`
}

/** A text as Python's `json.dumps` writes it: ASCII alone. */
function pythonJson(text: string): string {
  if (/^[ !#-[\]-~]*$/.test(text)) return `"${text}"`
  return JSON.stringify(text).replaceAll(
    /[^ -~]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
