import { dirname, join } from 'node:path'

import { keyOf } from './learn.ts'
import { linkedInputs } from './linked.ts'
import { look } from './stamps.ts'

/** What package managers write: a changed dependency shows in one of these. */
const lockfiles = [
  'package-lock.json',
  'npm-shrinkwrap.json',
  'pnpm-lock.yaml',
  'yarn.lock',
  'bun.lock',
  'bun.lockb',
  'node_modules/.package-lock.json',
  'node_modules/.modules.yaml',
  'node_modules/.yarn-state.yml',
]

/** Files of the root from which Vite and what it runs take options without being told. */
const configFiles = [
  'package.json',
  'tsconfig.json',
  '.browserslistrc',
  '.postcssrc',
  ...['json', 'yaml', 'yml', 'js', 'mjs', 'cjs', 'ts'].map((end) => `.postcssrc.${end}`),
  ...['js', 'mjs', 'cjs', 'ts', 'mts', 'cts'].map((end) => `postcss.config.${end}`),
]

/** The names under which Vite looks for its config. */
export const viteConfigs: readonly string[] = ['js', 'mjs', 'ts', 'cjs', 'mts', 'cts'].map(
  (end) => `vite.config.${end}`,
)

/** A loaded config, as far as it says what it was made of. */
export interface LoadedConfig {
  readonly root: string
  readonly mode: string
  /** Where `.env` files are, or false. */
  readonly envDir: string | false
  readonly configFile: string | undefined
  /** Files that the config file imports. */
  readonly configFileDependencies: readonly string[]
  /** Variables with these beginnings are compiled into the code. */
  readonly envPrefix?: string | readonly string[] | undefined
}

/**
 * What every target depends on: the Vite config and what it imports, `.env` files, the lockfile, packages of the same workspace, the
 * environment.
 *
 * @param variables Names of environment variables that the config has read.
 * @param more What the project and its plugins name themselves, as `TargetContext.input` takes it.
 * @returns Keys of marks; files that do not exist are among them, since they may come.
 */
export function baseInputs(
  config: LoadedConfig,
  variables: Iterable<string>,
  more: readonly string[],
): string[] {
  const { root, mode, envDir, configFile, configFileDependencies } = config
  const env = ['.env', '.env.local', `.env.${mode}`, `.env.${mode}.local`]
  return [
    ...(configFile === undefined ? viteConfigs.map((name) => join(root, name)) : [configFile]),
    ...packageInputs(root),
    ...[...configFileDependencies, ...more].flatMap((what) => keyOf(what, root) ?? []),
    ...configFiles.map((name) => join(root, name)),
    ...(envDir === false ? [] : env.map((name) => join(envDir, name))),
    ...[...variables].map((name) => `env:${name}`),
    ...[config.envPrefix ?? 'VITE_'].flat().map((prefix) => `env:${prefix}*`),
    'env:NODE_ENV',
  ]
}

/** What tells that a package has changed: the lockfile, and the packages of the same workspace. Code of packages is loaded once. */
export function packageInputs(root: string): string[] {
  const folders = new Set([root, packageFolder(root)])
  return [
    ...[...folders].flatMap((folder) => lockfiles.map((name) => join(folder, name))),
    ...linkedInputs(root),
  ]
}

/** The folder whose lockfile counts: the nearest that has one. */
function packageFolder(root: string): string {
  for (let folder = root; ; folder = dirname(folder)) {
    if (lockfiles.some((name) => look(join(folder, name)) !== undefined)) return folder
    if (folder === dirname(folder)) return root
  }
}
