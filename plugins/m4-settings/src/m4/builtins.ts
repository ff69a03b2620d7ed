import { enough, numeric } from './arguments.ts'
import { evaluate, toInteger, toRadix } from './eval.ts'
import type { Expander } from './expand.ts'
import { format } from './format.ts'
import { type Argument, type Builtin, type Definition, textOf } from './macro.ts'
import { patsubst, regexp } from './replace.ts'

/** Files that include each other; GNU m4 has no more open either. */
const MAX_FILES = 1000

type Run = (m4: Expander, args: readonly Argument[]) => string | undefined
type TextRun = (m4: Expander, args: readonly string[]) => string | undefined

/** All builtins of GNU m4 1.4 by name. Those that would run a command or write a file refuse to. */
export const builtins: ReadonlyMap<string, Builtin> = new Map(
  [
    ...texts('sighted', {
      __file__: (m4) => m4.quote(m4.position().file),
      __line__: (m4) => String(m4.position().line),
      __program__: (m4) => m4.quote('m4'),
      changecom: (m4, args) => m4.lexer.setComment(args[1], args[2]),
      changequote: (m4, args) => m4.lexer.setQuotes(args[1], args[2]),
      debugfile: nothing,
      debugmode: nothing,
      divert,
      divnum: (m4) => String(m4.output.current),
      dnl(m4) {
        if (!m4.lexer.skipLine()) m4.warn('end of file treated as newline')
        return undefined
      },
      dumpdef: nothing,
      m4exit,
      sysval: () => '0',
      traceoff: nothing,
      traceon: nothing,
      undivert,
    }),
    ...texts('blind', {
      decr: (m4, args) => step(m4, args, -1),
      defn,
      errprint(m4, args) {
        m4.warn(args.slice(1).join(' '))
        return undefined
      },
      esyscmd: refused,
      eval: evalBuiltin,
      format: formatBuiltin,
      ifdef(m4, args) {
        if (!enough(m4, args, 3, 4)) return undefined
        return m4.symbols.lookup(args[1] ?? '') === undefined ? args[3] : args[2]
      },
      ifelse,
      include: (m4, args) => include(m4, args, false),
      incr: (m4, args) => step(m4, args, 1),
      index(m4, args) {
        // A builtin without arguments is text, `index(x)` is 0.
        if (!enough(m4, args, 3, 3)) return '0'
        return String((args[1] ?? '').indexOf(args[2] ?? ''))
      },
      len: (m4, args) => (enough(m4, args, 2, 2) ? String(args[1]?.length) : undefined),
      m4wrap(m4, args) {
        m4.wrapped.push(args.slice(1).join(' '))
        return undefined
      },
      maketemp: refused,
      mkstemp: refused,
      patsubst,
      popdef(m4, args) {
        for (const name of args.slice(1)) m4.symbols.popdef(name)
        return undefined
      },
      regexp,
      shift: (m4, args) =>
        args
          .slice(2)
          .map((arg) => m4.quote(arg))
          .join(','),
      sinclude: (m4, args) => include(m4, args, true),
      substr,
      syscmd: refused,
      translit,
      undefine(m4, args) {
        for (const name of args.slice(1)) m4.symbols.undefine(name)
        return undefined
      },
    }),
    {
      name: 'builtin',
      run(m4: Expander, args: readonly Argument[]) {
        const builtin = builtins.get(textOf(args[1] ?? ''))
        if (builtin) return indirect(m4, builtin, args)
        m4.warn(`undefined builtin \`${textOf(args[1] ?? '')}'`)
        return undefined
      },
    },
    {
      name: 'indir',
      run(m4: Expander, args: readonly Argument[]) {
        const definition = m4.symbols.lookup(textOf(args[1] ?? ''))
        if (definition !== undefined) return indirect(m4, definition, args)
        m4.warn(`undefined macro \`${textOf(args[1] ?? '')}'`)
        return undefined
      },
    },
    {
      name: 'define',
      run: (m4: Expander, args: readonly Argument[]) => define(m4, args, 'define'),
    },
    {
      name: 'pushdef',
      run: (m4: Expander, args: readonly Argument[]) => define(m4, args, 'pushdef'),
    },
  ].map((given): [string, Builtin] => [
    given.name,
    { blind: true, takesBuiltins: true, ...given } satisfies Builtin,
  ]),
)

/** Builtins whose arguments are text. */
function texts(
  sight: 'blind' | 'sighted',
  runs: Readonly<Record<string, TextRun>>,
): readonly {
  readonly name: string
  readonly blind: boolean
  readonly takesBuiltins: boolean
  readonly run: Run
}[] {
  return Object.entries(runs).map(([name, run]) => ({
    name,
    blind: sight === 'blind',
    takesBuiltins: false,
    run: (m4, args) => run(m4, args.map(textOf)),
  }))
}

function nothing(m4: Expander, args: readonly string[]): undefined {
  m4.warn(`\`${args[0]}' does nothing here`)
  return undefined
}

function refused(m4: Expander, args: readonly string[]): never {
  return m4.fail(
    'M4_SETTINGS_REFUSED',
    `\`${args[0]}\` runs a command or writes a file, which this m4 does not do. Set \`m4: '/usr/bin/m4'\` to use the system's.`,
  )
}

/** Calls what the first argument names, with the others. */
function indirect(m4: Expander, definition: Definition, args: readonly Argument[]): undefined {
  m4.call(definition, args.slice(1))
  return undefined
}

