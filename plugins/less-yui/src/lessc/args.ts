import path from 'node:path'
import { LessYuiError } from '../error.ts'
import type { LessYuiOptions } from '../options.ts'

/** What an old command line means today. */
export interface FromArgs extends LessYuiOptions {
  less: Record<string, unknown>
}

/** Flags that mean an option of `less.render`, with the value they give. */
const SWITCHES: Readonly<Record<string, readonly [option: string, value: unknown]>> = {
  '--js': ['javascriptEnabled', true],
  '--no-js': ['javascriptEnabled', false],
  '--no-ie-compat': ['ieCompat', false],
  '--strict-imports': ['strictImports', true],
  '-sm': ['strictMath', true],
  '-su': ['strictUnits', true],
  '-ru': ['rewriteUrls', 'all'],
  '--relative-urls': ['rewriteUrls', 'all'],
  '--insecure': ['insecure', true],
  '-s': ['silent', true],
  '--silent': ['silent', true],
  '--quiet': ['quiet', true],
}

/** Flags with a value: `--name=value`, or `--name value` where lessc took it so. */
const VALUES: Readonly<Record<string, string>> = {
  '--strict-math': 'strictMath',
  '--strict-units': 'strictUnits',
  '--math': 'math',
  '-m': 'math',
  '--rewrite-urls': 'rewriteUrls',
  '--rootpath': 'rootpath',
  '-rp': 'rootpath',
  '--url-args': 'urlArgs',
  '--line-numbers': 'dumpLineNumbers',
}

/** Flags that never changed the output, or that only concerned the terminal. */
const NOTHING =
  /^(?:-O[0-2]|--O[0-2]|--optimization=.*|--no-color|--verbose|-V|--lint|-l|-M|--depends)$/

/** Flags of which the plugin takes care itself. */
const OURS = /^--source-map/

/**
 * Reads the flags of a `lessc` command line as any version since 1.3 understood them.
 *
 * @param line `--yui-compress -O2 --include-path=less:vendor`; input and output files may stand in it and are passed over,
 *   as may the word `lessc`.
 * @returns Options for `lessYui`.
 * @throws {@link LessYuiError} `LESS_YUI_OPTION` for a flag that no longer exists, saying what takes its place.
 */
export function fromArgs(line: string | readonly string[]): FromArgs {
  const words = typeof line === 'string' ? split(line) : line
  const options: FromArgs = { less: {} }
  for (const word of words) {
    if (!word.startsWith('-') || word === '-') continue
    read(word, options)
  }
  return options
}

function read(word: string, options: FromArgs): void {
  const { less } = options
  const equals = word.indexOf('=')
  const flag = equals < 0 ? word : word.slice(0, equals)
  const value = equals < 0 ? undefined : word.slice(equals + 1)
  if (NOTHING.test(word) || OURS.test(word)) return
  if (word === '--yui-compress') {
    options.minify = 'yui-exact'
  } else if (word === '-x' || word === '--compress' || flag === '--clean-css') {
    options.minify ??= 'lightningcss'
  } else if (flag === '--include-path' && value !== undefined) {
    less.paths = value.split(value.includes(';') ? ';' : ':').map((part) => path.normalize(part))
  } else if ((flag === '--global-var' || flag === '--modify-var') && value !== undefined) {
    const key = flag === '--global-var' ? 'globalVars' : 'modifyVars'
    const [name = '', ...rest] = value.split('=')
    less[key] = { ...(less[key] as object | undefined), [name.replace(/^@/, '')]: rest.join('=') }
  } else if (flag in SWITCHES && value === undefined) {
    const [name, set] = SWITCHES[flag] ?? ['', undefined]
    less[name] = set
  } else if (flag in VALUES && value !== undefined) {
    const name = VALUES[flag] ?? ''
    less[name] = /^(?:on|true|yes)$/i.test(value)
      ? true
      : /^(?:off|false|no)$/i.test(value) && name !== 'rewriteUrls'
        ? false
        : value
  } else {
    throw new LessYuiError('LESS_YUI_OPTION', `less-yui: ${gone(word, flag)}`)
  }
}

function gone(word: string, flag: string): string {
  if (flag === '--plugin') {
    return `\`${word}\`: give the plugin itself, \`less: { plugins: [new Plugin()] }\`, or write \`@plugin "…"\` in the sheet.`
  }
  if (flag in VALUES || flag === '--include-path' || flag.endsWith('-var')) {
    return `\`${word}\` needs its value behind an equals sign: \`${flag}=…\`.`
  }
  return `\`${word}\` is no flag of lessc that still means something; see the table in the README.`
}

/** Splits a command line at white space, minding quotes. */
function split(line: string): string[] {
  return [...line.matchAll(/(?:[^\s"']|"[^"]*"|'[^']*')+/g)].map(([word]) =>
    word.replaceAll(/"([^"]*)"|'([^']*)'/g, (_all, double?: string, single?: string) =>
      String(double ?? single),
    ),
  )
}
