import path from 'node:path'
import { LessYuiError } from './error.ts'

/** How a finished sheet is made small. */
export type Minifier = 'lightningcss' | 'yui' | 'yui-exact' | false

/** Options of {@link lessYui}; the README tells the consequences of each. */
export interface LessYuiOptions {
  /**
   * How finished CSS is made small.
   *
   * @default 'lightningcss'
   */
  minify?: Minifier
  /**
   * What `minify: 'lightningcss'` does with `*zoom`, `_height`, `\9`, `filter: progid:…` and `@media \0screen`.
   *
   * @default 'keep'
   */
  legacyHacks?: 'keep' | 'strip'
  /**
   * `'1.x'`: a newer less reads sources written for less 1.x (`math: 'always'`, inline JavaScript).
   *
   * @default undefined
   */
  lessVersion?: '1.x'
  /**
   * The less to use: a package name or a path, resolved from the Vite root, or the module itself.
   *
   * @default 'less'
   */
  implementation?: string | object
  /**
   * Options for `less.render`, passed through (`paths`, `globalVars`, `rewriteUrls`, `urlArgs`, `plugins` …).
   *
   * @default {}
   */
  less?: Readonly<Record<string, unknown>>
  /**
   * Does `x.less` win over an `x.css` that lies beside it?
   *
   * @default true
   */
  preferSource?: boolean
  /**
   * Sheets of the `css` target: globs below the Vite root. With Django's static files present, those that the project
   * mentions are added.
   *
   * @default []
   */
  entries?: string | readonly string[]
  /**
   * Folders outside the project that sheets may import from, relative to the Vite root.
   *
   * @default []
   */
  roots?: readonly string[]
  /**
   * Keep rendered sheets on disk between runs?
   *
   * @default true
   */
  cache?: boolean
}

/** Options with every default filled in. */
export interface ResolvedOptions {
  readonly minify: Minifier
  readonly legacyHacks: 'keep' | 'strip'
  readonly implementation: string | object
  readonly less: Readonly<Record<string, unknown>>
  readonly preferSource: boolean
  readonly entries: readonly string[]
  readonly roots: readonly string[]
  readonly cache: boolean
}

const KNOWN: readonly (keyof LessYuiOptions)[] = [
  'minify',
  'legacyHacks',
  'lessVersion',
  'implementation',
  'less',
  'preferSource',
  'entries',
  'roots',
  'cache',
]

/** What less 1.x did and newer versions only do when asked. */
const LESS_1: Readonly<Record<string, unknown>> = {
  math: 'always',
  javascriptEnabled: true,
  rewriteUrls: 'off',
  strictUnits: false,
}

/** Render options that the plugin sets itself. */
const OURS = ['filename', 'sourceMap', 'syncImport', 'rootFileInfo', 'pluginManager']

/**
 * Checks the options and fills in the defaults.
 *
 * @throws {@link LessYuiError} `LESS_YUI_OPTION` for an unknown name or value.
 */
export function resolveOptions(options: LessYuiOptions): ResolvedOptions {
  for (const name of Object.keys(options)) {
    if (!(KNOWN as readonly string[]).includes(name)) {
      throw refuse(`unknown option \`${name}\`; known are ${KNOWN.join(', ')}`)
    }
  }
  const { minify = 'lightningcss', legacyHacks = 'keep', lessVersion, less = {} } = options
  oneOf('minify', minify, ['lightningcss', 'yui', 'yui-exact', false])
  oneOf('legacyHacks', legacyHacks, ['keep', 'strip'])
  oneOf('lessVersion', lessVersion, ['1.x', undefined])
  for (const name of OURS) {
    if (name in less) throw refuse(`\`less.${name}\` is set by the plugin; leave it out`)
  }
  const { entries = [] } = options
  return {
    minify,
    legacyHacks,
    implementation: options.implementation ?? 'less',
    less: lessVersion === '1.x' ? { ...LESS_1, ...less } : less,
    preferSource: options.preferSource ?? true,
    entries: typeof entries === 'string' ? [entries] : entries,
    roots: options.roots ?? [],
    cache: options.cache ?? true,
  }
}

function oneOf(name: string, value: unknown, values: readonly unknown[]): void {
  if (values.includes(value)) return
  const list = values.map((known) => JSON.stringify(known) ?? 'undefined').join(' | ')
  throw refuse(`\`${name}\` is ${JSON.stringify(value)}, expected ${list}`)
}

function refuse(message: string): LessYuiError {
  return new LessYuiError('LESS_YUI_OPTION', `less-yui: ${message}.`)
}

/** The search paths among the render options, absolute. */
export function searchPaths(less: Readonly<Record<string, unknown>>, root: string): string[] {
  const { paths = [] } = less as { paths?: string | readonly string[] }
  const list = typeof paths === 'string' ? paths.split(path.delimiter) : paths
  return list.map((folder) => path.resolve(root, folder))
}

/** The render options with what names files made absolute: search paths, and variables that are given as a file. */
export function absolute(
  less: Readonly<Record<string, unknown>>,
  root: string,
): Record<string, unknown> {
  const made: Record<string, unknown> = { ...less, paths: searchPaths(less, root) }
  for (const name of ['globalVars', 'modifyVars']) {
    const value = less[name]
    if (typeof value === 'string') made[name] = path.resolve(root, value)
  }
  return made
}
