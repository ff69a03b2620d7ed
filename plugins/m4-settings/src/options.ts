import { M4SettingsError } from './error.ts'
import { nearest } from './nearest.ts'

/** Options of {@link m4Settings}; the README tells the consequences of each. */
export interface M4SettingsOptions {
  /**
   * The folder of `base.m4`, `<mode>.m4`, `<mode>.local.m4` and the templates, relative to the Vite root.
   *
   * @default 'm4'
   */
  dir?: string
  /**
   * Where templates go, by their names below `dir`; paths are relative to the Vite root. `false` leaves one out.
   *
   * @default every `name.ext.m4` becomes `name.ext` in the Vite root
   */
  outputs?: Readonly<Record<string, string | false>>
  /**
   * Settings that an environment variable overrides: of the same name, or of the name an object gives.
   *
   * @default []
   */
  env?: readonly string[] | Readonly<Record<string, string>>
  /**
   * Settings that `virtual:settings` gives to the browser. No other is ever in a bundle.
   *
   * @default []
   */
  public?: readonly string[]
  /**
   * Which builtins are macros where they stand in a template: `'sealed'` leaves those to Python and JSON that clash
   * (`format`, `len`, `__file__` …), `'all'` is GNU m4.
   *
   * @default 'sealed'
   */
  builtins?: 'sealed' | 'all'
  /**
   * The m4 to use: `'builtin'`, or the system's by its path.
   *
   * @default 'builtin'
   */
  m4?: string
  /**
   * More folders for `include`, relative to the Vite root, which itself and `dir` come before.
   *
   * @default []
   */
  include?: readonly string[]
  /**
   * The Python that rendered `.py` files are checked with: a path or a command, or `false` for no check.
   *
   * @default the project's virtual environment, else `python3` or `python` if there is one
   */
  python?: string | false
  /**
   * A declaration file for `virtual:settings`, written when it changes, relative to the Vite root.
   *
   * @default false
   */
  types?: string | false
}

/** Options with every default filled in. */
export interface ResolvedOptions {
  readonly dir: string
  readonly outputs: Readonly<Record<string, string | false>>
  /** The setting and its environment variable. */
  readonly env: ReadonlyMap<string, string>
  readonly public: readonly string[]
  readonly builtins: 'sealed' | 'all'
  readonly m4: string
  readonly include: readonly string[]
  /** Undefined means: look for one. */
  readonly python: string | false | undefined
  readonly types: string | false
}

const DEFAULTS: Required<Omit<M4SettingsOptions, 'python'>> = {
  dir: 'm4',
  outputs: {},
  env: [],
  public: [],
  builtins: 'sealed',
  m4: 'builtin',
  include: [],
  types: false,
}

/** What a macro may be called for the options that name one. */
const MACRO = /^[A-Za-z_][A-Za-z0-9_]*$/

/**
 * Checks options and fills in defaults.
 *
 * @throws {@link M4SettingsError} for an unknown option or a value of the wrong kind.
 */
export function resolveOptions(options: M4SettingsOptions): ResolvedOptions {
  const known = [...Object.keys(DEFAULTS), 'python']
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue
    const near = nearest(name, known)
    const hint = near === undefined ? `it knows ${known.join(', ')}` : `did you mean \`${near}\`?`
    throw refuse(`\`${name}\` is no option; ${hint}`)
  }
  const given = Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined),
  )
  const merged = { ...DEFAULTS, ...given } as typeof DEFAULTS
  for (const name of ['dir', 'm4'] as const) {
    if (typeof merged[name] !== 'string' || merged[name] === '') {
      throw refuse(`\`${name}\` is ${JSON.stringify(merged[name])}, expected a path`)
    }
  }
  if (merged.builtins !== 'sealed' && merged.builtins !== 'all') {
    throw refuse(`\`builtins\` is ${JSON.stringify(merged.builtins)}, expected "sealed" | "all"`)
  }
  const env = Array.isArray(merged.env)
    ? merged.env.map((name: string): [string, string] => [name, name])
    : Object.entries(merged.env as Readonly<Record<string, string>>)
  for (const name of [...env.map(([setting]) => setting), ...merged.public]) {
    if (!MACRO.test(name)) throw refuse(`${JSON.stringify(name)} cannot be the name of a setting`)
  }
  return { ...merged, env: new Map(env), python: options.python }
}

function refuse(message: string): M4SettingsError {
  return new M4SettingsError('M4_SETTINGS_OPTION', `m4-settings: ${message}.`)
}
