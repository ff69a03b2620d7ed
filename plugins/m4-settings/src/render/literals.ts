import { M4SettingsError } from '../error.ts'
import type { Expander } from '../m4/expand.ts'
import { fromBytes, toBytes } from '../m4/index.ts'
import { type Builtin, textOf } from '../m4/macro.ts'

/** What a setting is to a program. */
export type Value = string | number | boolean | null | BigNumber

/** A number that would lose digits in JavaScript. */
interface BigNumber {
  readonly digits: string
}

/** A name that stands for a setting: `__DATABASE_HOST__`. */
export const NAME: RegExp = /__[A-Z][A-Z0-9_]*__/

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?$/

/**
 * Reads a setting's text as a value: `True`, `true`, `None`, `null` and what JSON takes for a number are what they look
 * like, all else is a string. `007` and `1.2.3` are strings.
 */
export function typed(text: string): Value {
  if (text === 'true' || text === 'True') return true
  if (text === 'false' || text === 'False') return false
  if (text === 'null' || text === 'None') return null
  if (!NUMBER.test(text)) return text
  return String(Number(text)) === text ? Number(text) : { digits: text }
}

/** The value as a JSON literal, which JavaScript reads too. */
export function toJson(value: Value): string {
  if (typeof value === 'object' && value !== null) return value.digits
  return JSON.stringify(value)
}

/** The value as a Python literal. */
function toPython(value: Value): string {
  if (value === true) return 'True'
  if (value === false) return 'False'
  if (value === null) return 'None'
  if (typeof value !== 'string') return toJson(value)
  // JSON's escapes mean the same in Python, but for what Python 2 reads as bytes: `\u001f`.
  return JSON.stringify(value).replaceAll(/\\u00([0-9a-f]{2})/g, '\\x$1')
}

/**
 * The macros `__JSON__` and `__PYTHON__`, for templates: they write the setting they are given the quoted name of as a
 * literal that nothing reads again, so that quotes, `$1`, `#` or a backquote in it do no harm. The second argument
 * `string` keeps what looks like a number or a truth value a string.
 */
export const literals: readonly Builtin[] = [
  literal('__JSON__', toJson),
  literal('__PYTHON__', toPython),
]

function literal(name: string, write: (value: Value) => string): Builtin {
  return {
    name,
    blind: true,
    takesBuiltins: false,
    run(m4, args) {
      const [, setting = '', kind = ''] = args.map(textOf)
      if (args.length > 3 || (kind !== '' && kind !== 'string')) {
        m4.fail(
          'M4_SETTINGS_LITERAL',
          `${name} takes a quoted name and \`string' or nothing, but got \`${kind}'. Write ${name}(\`${setting}')`,
        )
      }
      const text = valueOf(m4, setting)
      if (text === undefined) {
        return m4.fail(
          'M4_SETTINGS_LITERAL',
          `${name} knows no setting \`${setting}'. Is the name quoted, and defined?`,
        )
      }
      m4.pushLiteral(toBytes(write(kind === 'string' ? text : typed(text))))
      return undefined
    },
  }
}

/**
 * The text of a setting, with all settings in it.
 *
 * @returns Undefined when there is no such macro.
 * @throws {@link M4SettingsError} when the text is not UTF-8.
 */
export function valueOf(m4: Expander, name: string): string | undefined {
  const bytes = m4.valueOf(toBytes(name))
  if (bytes === undefined) return undefined
  const text = fromBytes(bytes)
  if (toBytes(text) !== bytes) {
    throw new M4SettingsError('M4_SETTINGS_LITERAL', `${name} is not UTF-8`)
  }
  return text
}
