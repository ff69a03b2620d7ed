import type { Expander } from '../expand.ts'
import { enough, numeric } from './arguments.ts'
import { evaluate, toRadix } from './eval.ts'
import { format } from './format.ts'

/** `incr` and `decr`. */
export function step(m4: Expander, args: readonly string[], by: number): string | undefined {
  if (!enough(m4, args, 2, 2)) return undefined
  const value = numeric(m4, args[0] ?? '', args[1] ?? '')
  return value === undefined ? undefined : String((value + by) | 0)
}

/** An arithmetic expression, in a radix, with a least number of digits. */
export function evalBuiltin(m4: Expander, args: readonly string[]): string | undefined {
  if (!enough(m4, args, 2, 4)) return undefined
  const [, text = '', base = '', least] = args
  const radix = base === '' ? 10 : numeric(m4, 'eval', base)
  if (radix === undefined) return undefined
  if (radix < 1 || radix > 36) {
    m4.warn(`radix ${radix} in builtin \`eval' out of range`)
    return undefined
  }
  const width = least === undefined ? 1 : numeric(m4, 'eval', least)
  if (width === undefined) return undefined
  if (width < 0) {
    m4.warn("negative width to builtin `eval'")
    return undefined
  }
  if (text === '') m4.warn("empty string treated as 0 in builtin `eval'")
  const value = text === '' ? 0 : evaluate(text, (message) => m4.warn(message))
  if (typeof value !== 'number') {
    if (value.error === 'too deep') m4.fail('M4_SETTINGS_LIMIT', 'too many parentheses in eval')
    if (value.error === 'invalid operator') {
      m4.fail('M4_SETTINGS_SYNTAX', `invalid operator in eval: ${text}`)
    }
    m4.warn(`${value.error} in eval: ${text}`)
    return undefined
  }
  const size = Math.abs(value)
  m4.charge(radix === 1 ? width + size : width)
  const digits = radix === 1 ? '1'.repeat(size) : toRadix(size, radix)
  return (value < 0 ? '-' : '') + digits.padStart(width, '0')
}

/** C's printf. */
export function formatBuiltin(m4: Expander, args: readonly string[]): string | undefined {
  if (!enough(m4, args, 2, Infinity)) return undefined
  const warn = (message: string): void => m4.warn(message)
  return format(args[1] ?? '', args.slice(2), warn, (characters) => m4.charge(characters))
}

/** A part of a text. */
export function substr(m4: Expander, args: readonly string[]): string | undefined {
  const [, text = '', from = '', count] = args
  if (!enough(m4, args, 3, 4)) return args[1]
  const start = numeric(m4, 'substr', from)
  const length = count === undefined ? text.length : numeric(m4, 'substr', count)
  if (start === undefined || length === undefined) return undefined
  return start < 0 || length <= 0 ? undefined : text.slice(start, start + length)
}

/** A text with characters replaced by others. */
export function translit(m4: Expander, args: readonly string[]): string | undefined {
  if (!enough(m4, args, 3, 4)) return args[1]
  const from = ranges(args[2] ?? '')
  const to = ranges(args[3] ?? '')
  const map = new Map<string, string>()
  for (let at = 0; at < from.length; at++) {
    const char = from.charAt(at)
    if (!map.has(char)) map.set(char, to.charAt(at))
  }
  return (args[1] ?? '').replaceAll(/[\s\S]/g, (char) => map.get(char) ?? char)
}

/** Writes out ranges such as `a-z` or `z-a`. */
function ranges(text: string): string {
  let out = ''
  for (let at = 0; at < text.length; at++) {
    const last = text.charCodeAt(at - 1)
    if (text[at] !== '-' || at === 0 || at + 1 === text.length) {
      out += text[at]
      continue
    }
    const end = text.charCodeAt(++at)
    const up = end > last ? 1 : -1
    for (let code = last; code !== end;) out += String.fromCharCode((code += up))
  }
  return out
}
