import type { Place } from '../error.ts'
import type { Layers, Template } from '../layers.ts'
import type { ResolvedOptions } from '../options.ts'
import type { Rendered } from './rendered.ts'

/** What rendering needs to know of its surroundings. */
export interface Scene {
  readonly root: string
  readonly layers: Layers
  readonly options: ResolvedOptions
  /** The environment that `env` reads. */
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly warn: (message: string, place: Place) => void
  /** Told of every file that is read or looked for (absolute paths). */
  readonly watch: (file: string) => void
}

/** The settings of a mode, and what renders templates with them. */
export interface Settings {
  /** The names of all settings. */
  readonly names: readonly string[]
  /** The text of a setting, or undefined when there is none of that name. */
  value(name: string): string | undefined
  render(template: Template): Rendered
}

/**
 * Builtins that a sealed template does not have, since its own language uses the words. `define`, `ifelse`, `ifdef`, `dnl`,
 * quotes, comments and diversions stay, and `builtin` reaches the others.
 */
export const SEALED: ReadonlySet<string> = new Set(
  `__file__ __line__ __program__ __gnu__ __unix__ debugfile debugmode decr dumpdef errprint esyscmd eval format include
  incr index indir len m4exit m4wrap maketemp mkstemp patsubst regexp shift sinclude substr syscmd sysval traceoff
  traceon translit`.split(/\s+/),
)
