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
   * Who writes STATIC_ROOT: Kovu all of it (`own`), or Django's `collectstatic`, from the finders' folders and one that Kovu
   * fills (`collect`).
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
  /**
   * How many releases `kovu gc` leaves. A build deletes nothing.
   *
   * @default 5
   */
  keep?: number
  /**
   * File for a manifest as Vite writes it, from Vite's root: for django-vite and other readers.
   *
   * @default undefined
   */
  viteManifest?: string
  /**
   * File for the `integrity` values (SHA-384) of scripts and style sheets by public name, from Vite's root.
   *
   * @default undefined
   */
  integrity?: string
  /**
   * File for a RequireJS configuration that maps module ids to hashed names, from Vite's root.
   *
   * @default undefined
   */
  requirejsMap?: string
  /**
   * Folder for source maps, from Vite's root: they are then not published, and no comment names them.
   *
   * @default undefined
   */
  hiddenSourceMaps?: string
  /**
   * With `mode: 'collect'`: the folder for what Kovu makes, from Vite's root. It belongs into STATICFILES_DIRS.
   *
   * @default 'build/static'
   */
  collectDir?: string
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
  readonly mode: 'own' | 'collect'
  readonly keep: number
  readonly viteManifest: string | undefined
  readonly integrity: string | undefined
  readonly requirejsMap: string | undefined
  readonly hiddenSourceMaps: string | undefined
  readonly collectDir: string
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
  'keep',
  'viteManifest',
  'integrity',
  'requirejsMap',
  'hiddenSourceMaps',
  'collectDir',
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
  if (raw.mode !== undefined && raw.mode !== 'own' && raw.mode !== 'collect') {
    fail(`djangoStatic's \`mode\` is 'own' or 'collect', not ${JSON.stringify(raw.mode)}.`)
  }
  if (typeof raw.python === 'object' && raw.python.length === 0) {
    fail('djangoStatic was given an empty `python` command. Name at least the interpreter.')
  }
  if (raw.keep !== undefined && (!Number.isInteger(raw.keep) || raw.keep < 1)) {
    fail(`djangoStatic's \`keep\` is a number of releases from 1 on, not ${String(raw.keep)}.`)
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
    mode: raw.mode ?? 'own',
    keep: raw.keep ?? 5,
    viteManifest: raw.viteManifest,
    integrity: raw.integrity,
    requirejsMap: raw.requirejsMap,
    hiddenSourceMaps: raw.hiddenSourceMaps,
    collectDir: raw.collectDir ?? 'build/static',
  }
}

function fail(message: string): never {
  throw new DjangoStaticError('DJANGO_STATIC_OPTION', message)
}
