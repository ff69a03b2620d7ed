const SPECIAL = /[.*+?^${}()|[\]\\/]/g

/**
 * Makes a test of a shell pattern as Python's `fnmatch.fnmatchcase` understands it: `*` crosses slashes, `[!a]` negates.
 *
 * @param patterns Patterns such as `*.less`.
 * @returns A function that is true for a text that one of the patterns matches whole.
 */
export function matcher(patterns: readonly string[]): (text: string) => boolean {
  if (patterns.length === 0) return () => false
  const whole = new RegExp(`^(?:${patterns.map(translate).join('|')})$`, 'su')
  return (text) => whole.test(text)
}

function translate(pattern: string): string {
  let source = ''
  let at = 0
  while (at < pattern.length) {
    const char = String.fromCodePoint(pattern.codePointAt(at) ?? 0)
    at += char.length
    if (char === '*') source += '.*'
    else if (char === '?') source += '.'
    else if (char === '[') {
      const first = pattern[at] === '!' ? at + 1 : at
      const end = pattern.indexOf(']', pattern[first] === ']' ? first + 1 : first)
      if (end === -1) source += '\\['
      else {
        const inside = pattern.slice(first, end).replaceAll(/[\\\]^[&~|]/g, '\\$&')
        source += `[${first > at ? '^' : ''}${inside}]`
        at = end + 1
      }
    } else source += char.replace(SPECIAL, '\\$&')
  }
  return source
}
