import { readFileSync } from 'node:fs'
import { codeFrame, LessYuiError } from '../error.ts'
import type { Recording } from './recording.ts'

/**
 * Reads `globalVars` and `modifyVars` that are given as the path of a JSON file: `{ "brand": "#c00", "gap": 4 }`. The file belongs to what the
 * sheet is made from.
 *
 * @param options Render options; paths are absolute.
 * @throws {@link LessYuiError} `LESS_YUI_OPTION` with the place in the file.
 */
export function readVariables(
  options: Readonly<Record<string, unknown>>,
  recording: Recording,
): Record<string, unknown> {
  const read = { ...options }
  for (const name of ['globalVars', 'modifyVars']) {
    const file = options[name]
    if (typeof file === 'string') read[name] = variables(file, recording)
  }
  return read
}

function variables(file: string, recording: Recording): Record<string, string> {
  let text: string
  try {
    recording.admit(file)
    const bytes = readFileSync(file)
    recording.read(file, bytes)
    text = recording.decode(file, bytes).replace(/^\uFEFF/, '')
  } catch (cause) {
    if (cause instanceof LessYuiError) throw cause
    recording.missing(file)
    throw new LessYuiError(
      'LESS_YUI_OPTION',
      `less-yui: the variables in ${file} cannot be read.`,
      {
        place: { file, line: 1, column: 0 },
        cause,
      },
    )
  }
  try {
    const parsed: unknown = JSON.parse(text)
    if (typeof parsed === 'object' && parsed !== null && Object.values(parsed).every(isSimple)) {
      return Object.fromEntries(Object.entries(parsed).map(([key, value]) => [key, String(value)]))
    }
  } catch (cause) {
    const offset = Number(/position (\d+)/.exec(String(cause))?.[1] ?? 0)
    const before = text.slice(0, offset).split('\n')
    const place = { file, line: before.length, column: before.at(-1)?.length ?? 0 }
    throw new LessYuiError('LESS_YUI_OPTION', `${file} is not JSON: ${(cause as Error).message}`, {
      place,
      frame: codeFrame(text, place),
      cause,
    })
  }
  throw new LessYuiError(
    'LESS_YUI_OPTION',
    `${file} must be an object of strings and numbers: { "brand": "#c00", "gap": 4 }.`,
    { place: { file, line: 1, column: 0 }, frame: codeFrame(text, { line: 1, column: 0 }) },
  )
}

function isSimple(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number'
}
