import type { Expander } from '../expand.ts'
import { enough, numeric } from './arguments.ts'
import { toInteger } from './eval.ts'

/** Files that include each other; GNU m4 has no more open either. */
const MAX_FILES = 1000

/** Sends what follows to another diversion. */
export function divert(m4: Expander, args: readonly string[]): undefined {
  enough(m4, args, 1, 2)
  const number = args[1] === undefined ? 0 : numeric(m4, 'divert', args[1])
  if (number !== undefined) m4.output.current = number
  return undefined
}

/** Brings diversions, or files, to the output. */
export function undivert(m4: Expander, args: readonly string[]): undefined {
  if (args.length === 1) m4.output.undivertAll()
  for (const name of args.slice(1)) {
    const { value, rest } = toInteger(name)
    if (rest === '' && !/^\s/.test(name)) m4.output.undivert(value)
    else {
      const file = m4.surroundings.read(name)
      if (!file) m4.warn(`cannot undivert \`${name}': no such file`)
      else {
        m4.charge(file.text.length)
        m4.addFile(file.name, file.text)
        m4.output.write({
          text: file.text,
          origin: { file: file.name, offset: 0 },
          direct: true,
          literal: false,
        })
      }
    }
  }
  return undefined
}

/** Reads a file before what follows. */
export function include(m4: Expander, args: readonly string[], silent: boolean): undefined {
  if (!enough(m4, args, 2, 2)) return undefined
  const name = args[1] ?? ''
  const file = m4.surroundings.read(name)
  if (file) {
    if (m4.lexer.files > MAX_FILES) {
      m4.fail(
        'M4_SETTINGS_LIMIT',
        `\`${name}' includes itself, or files are too deep in each other`,
      )
    }
    m4.charge(file.text.length)
    m4.addFile(file.name, file.text)
    m4.lexer.pushFile(file.name, file.text)
  } else if (!silent) m4.fail('M4_SETTINGS_INCLUDE', `cannot open \`${name}': no such file`)
  return undefined
}
