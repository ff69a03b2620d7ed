/** A configuration out of any source: `require.config({…})`, `require({…}, …)`, `var require = {…}`. */
import { analyze } from '../module/analyze.ts'
import type { RequireConfig } from '../types.ts'
import { mergeConfig } from './merge.ts'

/** A configuration that was read from source text. */
export interface ReadConfig {
  /** The literal parts of every configuration in the source, in order, as RequireJS would merge them. */
  readonly config: RequireConfig
  /** Source text of what is no literal, by dotted path. */
  readonly dynamic: Readonly<Record<string, string>>
}

/**
 * Reads the configurations of a source. Nothing is run: functions and computed values are kept as text.
 *
 * @param code The source.
 * @param options.file Its path, for errors.
 * @param options.first Does only the first configuration count, as r.js has it?
 * @returns Undefined when the source configures nothing.
 * @throws `REQUIREJS_AMD_SYNTAX` where the source does not parse.
 */
export function readConfig(
  code: string,
  options: { file: string; first?: boolean },
): ReadConfig | undefined {
  const configs = [...analyze(code, options).configs]
  if (configs.length === 0) return undefined
  if (options.first === true) configs.length = 1
  return {
    config: configs.reduce<RequireConfig>((merged, { config }) => mergeConfig(merged, config), {}),
    dynamic: Object.assign({}, ...configs.map(({ dynamic }) => dynamic)) as Record<string, string>,
  }
}
