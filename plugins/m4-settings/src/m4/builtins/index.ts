import type { Expander } from '../expand.ts'
import { type Argument, type Builtin, textOf } from '../macro.ts'
import { enough, numeric } from './arguments.ts'
import { define, defn, ifelse, indirect } from './definitions.ts'
import { divert, include, undivert } from './files.ts'
import { patsubst, regexp } from './replace.ts'
import { evalBuiltin, formatBuiltin, step, substr, translit } from './values.ts'

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

function m4exit(m4: Expander, args: readonly string[]): undefined {
  enough(m4, args, 1, 2)
  const code = args[1] === undefined ? 0 : (numeric(m4, 'm4exit', args[1]) ?? 1)
  if (code !== 0) m4.fail('M4_SETTINGS_EXIT', `m4exit(${code})`)
  m4.exited = true
  return undefined
}
