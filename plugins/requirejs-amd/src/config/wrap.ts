/** `wrap` of a build file: text around what the build makes. */
import { readFile } from 'node:fs/promises'
import type { RjsBuild } from './rjs.ts'
import type { BuildWrap } from './types.ts'
import { list } from './values.ts'

/**
 * Reads the texts around a file.
 *
 * @param wrap The key's value.
 * @param path Makes a path of the build file absolute.
 * @param files Gets the files that were read.
 * @returns The texts; undefined without any.
 */
export async function readWrap(
  wrap: RjsBuild['wrap'],
  path: (value: string) => string,
  files: string[],
): Promise<BuildWrap | undefined> {
  if (wrap === undefined || wrap === false) return undefined
  if (wrap === true) return { start: '(function () {\n', end: '}());' }
  const part = async (
    text: string | undefined,
    names: string | string[] | undefined,
  ): Promise<string> => {
    if (typeof text === 'string') return withNewline(text)
    const texts: string[] = []
    for (const name of list(names)) {
      const file = path(name)
      files.push(file)
      texts.push(withNewline(await readFile(file, 'utf8')))
    }
    return texts.join('')
  }
  return { start: await part(wrap.start, wrap.startFile), end: await part(wrap.end, wrap.endFile) }
}

function withNewline(text: string): string {
  return text.endsWith('\n') ? text : `${text}\n`
}
