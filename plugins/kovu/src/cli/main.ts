import type { Terminal } from '../report/progress.ts'
import { type Arguments, readArguments } from './arguments.ts'
import { upToDate } from './quick.ts'

/**
 * The `kovu` command. When nothing is to do it has said so before anything else is loaded, Vite least of all.
 *
 * @param argv The words after `kovu`.
 * @param out Where lines go.
 * @returns The exit code: 0, 1 when work failed, 2 when the command line is wrong.
 */
export async function main(
  argv: readonly string[],
  out: Terminal = standardOutput(),
): Promise<number> {
  let args: Arguments
  try {
    args = readArguments(argv)
  } catch (error) {
    out.write(`${(error as Error).message}\n`)
    return 2
  }
  const fresh = await upToDate(args)
  if (fresh !== undefined) {
    out.write(
      `nothing to do: ${fresh.join(', ')} ${fresh.length === 1 ? 'is' : 'are'} up to date\n`,
    )
    return 0
  }
  const { command } = await import('./command.ts')
  return command(args, out)
}

function standardOutput(): Terminal {
  const { stdout } = process
  return {
    write: (text) => stdout.write(text),
    // A dumb terminal can clear no line.
    isTTY: stdout.isTTY && process.env['TERM'] !== 'dumb',
    hasColours: stdout.isTTY && stdout.hasColors(),
    get columns() {
      return stdout.columns
    },
  }
}
