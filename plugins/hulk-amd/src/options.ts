/** Options of `hulkAmd`. The README says what each value means. */
export interface HulkAmdOptions {
  /**
   * Which files are templates, as globs; each must end in a fixed suffix.
   *
   * @default ['**\/*.mustache', '**\/*.hogan']
   */
  include?: string | readonly string[]
  /**
   * What a derived `.js` file holds. An `import` of a template gives an ES module whatever is set here.
   *
   * @default 'amd'
   */
  format?: 'amd' | 'esm' | 'cjs'
  /**
   * How `hello.template.mustache` is called: `hello.template.js` by 'source', `hello.js` by 'hulk'.
   *
   * @default 'source'
   */
  naming?: 'source' | 'hulk'
  /**
   * Where the `templates` target writes, relative to the root.
   *
   * @default 'node_modules/.kovu/templates'
   */
  outDir?: string
  /**
   * Put before each template's name, as hulk's `--namespace`.
   *
   * @default ''
   */
  namespace?: string
  /**
   * The id by which AMD and CommonJS templates ask for Hogan.
   *
   * @default 'hogan.js'
   */
  hoganId?: string
  /**
   * The global that hulk's first line makes.
   *
   * @default 'templates'
   */
  variable?: string
  /**
   * Folders in which partials are looked up by name, relative to the root, after the folder of the template.
   *
   * @default the root, and the folders of Django's finders
   */
  partials?: readonly string[]
  /**
   * Keeps the source of each template so that lambdas that take text, and partials given as text, work in ES modules.
   * Adds a compiler (without `eval`) to what the browser loads.
   *
   * @default false
   */
  lambdas?: boolean
  /**
   * ES modules by the letter of the Mustache specification, where hogan.js reads it otherwise. AMD and CommonJS files run on
   * hogan.js itself and stay as they are.
   *
   * @default false
   */
  spec?: boolean
  /**
   * Warnings, each of which can be turned off.
   *
   * @default { unescaped: true, unquoted: true, partials: true }
   */
  lint?: boolean | LintOptions
  /**
   * Writes a `.d.ts` beside each imported template, with the type of its context.
   *
   * @default false
   */
  types?: boolean
}

/** Which warnings are given. */
export interface LintOptions {
  /** `{{{x}}}` inside an attribute or a script. */
  unescaped?: boolean
  /** `{{x}}` as an attribute's value without quotes. */
  unquoted?: boolean
  /** Partials that are not found, or that include themselves without end. */
  partials?: boolean
}

/** The options with their defaults. */
export interface ResolvedOptions {
  readonly include: readonly string[]
  readonly format: 'amd' | 'esm' | 'cjs'
  readonly naming: 'source' | 'hulk'
  readonly outDir: string | undefined
  readonly namespace: string
  readonly hoganId: string
  readonly variable: string
  readonly partials: readonly string[] | undefined
  readonly lambdas: boolean
  readonly spec: boolean
  readonly lint: Required<LintOptions>
  readonly types: boolean
}

const KNOWN: Readonly<Record<keyof HulkAmdOptions, (value: unknown) => boolean>> = {
  include: (value) => typeof value === 'string' || Array.isArray(value),
  format: (value) => value === 'amd' || value === 'esm' || value === 'cjs',
  naming: (value) => value === 'source' || value === 'hulk',
  outDir: isText,
  namespace: isText,
  hoganId: isText,
  variable: (value) => isText(value) && /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(value),
  partials: Array.isArray,
  lambdas: isBoolean,
  spec: isBoolean,
  lint: (value) => isBoolean(value) || (typeof value === 'object' && value !== null),
  types: isBoolean,
}

/**
 * Checks the options and fills in the defaults.
 *
 * @throws An error that names an unknown option or a value that cannot be.
 */
export function resolveOptions(options: HulkAmdOptions): ResolvedOptions {
  for (const [key, value] of Object.entries(options)) {
    const check = KNOWN[key as keyof HulkAmdOptions] as ((value: unknown) => boolean) | undefined
    if (!check) {
      throw new Error(
        `[hulk-amd] HULK_AMD_OPTION: there is no option '${key}'. There are: ${Object.keys(KNOWN).join(', ')}.`,
      )
    }
    if (value !== undefined && !check(value)) {
      throw new Error(`[hulk-amd] HULK_AMD_OPTION: ${key} cannot be ${JSON.stringify(value)}.`)
    }
  }
  const { include = ['**/*.mustache', '**/*.hogan'], lint = true } = options
  const all = lint !== false
  const chosen = typeof lint === 'object' ? lint : {}
  return {
    include: typeof include === 'string' ? [include] : include,
    format: options.format ?? 'amd',
    naming: options.naming ?? 'source',
    outDir: options.outDir,
    namespace: options.namespace ?? '',
    hoganId: options.hoganId ?? 'hogan.js',
    variable: options.variable ?? 'templates',
    partials: options.partials,
    lambdas: options.lambdas ?? false,
    spec: options.spec ?? false,
    lint: { unescaped: all, unquoted: all, partials: all, ...chosen },
    types: options.types ?? false,
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

function isBoolean(value: unknown): value is boolean {
  return typeof value === 'boolean'
}
