import { type Argument, textOf } from './macro.ts'

const PARAMETER = /\$(?:(\d+)|([#*@]))/g

/** How {@link fillIn} prints lists of arguments. */
export interface ListOptions {
  quote(text: string): string
  /** Told of the length of a list before it is put in. */
  charge(characters: number): void
}

/**
 * Puts arguments into the text of a macro: `$0`, `$1` …, `$#`, `$*`, `$@`.
 *
 * @param args The macro's name, and its arguments.
 */
export function fillIn(body: string, args: readonly Argument[], options: ListOptions): string {
  return body.replace(PARAMETER, (_, digits: string | undefined, list: string | undefined) => {
    if (digits !== undefined) return textOf(args[Number(digits)] ?? '')
    if (list === '#') return String(args.length - 1)
    const all = args.slice(1).map(textOf)
    const joined = (list === '@' ? all.map((text) => options.quote(text)) : all).join(',')
    if (joined.length > 1e6) options.charge(joined.length)
    return joined
  })
}
