import type { Expander } from '../expand.ts'
import { type Argument, type Definition } from '../macro.ts'
import { enough } from './arguments.ts'

/** Calls what the first argument names, with the others. */
export function indirect(
  m4: Expander,
  definition: Definition,
  args: readonly Argument[],
): undefined {
  m4.call(definition, args.slice(1))
  return undefined
}

/** `define` and `pushdef`. */
export function define(
  m4: Expander,
  args: readonly Argument[],
  how: 'define' | 'pushdef',
): undefined {
  const [, name, body = ''] = args
  enough(m4, args, 2, 3)
  if (typeof name === 'string') m4.symbols[how](name, body)
  else if (name) m4.warn(`invalid first argument to builtin \`${how}'`)
  return undefined
}

/** The definitions of macros, quoted; that of a builtin as itself. */
export function defn(m4: Expander, args: readonly string[]): string | undefined {
  let text = ''
  for (const name of args.slice(1)) {
    const definition = m4.symbols.lookup(name)
    if (definition === undefined) continue
    if (typeof definition === 'string') text += m4.quote(definition)
    else if (args.length !== 2) m4.warn(`cannot concatenate builtin \`${name}'`)
    else if ('literal' in definition) m4.call(definition, [name])
    else m4.lexer.pushBuiltin(definition, m4.origin)
  }
  return text
}

/** The first text whose two texts before it are equal, else the last. */
export function ifelse(m4: Expander, args: readonly string[]): string | undefined {
  if (args.length === 2) return undefined
  if (!enough(m4, args, 4, Infinity)) return undefined
  if (args.length % 3 === 0) m4.warn("excess arguments to builtin `ifelse' ignored")
  let rest = args.slice(1)
  for (;;) {
    if (rest[0] === rest[1]) return rest[2]
    if (rest.length <= 3) return undefined
    if (rest.length <= 5) return rest[3]
    rest = rest.slice(3)
  }
}
