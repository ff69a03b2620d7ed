import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Place } from '../error.ts'
import { builtins } from './builtins/index.ts'
import { Expander } from './expand.ts'
import type { Surroundings } from './surroundings.ts'

/** Options of {@link m4}. */
export interface M4Options {
  /** What `__file__` and errors call the text. Default `'stdin'`. */
  readonly file?: string
  /** Where `include` looks for relative names. Default the working directory. */
  readonly cwd?: string
  /** More folders for `include`, as `m4 -I` has them, relative to `cwd`. */
  readonly include?: readonly string[]
  /** Macros to begin with, as `m4 -Dname=text` has them. */
  readonly define?: Readonly<Record<string, string>>
  /** Told what GNU m4 writes to stderr. Default: nobody. */
  readonly warn?: (message: string, place: Place) => void
  /** Told of every file that is looked for, found or not (absolute paths). */
  readonly watch?: (file: string) => void
  /** How many macro calls, and characters of expansions, there may be. Default 1,000,000 and 100,000,000. */
  readonly limits?: { readonly calls?: number; readonly characters?: number }
}

/**
 * Expands m4, byte for byte as GNU m4 1.4.19 does in the C locale. Runs no commands and writes no files.
 *
 * @param text The source; a string is taken as UTF-8.
 * @returns The output, read as UTF-8.
 * @throws An `M4SettingsError` located in the source: for text that never ends, a missing include, what would run a
 *   command, `m4exit` with a code, and expansions that would never end.
 */
export function m4(text: string | Uint8Array, options: M4Options = {}): string {
  const expander = createExpander(options)
  for (const [name, body] of Object.entries(options.define ?? {})) {
    expander.symbols.define(toBytes(name), toBytes(body))
  }
  expander.process(options.file ?? 'stdin', toBytes(text))
  expander.finish()
  return fromBytes(expander.output.pieces.map((piece) => piece.text).join(''))
}

/** An expander that reads files from disk. */
export function createExpander(options: M4Options = {}): Expander {
  const { cwd = process.cwd(), include = [], limits, warn, watch } = options
  const surroundings: Surroundings = {
    warn: (message, place) => warn?.(message, place),
    limits: { calls: limits?.calls ?? 1e6, characters: limits?.characters ?? 1e8 },
    read(name) {
      const text = fromBytes(name)
      const folders = path.isAbsolute(text) ? [''] : ['', ...include]
      for (const folder of text === '' ? [] : folders) {
        const file = path.resolve(cwd, folder, text)
        watch?.(file)
        try {
          const found = path.isAbsolute(text) ? text : path.join(folder, text)
          return { name: found, text: readFileSync(file, 'latin1') }
        } catch {
          continue
        }
      }
      return undefined
    },
  }
  return new Expander(surroundings, builtins)
}

/** A text as bytes, one character each. */
export function toBytes(text: string | Uint8Array): string {
  return Buffer.from(text as string).toString('latin1')
}

/** The text that such bytes are in UTF-8. */
export function fromBytes(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('utf8')
}
