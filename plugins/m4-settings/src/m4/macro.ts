import type { Expander } from './expand.ts'

/** A macro that is built in. */
export interface Builtin {
  readonly name: string
  /** Is its name mere text unless `(` follows? */
  readonly blind: boolean
  /** Do its arguments keep the builtins that `defn` gives? */
  readonly takesBuiltins: boolean
  /**
   * Expands a call.
   *
   * @param args The name, then the arguments.
   * @returns Text to be read again.
   */
  run(m4: Expander, args: readonly Argument[]): string | undefined
}

/** What a macro's name stands for: text to be read again, a builtin, or text that is never read again. */
export type Definition = string | Builtin | { readonly literal: string }

/** An argument: text, or the builtin that `defn` gave. The 0th is the macro's name. */
export type Argument = string | Builtin

/** An argument as text. */
export function textOf(argument: Argument): string {
  return typeof argument === 'string' ? argument : ''
}
