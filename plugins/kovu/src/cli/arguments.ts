import { parseArgs } from 'node:util'

import { KovuError } from '../error.ts'

/** A `kovu` command line, understood. */
export interface Arguments {
  /** Targets, or a command and its words. */
  readonly words: readonly string[]
  readonly root: string
  readonly config: string | undefined
  readonly mode: string | undefined
  readonly force: boolean
  readonly dryRun: boolean
  readonly list: boolean
  readonly graph: boolean
  readonly help: boolean
  readonly version: boolean
}

/**
 * Reads a command line.
 *
 * @param argv The words after `kovu`.
 * @throws KovuError `KOVU_USAGE` for an option that does not exist or lacks its value.
 */
export function readArguments(argv: readonly string[]): Arguments {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        root: { type: 'string' },
        config: { type: 'string', short: 'c' },
        mode: { type: 'string', short: 'm' },
        force: { type: 'boolean', short: 'B' },
        'dry-run': { type: 'boolean', short: 'n' },
        list: { type: 'boolean', short: 'l' },
        graph: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean', short: 'v' },
      },
    })
    return {
      words: positionals,
      root: values.root ?? process.cwd(),
      config: values.config,
      mode: values.mode,
      force: values.force ?? false,
      dryRun: values['dry-run'] ?? false,
      list: values.list ?? false,
      graph: values.graph ?? false,
      help: values.help ?? false,
      version: values.version ?? false,
    }
  } catch (error) {
    throw new KovuError(
      'KOVU_USAGE',
      `${(error as Error).message}\n\`kovu --help\` shows what there is.`,
    )
  }
}
