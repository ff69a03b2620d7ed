/**
 * The name that a mistyped one most likely means.
 *
 * @returns The candidate at the smallest edit distance, or undefined when none is near.
 */
export function nearest(name: string, candidates: readonly string[]): string | undefined {
  const ranked = candidates
    .map((candidate) => ({ candidate, distance: distance(name, candidate) }))
    .sort((a, b) => a.distance - b.distance)
  const best = ranked[0]
  // Of three letters, changing two makes nearly any other word.
  const most =
    name.length < 4 ? Math.min(1, name.length - 1) : Math.max(2, Math.floor(name.length / 3))
  return best !== undefined && best.distance <= most ? best.candidate : undefined
}

/** Levenshtein's edit distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