function define(m4: Expander, args: readonly Argument[], how: 'define' | 'pushdef'): undefined {
  const [, name, body = ''] = args
  enough(m4, args, 2, 3)
  if (typeof name === 'string') m4.symbols[how](name, body)
  else if (name) m4.warn(`invalid first argument to builtin \`${how}'`)
  return undefined
}

function defn(m4: Expander, args: readonly string[]): string | undefined {
  let text = ''
  for (const name of args.slice(1)) {
    const definition = m4.symbols.lookup(name)
    if (definition === undefined) continue
    if (typeof definition === 'string') text += m4.quote(definition)
    else if (args.length !== 2) m4.warn(`cannot concatenate builtin \`${name}'`)
    else if ('literal' in definition) m4.call(definition, [name])
    else m4.lexer.pushBuiltin(definition, m4.origin)
  }
  return text
}

function divert(m4: Expander, args: readonly string[]): undefined {
  enough(m4, args, 1, 2)
  const number = args[1] === undefined ? 0 : numeric(m4, 'divert', args[1])
  if (number !== undefined) m4.output.current = number
  return undefined
}

function undivert(m4: Expander, args: readonly string[]): undefined {
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

function include(m4: Expander, args: readonly string[], silent: boolean): undefined {
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

function ifelse(m4: Expander, args: readonly string[]): string | undefined {
  if (args.length === 2) return undefined
  if (!enough(m4, args, 4, Infinity)) return undefined
  if (args.length % 3 === 0) m4.warn("excess arguments to builtin `ifelse' ignored")
  let rest = args.slice(1)
  for (;;) {
    if (rest[0] === rest[1]) return rest[2]
    if (rest.length <= 3) return undefined
    if (rest.length <= 5) return rest[3]
    rest = rest.slice(3)
  }
}

function step(m4: Expander, args: readonly string[], by: number): string | undefined {
  if (!enough(m4, args, 2, 2)) return undefined
  const value = numeric(m4, args[0] ?? '', args[1] ?? '')
  return value === undefined ? undefined : String((value + by) | 0)
}

function evalBuiltin(m4: Expander, args: readonly string[]): string | undefined {
  if (!enough(m4, args, 2, 4)) return undefined
  const [, text = '', base = '', least] = args
  const radix = base === '' ? 10 : numeric(m4, 'eval', base)
  if (radix === undefined) return undefined
  if (radix < 1 || radix > 36) {
    m4.warn(`radix ${radix} in builtin \`eval' out of range`)
    return undefined
  }
  const width = least === undefined ? 1 : numeric(m4, 'eval', least)
  if (width === undefined) return undefined
  if (width < 0) {
    m4.warn("negative width to builtin `eval'")
    return undefined
  }
  if (text === '') m4.warn("empty string treated as 0 in builtin `eval'")
  const value = text === '' ? 0 : evaluate(text, (message) => m4.warn(message))
  if (typeof value !== 'number') {
    if (value.error === 'too deep') m4.fail('M4_SETTINGS_LIMIT', 'too many parentheses in eval')
    if (value.error === 'invalid operator') {
      m4.fail('M4_SETTINGS_SYNTAX', `invalid operator in eval: ${text}`)
    }
    m4.warn(`${value.error} in eval: ${text}`)
    return undefined
  }
  const size = Math.abs(value)
  m4.charge(radix === 1 ? width + size : width)
  const digits = radix === 1 ? '1'.repeat(size) : toRadix(size, radix)
  return (value < 0 ? '-' : '') + digits.padStart(width, '0')
}

function formatBuiltin(m4: Expander, args: readonly string[]): string | undefined {
  if (!enough(m4, args, 2, Infinity)) return undefined
  const warn = (message: string): void => m4.warn(message)
  return format(args[1] ?? '', args.slice(2), warn, (characters) => m4.charge(characters))
}

function m4exit(m4: Expander, args: readonly string[]): undefined {
  enough(m4, args, 1, 2)
  const code = args[1] === undefined ? 0 : (numeric(m4, 'm4exit', args[1]) ?? 1)
  if (code !== 0) m4.fail('M4_SETTINGS_EXIT', `m4exit(${code})`)
  m4.exited = true
  return undefined
}

function substr(m4: Expander, args: readonly string[]): string | undefined {
  const [, text = '', from = '', count] = args
  if (!enough(m4, args, 3, 4)) return args[1]
  const start = numeric(m4, 'substr', from)
  const length = count === undefined ? text.length : numeric(m4, 'substr', count)
  if (start === undefined || length === undefined) return undefined
  return start < 0 || length <= 0 ? undefined : text.slice(start, start + length)
}

function translit(m4: Expander, args: readonly string[]): string | undefined {
  if (!enough(m4, args, 3, 4)) return args[1]
  const from = ranges(args[2] ?? '')
  const to = ranges(args[3] ?? '')
  const map = new Map<string, string>()
  for (let at = 0; at < from.length; at++) {
    const char = from.charAt(at)
    if (!map.has(char)) map.set(char, to.charAt(at))
  }
  return (args[1] ?? '').replaceAll(/[\s\S]/g, (char) => map.get(char) ?? char)
}

/** Writes out ranges such as `a-z` or `z-a`. */
function ranges(text: string): string {
  let out = ''
  for (let at = 0; at < text.length; at++) {
    const last = text.charCodeAt(at - 1)
    if (text[at] !== '-' || at === 0 || at + 1 === text.length) {
      out += text[at]
      continue
    }
    const end = text.charCodeAt(++at)
    const up = end > last ? 1 : -1
    for (let code = last; code !== end;) out += String.fromCharCode((code += up))
  }
  return out
}
