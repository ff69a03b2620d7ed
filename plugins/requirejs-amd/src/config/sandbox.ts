/** Runs a build file in a context of its own. */
import { readFile } from 'node:fs/promises'
import vm from 'node:vm'
import { AmdError } from '../error.ts'
import type { RjsBuild } from './rjs.ts'

/**
 * Evaluates a build file as r.js does (one parenthesised object), or as a CommonJS file with `module.exports`.
 *
 * @param file Its absolute path.
 * @returns The object; functions in it belong to the sandbox.
 * @throws `REQUIREJS_AMD_BUILD_FILE` with the line.
 */
export async function evaluateFile(file: string): Promise<RjsBuild> {
  const fail = (message: string, cause?: unknown): AmdError =>
    new AmdError('REQUIREJS_AMD_BUILD_FILE', message, placeOf(cause, file, text), { cause })
  let text = ''
  try {
    text = await readFile(file, 'utf8')
  } catch (cause) {
    throw new AmdError(
      'REQUIREJS_AMD_BUILD_FILE',
      `The build file ${file} cannot be read.`,
      undefined,
      { cause },
    )
  }
  const module = { exports: undefined as unknown }
  const sandbox = vm.createContext({ module, exports: {}, console })
  // As r.js: a trailing `;` or a source map comment is allowed behind the object.
  const expression = text
    .replace(/\/\/#[^\n\r]+[\n\r]*$/, '')
    .trimEnd()
    .replace(/;$/, '')
  let value: unknown
  try {
    value = vm.runInContext(`(${expression}\n)`, sandbox, {
      filename: file,
      columnOffset: -1,
      timeout: 5000,
    })
  } catch (first) {
    try {
      // What never ends as an expression does not end as a script either.
      if ((first as { code?: unknown } | null)?.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw first
      value = vm.runInContext(text, sandbox, { filename: file, timeout: 5000 })
    } catch (second) {
      const cause = errorOf(second).name === 'SyntaxError' ? first : second
      throw fail(`The build file cannot be run: ${errorOf(cause).message}.`, cause)
    }
  }
  if (module.exports !== undefined) value = module.exports
  if (typeof value === 'function') {
    throw fail('The build file gives a function; it has to give an object, as r.js reads it.')
  }
  if (typeof value !== 'object' || value === null) throw fail('The build file gives no object.')
  return value as RjsBuild
}

/** Errors of the sandbox are instances of its own `Error`. */
function errorOf(error: unknown): { name: string; message: string; stack: string } {
  const given = (typeof error === 'object' && error !== null ? error : {}) as Partial<Error>
  return {
    name: given.name ?? '',
    message: given.message ?? String(error),
    stack: given.stack ?? '',
  }
}

/** The line of an error is in its stack: `file:3`. */
function placeOf(
  error: unknown,
  file: string,
  text: string,
): { file: string; text?: string; offset?: number } {
  const { stack } = errorOf(error)
  const at = stack.indexOf(`${file}:`)
  const line = at < 0 ? Number.NaN : Number.parseInt(stack.slice(at + file.length + 1), 10)
  if (Number.isNaN(line)) return { file }
  const before = text.split('\n').slice(0, line - 1)
  return { file, text, offset: before.join('\n').length + (line > 1 ? 1 : 0) }
}
