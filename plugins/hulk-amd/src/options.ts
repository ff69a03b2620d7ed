import { nearest } from './nearest.ts'

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

interface Rule {
  readonly takes: string
  accepts(value: unknown): boolean
}

const LINTS = ['unescaped', 'unquoted', 'partials']
const IDENTIFIER_RE = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u
const yesOrNo: Rule = { takes: 'true or false', accepts: (value) => typeof value === 'boolean' }
const text: Rule = { takes: 'a text', accepts: isText }

const RULES: Readonly<Record<keyof HulkAmdOptions, Rule>> = {
  include: {
    takes: 'a glob, or a list of globs',
    accepts: (value) => isText(value) || isListOfTexts(value),
  },
  format: oneOf('amd', 'esm', 'cjs'),
  naming: oneOf('source', 'hulk'),
  outDir: text,
  namespace: text,
  hoganId: text,
  variable: {
    takes: 'the name of a JavaScript variable',
    accepts: (value) => isText(value) && IDENTIFIER_RE.test(value),
  },
  partials: { takes: 'a list of folders', accepts: isListOfTexts },
  lambdas: yesOrNo,
  spec: yesOrNo,
  lint: {
    takes: `true, false, or an object with some of ${LINTS.join(', ')}, each true or false`,
    accepts: (value) => yesOrNo.accepts(value) || isLint(value),
  },
  types: yesOrNo,
}

/**
 * Checks the options and fills in the defaults.
 *
 * @throws An error that names an unknown option or a value that cannot be.
 */
export function resolveOptions(options: HulkAmdOptions): ResolvedOptions {
  for (const [key, value] of Object.entries(options)) {
    const rule = RULES[key as keyof HulkAmdOptions] as Rule | undefined
    if (!rule) {
      const near = nearest(key, Object.keys(RULES))
      const hint = near ? `Did you mean '${near}'?` : `There are: ${Object.keys(RULES).join(', ')}.`
      throw new Error(`[hulk-amd] HULK_AMD_OPTION: there is no option '${key}'. ${hint}`)
    }
    if (value !== undefined && !rule.accepts(value)) {
      throw new Error(
        `[hulk-amd] HULK_AMD_OPTION: ${key} cannot be ${JSON.stringify(value)}: it takes ${rule.takes}.`,
      )
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
    lint: {
      unescaped: chosen.unescaped ?? all,
      unquoted: chosen.unquoted ?? all,
      partials: chosen.partials ?? all,
    },
    types: options.types ?? false,
  }
}

function oneOf(...words: readonly string[]): Rule {
  return {
    takes: words.map((word) => `'${word}'`).join(' or '),
    accepts: (value) => words.includes(value as string),
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

function isListOfTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((one) => isText(one))
}

function isLint(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.entries(value).every(
      ([key, one]) => LINTS.includes(key) && (one === undefined || typeof one === 'boolean'),
    )
  )
}
