import type { Place } from '../error.ts'

/** How far one run may go before it is taken for one that would never end. */
interface Limits {
  /** Macro calls. */
  readonly calls: number
  /** Characters of all expansions. */
  readonly characters: number
}

/** What an {@link Expander} asks its surroundings. */
export interface Surroundings {
  /** Reads a file for `include` and `undivert`; undefined when there is none. The name is as the source has it. */
  read(name: string): { readonly name: string; readonly text: string } | undefined
  /** What GNU m4 writes to stderr. */
  warn(message: string, place: Place): void
  readonly limits: Limits
}
