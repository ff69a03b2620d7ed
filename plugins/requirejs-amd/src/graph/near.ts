/** Names that are nearly right. */
import { extname } from 'node:path/posix'

/**
 * The public names a person may have meant: the same file name elsewhere, or a few letters away.
 *
 * @param wanted The public name that does not exist.
 * @param names Every public name.
 * @returns At most three, best first.
 */
export function nearMisses(wanted: string, names: Iterable<string>): string[] {
  const base = baseOf(wanted)
  const suffix = extname(wanted)
  const scored: { name: string; score: number }[] = []
  for (const name of names) {
    if (!name.endsWith(suffix)) continue
    const other = baseOf(name)
    if (Math.abs(other.length - base.length) > 2) continue
    const apart = distance(base.toLowerCase(), other.toLowerCase())
    if (apart > Math.min(2, Math.floor(base.length / 3))) continue
    scored.push({ name, score: apart * 4 + (folderOf(name) === folderOf(wanted) ? 0 : 1) })
  }
  return scored
    .sort((a, b) => a.score - b.score || (a.name < b.name ? -1 : 1))
    .slice(0, 3)
    .map(({ name }) => name)
}

function baseOf(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1)
}

function folderOf(name: string): string {
  return name.slice(0, Math.max(0, name.lastIndexOf('/')))
}

/** Levenshtein's distance. */
function distance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const current = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      current.push(Math.min(change, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1))
    }
    previous = current
  }
  return previous[b.length] ?? 0
}
