import { spawn } from 'node:child_process'
import { statSync } from 'node:fs'
import path from 'node:path'
import { M4SettingsError } from '../error.ts'

/** Compiles without running or writing anything; for Python 2 and 3. */
const SCRIPT = `import sys
source = getattr(sys.stdin, 'buffer', sys.stdin).read()
try:
    compile(source, sys.argv[1], 'exec')
except SyntaxError as error:
    print('%s %s %s' % (error.lineno or 1, error.offset or 1, error.msg))
    sys.exit(3)
except (ValueError, TypeError) as error:
    print('1 1 %s' % error)
    sys.exit(3)`

/**
 * The Python that Python files are checked with.
 *
 * @param root Where a path starts, and a virtual environment lies.
 * @param option A path, a command, `false`, or undefined to look for one.
 * @returns Undefined when there is none.
 * @throws {@link M4SettingsError} when the option names none.
 */
export function findPython(root: string, option: string | false | undefined): string | undefined {
  if (option === false) return undefined
  if (option !== undefined) {
    const named = /[\\/]/.test(option) ? existing(path.resolve(root, option)) : onPath(option)
    if (named !== undefined) return named
    throw new M4SettingsError(
      'M4_SETTINGS_COMMAND',
      `m4-settings: \`python\` is \`${option}\`, which is no program. Correct it, or set \`python: false\`.`,
    )
  }
  const bin = process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python'
  const environments = [
    path.join(root, '.venv'),
    path.join(root, 'venv'),
    process.env['VIRTUAL_ENV'],
  ]
  for (const folder of environments) {
    const python = folder === undefined ? undefined : existing(path.join(folder, bin))
    if (python !== undefined) return python
  }
  return onPath('python3') ?? onPath('python')
}

function onPath(command: string): string | undefined {
  const names = process.platform === 'win32' ? [`${command}.exe`, command] : [command]
  for (const folder of (process.env['PATH'] ?? '').split(path.delimiter)) {
    for (const name of names) {
      const file = folder === '' ? undefined : existing(path.join(folder, name))
      if (file !== undefined) return file
    }
  }
  return undefined
}

function existing(file: string): string | undefined {
  return statSync(file, { throwIfNoEntry: false })?.isFile() === true ? file : undefined
}

/**
 * Why a source is no Python.
 *
 * @returns Line (from 1), column (from 0) and message, or undefined when it compiles.
 * @throws {@link M4SettingsError} when Python itself fails.
 */
export async function pythonError(
  python: string,
  file: string,
  source: Uint8Array,
): Promise<{ line: number; column: number; message: string } | undefined> {
  const { code, out, failure } = await run(python, file, source)
  if (code === 0) return undefined
  const found = /^(\d+) (-?\d+) (.*)/.exec(out)
  if (code !== 3 || !found) {
    throw new M4SettingsError(
      'M4_SETTINGS_COMMAND',
      `m4-settings: ${python} cannot check ${path.basename(file)} (${failure}). Set \`python\` to another, or to false.`,
    )
  }
  const [, line, column, message = ''] = found
  return { line: Number(line), column: Math.max(0, Number(column) - 1), message }
}

async function run(
  python: string,
  file: string,
  source: Uint8Array,
): Promise<{ code: number | null; out: string; failure: string }> {
  const child = spawn(python, ['-E', '-S', '-c', SCRIPT, file], {
    stdio: ['pipe', 'pipe', 'ignore'],
    timeout: 30_000,
  })
  let out = ''
  child.stdout.on('data', (data: Buffer) => (out += data.toString()))
  // A Python that ends early breaks the pipe; its exit code tells more.
  child.stdin.on('error', () => {})
  child.stdin.end(source)
  return new Promise((resolve) => {
    child.on('error', (error) => resolve({ code: null, out, failure: error.message }))
    child.on('close', (code, signal) =>
      resolve({ code, out, failure: signal === null ? `exit code ${code}` : signal }),
    )
  })
}
