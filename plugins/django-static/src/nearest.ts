/**
 * The name nearest to a wrong one, for a "did you mean".
 *
 * @param name What was asked for.
 * @param candidates What there is.
 * @returns The candidate with the same base name, else the one within a small edit distance, else undefined.
 */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  const base = baseOf(name)
  let best: string | undefined
  let bestScore = Math.max(3, Math.floor(name.length / 4)) + 1
  for (const candidate of candidates) {
    const same = baseOf(candidate) === base
    if (Math.abs(candidate.length - name.length) >= bestScore && !same) continue
    const score = same ? Math.min(1, distance(name, candidate)) : distance(name, candidate)
    if (score < bestScore) {
      best = candidate
      bestScore = score
    }
  }
  return best
}

function baseOf(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1)
}

function distance(left: string, right: string): number {
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index)
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row]
    for (let column = 1; column <= right.length; column += 1) {
      const change = left[row - 1] === right[column - 1] ? 0 : 1
      current.push(
        Math.min(
          (previous[column] ?? 0) + 1,
          (current[column - 1] ?? 0) + 1,
          (previous[column - 1] ?? 0) + change,
        ),
      )
    }
    previous = current
  }
  return previous[right.length] ?? 0
}
