import type { Expander } from '../expand.ts'
import { type Match, Pattern, PatternError } from '../regex/pattern.ts'
import { enough } from './arguments.ts'

/** Elementary steps of one search. */
const MAX_STEPS = 50_000_000

/** The builtin `regexp(text, pattern, [replacement])`: where the pattern matches, or the replacement for that match. */
export function regexp(m4: Expander, args: readonly string[]): string | undefined {
  if (!enough(m4, args, 3, 4)) return '0'
  const [, text = '', source = '', replacement] = args
  const pattern = compile(m4, source)
  if (!pattern) return undefined
  const match = pattern.search(text, 0)
  if (replacement === undefined) return String(match?.starts[0] ?? -1)
  return match && substitute(m4, text, replacement, match)
}

/** The builtin `patsubst(text, pattern, [replacement])`: the text with every match replaced. */
export function patsubst(m4: Expander, args: readonly string[]): string | undefined {
  if (!enough(m4, args, 3, 4)) return args[1]
  const [, text = '', source = '', replacement = ''] = args
  const pattern = compile(m4, source)
  if (!pattern) return undefined
  let out = ''
  let at = 0
  while (at <= text.length) {
    const match = pattern.search(text, at)
    if (!match) return out + text.slice(at)
    const [start = 0] = match.starts
    const [end = 0] = match.ends
    const made = substitute(m4, text, replacement, match)
    m4.charge(made.length)
    out += text.slice(at, start) + made
    at = end
    // Behind an empty match one character is passed over.
    if (start === end) out += text.charAt(at++)
  }
  return out
}

function compile(m4: Expander, source: string): Pattern | undefined {
  let steps = 0
  try {
    return new Pattern(source, (more) => {
      steps += more
      if (steps > MAX_STEPS) {
        m4.fail('M4_SETTINGS_LIMIT', `the search for \`${source}' takes too long`)
      }
    })
  } catch (error) {
    if (!(error instanceof PatternError)) throw error
    m4.warn(`bad regular expression: \`${source}': ${error.message}`)
    return undefined
  }
}

/** Puts `\&` and `\1` to `\9` into a replacement. */
function substitute(m4: Expander, text: string, replacement: string, match: Match): string {
  return replacement.replaceAll(/\\([\s\S]?)/g, (_, char: string) => {
    if (char === '') m4.warn('trailing \\ ignored in replacement')
    if (char === '0') m4.warn('\\0 will disappear, use \\& instead in replacements')
    if (char !== '&' && !/\d/.test(char)) return char
    const group = char === '&' ? 0 : Number(char)
    const end = match.ends[group]
    if (end === undefined) m4.warn(`sub-expression ${group} not present`)
    return end === undefined || end < 0 ? '' : text.slice(match.starts[group], end)
  })
}
