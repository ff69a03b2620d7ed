import { DjangoStaticError } from './error.ts'

/** Options of {@link djangoStatic}. */
export interface DjangoStaticOptions {
  /**
   * Path of `manage.py`, from Vite's root.
   *
   * @default 'manage.py'
   */
  manage?: string
  /**
   * The Python that runs the project: a path (from Vite's root) or a command with its arguments.
   *
   * @default `.venv/bin/python` in Vite's root or in the folder above, the active virtual environment, `python3`
   */
  python?: string | readonly string[]
  /**
   * Name of the settings module, or one name per Vite mode (`{ development: 'site.settings.dev' }`).
   *
   * @default what `DJANGO_SETTINGS_MODULE` says, else what manage.py says
   */
  settings?: string | Readonly<Record<string, string>>
  /**
   * Environment variables for Django, per Vite mode.
   *
   * @default {}
   */
  env?: Readonly<Record<string, Readonly<Record<string, string>>>>
  /**
   * Who writes STATIC_ROOT. Kovu writes all of it (`own`); there is no other way yet.
   *
   * @default 'own'
   */
  mode?: 'own' | 'collect'
  /**
   * Patterns of files that are not published, as `collectstatic --ignore` takes them, in place of the default. Django's own
   * patterns (`CVS`, `.*`, `*~`) always hold.
   *
   * @default every source suffix of the other plugins: `['*.less', '*.mustache']`
   */
  ignore?: readonly string[]
  /**
   * Public names that no template mentions and that are published all the same when they are made from another file.
   *
   * @default []
   */
  entries?: readonly string[]
  /**
   * Start Django behind the development front with a generated overlay of the project's settings.
   *
   * @default true
   */
  overlay?: boolean
  /**
   * Write `.gz` and `.br` files beside the published ones.
   *
   * @default false
   */
  compress?: boolean
  /**
   * Publish files that are published as they are by a hard link in place of a copy.
   *
   * @default false
   */
  link?: boolean
}

/** Options with every default in place. */
export interface ResolvedOptions {
  readonly manage: string
  readonly python: string | readonly string[] | undefined
  readonly settings: string | Readonly<Record<string, string>> | undefined
  readonly env: Readonly<Record<string, Readonly<Record<string, string>>>>
  readonly ignore: readonly string[] | undefined
  readonly entries: readonly string[]
  readonly overlay: boolean
  readonly compress: boolean
  readonly link: boolean
}

const KNOWN: readonly string[] = [
  'manage',
  'python',
  'settings',
  'env',
  'mode',
  'ignore',
  'entries',
  'overlay',
  'compress',
  'link',
]

/**
 * Checks the options and fills in the defaults.
 *
 * @param raw What the user wrote.
 * @throws {DjangoStaticError} `DJANGO_STATIC_OPTION` for an unknown name or a value that cannot be used.
 */
export function resolveOptions(raw: DjangoStaticOptions): ResolvedOptions {
  for (const name of Object.keys(raw)) {
    if (!KNOWN.includes(name)) {
      fail(`djangoStatic has no option \`${name}\`. It has ${KNOWN.join(', ')}.`)
    }
  }
  if (raw.mode === 'collect') {
    fail(
      "djangoStatic cannot do mode: 'collect' yet. Leave `mode` out: Kovu then writes STATIC_ROOT and its staticfiles.json itself, and `collectstatic` is not run.",
    )
  }
  if (raw.mode !== undefined && raw.mode !== 'own') {
    fail(`djangoStatic's \`mode\` is 'own', not ${JSON.stringify(raw.mode)}.`)
  }
  if (typeof raw.python === 'object' && raw.python.length === 0) {
    fail('djangoStatic was given an empty `python` command. Name at least the interpreter.')
  }
  return {
    manage: raw.manage ?? 'manage.py',
    python: raw.python,
    settings: raw.settings,
    env: raw.env ?? {},
    ignore: raw.ignore,
    entries: raw.entries ?? [],
    overlay: raw.overlay ?? true,
    compress: raw.compress ?? false,
    link: raw.link ?? false,
  }
}

function fail(message: string): never {
  throw new DjangoStaticError('DJANGO_STATIC_OPTION', message)
}
