/**
 * What someone may have meant.
 *
 * @param word As it was written.
 * @param known What there is.
 * @returns The nearest of them, when it is near enough to be a slip of the fingers.
 */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  let best: string | undefined
  let least = mostSteps(word) + 1
  const letters = lettersOf(word)
  for (const one of known) {
    // A letter that only one of them has is a step: most words need no closer look.
    if (count(letters & ~lettersOf(one)) >= least) continue
    const steps = distance(word, one, least)
    if (steps >= least || steps === 0) continue
    best = one
    least = steps
  }
  return best
}

/** How many characters may differ in a slip of the fingers. */
export function mostSteps(word: string): number {
  return Math.max(1, Math.floor(word.length / 3))
}

/** Which characters a word has, as bits; several characters share one. */
function lettersOf(word: string): number {
  let bits = 0
  for (let at = 0; at < word.length; at++) bits |= 1 << (word.charCodeAt(at) & 31)
  return bits
}

/** How many bits are set. */
function count(bits: number): number {
  let number = 0
  for (let left = bits; left !== 0; left &= left - 1) number++
  return number
}

/** How many characters differ: added, left out, another one, or two the other way round. At least `limit` is as good as more. */
function distance(a: string, b: string, limit: number): number {
  let before: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    let least = i
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let steps = Math.min(
        (last[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + 1,
        (last[j - 1] ?? 0) + (same ? 0 : 1),
      )
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        steps = Math.min(steps, (before[j - 2] ?? 0) + 1)
      row.push(steps)
      least = Math.min(least, steps)
    }
    // Two rows are never both behind: a swap looks back by two.
    if (least >= limit && Math.min(...last) >= limit) return limit
    before = last
    last = row
  }
  return last[b.length] ?? 0
}
