import type { Expander } from '../expand.ts'
import { type Argument, textOf } from '../macro.ts'
import { toInteger } from './eval.ts'

/** Are there enough arguments (the name counts)? Too many are only worth a warning. */
export function enough(
  m4: Expander,
  args: readonly Argument[],
  least: number,
  most: number,
): boolean {
  const name = textOf(args[0] ?? '')
  if (args.length < least) m4.warn(`too few arguments to builtin \`${name}'`)
  else if (args.length > most) m4.warn(`excess arguments to builtin \`${name}' ignored`)
  return args.length >= least
}

/** A number of 32 bits, or undefined (with a warning) when the text is none. */
export function numeric(m4: Expander, name: string, text: string): number | undefined {
  if (text === '') {
    m4.warn(`empty string treated as 0 in builtin \`${name}'`)
    return 0
  }
  const { value, rest, overflow } = toInteger(text)
  if (rest !== '') {
    m4.warn(`non-numeric argument to builtin \`${name}'`)
    return undefined
  }
  if (overflow) m4.warn(`numeric overflow detected in builtin \`${name}'`)
  return value
}
