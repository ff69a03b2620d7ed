import path from 'node:path'
import { LessYuiError } from '../error.ts'
import type { LessYuiOptions } from '../options.ts'

/** What an old command line means today. */
export interface FromArgs extends LessYuiOptions {
  less: Record<string, unknown>
}

/** What a flag does with the options; `value` is what stands behind its equals sign. */
type Flag = (options: FromArgs, value: string | undefined, written: string) => void

/** A flag that sets a render option to one value. */
const set =
  (name: string, to: unknown): Flag =>
  ({ less }) =>
    void (less[name] = to)

/** A flag whose value is that of a render option. */
const take =
  (name: string, read: (value: string, written: string) => unknown = String): Flag =>
  ({ less }, value, written) => {
    if (!value)
      throw refuse(`\`${written}\` needs its value behind an equals sign: \`${written}=…\`.`)
    less[name] = read(value, written)
  }

/** A flag that never changed the output, or that only concerned the terminal. */
const nothing: Flag = () => {}

const minified: Flag = (options) => void (options.minify ??= 'lightningcss')

/** A flag that means something no longer. */
const gone =
  (instead: string): Flag =>
  (_options, _value, written) => {
    throw refuse(`\`${written}\` ${instead}`)
  }

const variable =
  (key: 'globalVars' | 'modifyVars'): Flag =>
  (options, value, written) =>
    take(key, (text) => {
      const [name = '', ...rest] = text.split('=')
      const known = options.less[key] as Record<string, string> | undefined
      return { ...known, [name.replace(/^@/, '')]: rest.join('=') }
    })(options, value, written)

const rewriteUrls: Flag = (options, value = 'all', written) =>
  take('rewriteUrls', oneOf('off', 'local', 'all'))(options, value, written)

/** Every flag of every `lessc` since 1.3, without its dashes. */
const FLAGS: Readonly<Record<string, Flag>> = {
  'yui-compress': (options) => void (options.minify = 'yui-exact'),
  x: minified,
  compress: minified,
  'clean-css': minified,
  'clean-option': minified,
  'include-path': take('paths', (value) =>
    value.split(value.includes(';') ? ';' : ':').map((part) => path.normalize(part)),
  ),
  rp: take('rootpath', (value) => value.replaceAll('\\', '/')),
  rootpath: take('rootpath', (value) => value.replaceAll('\\', '/')),
  'url-args': take('urlArgs'),
  ru: rewriteUrls,
  'rewrite-urls': rewriteUrls,
  'relative-urls': rewriteUrls,
  'global-var': variable('globalVars'),
  'modify-var': variable('modifyVars'),
  sm: take('strictMath', boolean),
  'strict-math': take('strictMath', boolean),
  su: take('strictUnits', boolean),
  'strict-units': take('strictUnits', boolean),
  m: take('math', math),
  math: take('math', math),
  js: set('javascriptEnabled', true),
  'no-js': set('javascriptEnabled', false),
  'ie-compat': set('ieCompat', true),
  'no-ie-compat': set('ieCompat', false),
  'strict-imports': set('strictImports', true),
  insecure: set('insecure', true),
  'disable-plugin-rule': set('disablePluginRule', true),
  'line-numbers': take('dumpLineNumbers', oneOf('comments', 'mediaquery', 'all')),
  s: set('silent', true),
  silent: set('silent', true),
  quiet: set('quiet', true),
  'quiet-deprecations': set('quietDeprecations', true),
  O0: nothing,
  O1: nothing,
  O2: nothing,
  verbose: nothing,
  'no-color': nothing,
  l: gone('only checked the syntax: `vite build` fails where it is wrong.'),
  lint: gone('only checked the syntax: `vite build` fails where it is wrong.'),
  M: gone('printed what a sheet depends on, for make. That is tracked here; leave it out.'),
  depends: gone('printed what a sheet depends on, for make. That is tracked here; leave it out.'),
  'max-line-len': gone('broke long lines for old tools. Leave it out, or set `minify: false`.'),
  v: gone('printed the version and compiled nothing. Leave it out.'),
  version: gone('printed the version and compiled nothing. Leave it out.'),
  h: gone('printed the help and compiled nothing. Leave it out.'),
  help: gone('printed the help and compiled nothing. Leave it out.'),
  plugin: gone(
    'named a plugin. Give it itself, `less: { plugins: [new Plugin()] }`, or write `@plugin "…"` in the sheet.',
  ),
  autoprefix: gone(
    'was a plugin of lessc. Put autoprefixer into the PostCSS config of the project.',
  ),
}

/** `build.sourcemap` and `css.devSourcemap` decide. */
const SOURCE_MAP =
  /^source-map(?:-(?:rootpath|basepath|url|(?:map-|less-)?inline|include-source|no-annotation))?$/

/**
 * Reads the flags of a `lessc` command line as any version since 1.3 understood them.
 *
 * @param line `--yui-compress -O2 --include-path=less:vendor`; input and output files may stand in it and are passed over,
 *   as may the word `lessc` and what follows `>` or `|`.
 * @returns Options for `lessYui`.
 * @throws {@link LessYuiError} `LESS_YUI_OPTION` for a flag that no longer means anything, saying what takes its place.
 */
export function fromArgs(line: string | readonly string[]): FromArgs {
  const options: FromArgs = { less: {} }
  for (const word of typeof line === 'string' ? split(line) : line) {
    if (/^[|>]/.test(word)) break
    const folder = /^-I(.+)$/.exec(word)?.[1]
    const flag = /^(--?([a-z][\da-z-]*))(?:=([^]*))?$/i.exec(word)
    if (folder !== undefined) {
      const paths = (options.less.paths ?? []) as readonly string[]
      options.less.paths = [...paths, path.normalize(folder)]
    } else if (flag) {
      const [, written = word, name = '', value] = flag
      const known = Object.hasOwn(FLAGS, name) ? FLAGS[name] : undefined
      const act = known ?? (SOURCE_MAP.test(name) ? nothing : unknown)
      act(options, value, written)
    }
  }
  return options
}

/** Since less 2 an unknown flag is the name of a plugin. */
const unknown: Flag = (_options, _value, written) => {
  const name = written.replace(/^--?/, '')
  throw refuse(
    `\`${written}\` is no flag that lessc ever had. If it stands for a plugin (less-plugin-${name}), give that itself: \`less: { plugins: [new Plugin()] }\`.`,
  )
}

function boolean(value: string, written: string): boolean {
  if (/^(?:on|t|true|y|yes)$/i.test(value)) return true
  if (/^(?:off|f|false|n|no)$/i.test(value)) return false
  throw refuse(`\`${written}=${value}\`: expected on, off, true, false, yes or no.`)
}

/** `strict-legacy` has been `strict` since less 4. */
function math(value: string, written: string): string {
  if (value === 'strict-legacy') return 'strict'
  return oneOf('always', 'parens-division', 'parens', 'strict')(value, written)
}

function oneOf(...values: readonly string[]): (value: string, written: string) => string {
  return (value, written) => {
    if (values.includes(value)) return value
    throw refuse(`\`${written}=${value}\`: expected ${values.join(', ')}.`)
  }
}

function refuse(message: string): LessYuiError {
  return new LessYuiError('LESS_YUI_OPTION', `less-yui: ${message}`)
}

/** Splits a command line at white space, minding quotes. */
function split(line: string): string[] {
  return [...line.matchAll(/(?:[^\s"']|"[^"]*"|'[^']*')+/g)].map(([word]) =>
    word.replaceAll(/"([^"]*)"|'([^']*)'/g, (_all, double?: string, single?: string) =>
      String(double ?? single),
    ),
  )
}
