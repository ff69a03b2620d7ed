/**
 * Compares two Debian versions as dpkg does (deb-version(7)).
 *
 * @returns Less than, equal to or greater than 0, as `Array.sort` wants it.
 */
export function compareVersions(left: string, right: string): number {
  const [a, b] = [split(left), split(right)]
  return (
    a.epoch - b.epoch ||
    compareParts(a.upstream, b.upstream) ||
    compareParts(a.revision, b.revision)
  )
}

function split(version: string): { epoch: number; upstream: string; revision: string } {
  const colon = version.indexOf(':')
  const rest = version.slice(colon + 1)
  const dash = rest.lastIndexOf('-')
  return {
    epoch: colon < 0 ? 0 : Number(version.slice(0, colon)),
    upstream: dash < 0 ? rest : rest.slice(0, dash),
    revision: dash < 0 ? '' : rest.slice(dash + 1),
  }
}

/** Letters sort before other characters, and `~` before the end of a part. */
function order(character: string | undefined): number {
  if (character === undefined || /\d/.test(character)) return 0
  if (character === '~') return -1
  const code = character.charCodeAt(0)
  return /[A-Za-z]/.test(character) ? code : code + 256
}

/** Parts without digits are compared by {@link order}, parts of digits as numbers, in turns. */
function compareParts(left: string, right: string): number {
  let [i, j] = [0, 0]
  while (i < left.length || j < right.length) {
    while (isText(left[i]) || isText(right[j])) {
      const difference = order(left[i]) - order(right[j])
      if (difference !== 0) return difference
      i += 1
      j += 1
    }
    const [digits, others] = [digitsAt(left, i), digitsAt(right, j)]
    i += digits.length
    j += others.length
    const difference = compareNumbers(digits, others)
    if (difference !== 0) return difference
  }
  return 0
}

function isText(character: string | undefined): boolean {
  return character !== undefined && !/\d/.test(character)
}

function digitsAt(text: string, at: number): string {
  return /^\d*/.exec(text.slice(at))?.[0] ?? ''
}

/** Numbers of any length: a build number may be a date with a time. */
function compareNumbers(left: string, right: string): number {
  const [a, b] = [left.replace(/^0+/, ''), right.replace(/^0+/, '')]
  if (a.length !== b.length) return a.length - b.length
  return a < b ? -1 : a > b ? 1 : 0
}
