/** r.js build files: evaluated in a sandbox, laid over their main configuration, normalized. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { normalizePath } from 'vite'
import { AmdError } from '../error.ts'
import type { BuildFile, BuildModule, BuildNote, RequireConfig } from '../types.ts'
import { mergeConfig } from './merge.ts'
import { readConfig } from './read.ts'
import { minifierOf } from './minifier.ts'
import { isBuildKey, notesOn } from './notes.ts'
import { isObjectKey, isRuntimeKey, type RjsBuild, type RjsModule } from './rjs.ts'
import { evaluateFile } from './sandbox.ts'
import { isTable, list, plainShims, withoutUndefined } from './values.ts'
import { readWrap } from './wrap.ts'

/** How {@link readBuildFile} finds files. */
export interface BuildFileOptions {
  /** Folder that a relative path is relative to, and an object's paths; Vite's root. */
  readonly root: string
  /**
   * The source behind a path of a folder that only a Makefile fills (an `appDir` that `collectstatic` writes). Asked
   * before the path itself, so that stale copies are never read.
   */
  readonly locate?: ((path: string, appDir: string | undefined) => string | undefined) | undefined
}

/**
 * Reads an r.js build file, or takes its content from the options.
 *
 * The file is run by `node:vm` in a context of its own, as r.js evaluates it (one parenthesised object), or as a CommonJS
 * file with `module.exports`; `require`, `process` and timers are not there.
 *
 * @param input A path, or the content.
 * @returns The build file with all paths absolute.
 * @throws `REQUIREJS_AMD_BUILD_FILE` when it cannot be run or lacks what a build needs.
 */
export async function readBuildFile(
  input: string | RjsBuild,
  options: BuildFileOptions,
): Promise<BuildFile> {
  const file = typeof input === 'string' ? normalizePath(resolve(options.root, input)) : undefined
  const folder = file === undefined ? normalizePath(resolve(options.root)) : dirname(file)
  const build = typeof input === 'string' ? await evaluateFile(file as string) : input
  const fail = (message: string): AmdError =>
    new AmdError('REQUIREJS_AMD_BUILD_FILE', message, file === undefined ? undefined : { file })
  const path = (value: string, base = folder): string =>
    normalizePath(resolve(base, value)).replace(/(.)\/+$/, '$1')

  const appDir = build.appDir === undefined || build.appDir === '' ? undefined : path(build.appDir)
  const locate = (wanted: string): string => options.locate?.(wanted, appDir) ?? wanted

  let main: RequireConfig = {}
  let mainFolder: string | undefined
  const dynamic: Record<string, string> = {}
  const unread: BuildNote[] = []
  const mainConfigFiles = list(build.mainConfigFile).map((name) => locate(path(name)))
  for (const mainFile of mainConfigFiles) {
    if (!existsSync(mainFile)) throw fail(`The mainConfigFile ${mainFile} does not exist.`)
    const read = readConfig(await readFile(mainFile, 'utf8'), { file: mainFile, first: true })
    if (read) {
      main = mixed(main, read.config)
      Object.assign(dynamic, read.dynamic)
    } else {
      unread.push({
        key: 'mainConfigFile',
        reason: `${mainFile} has no require.config() call with an object literal`,
        instead: 'the file that has one',
      })
    }
    mainFolder ??= dirname(path(list(build.mainConfigFile)[0] ?? ''))
  }

  return assemble(build, {
    file,
    folder,
    appDir,
    main,
    mainFolder,
    mainConfigFiles,
    dynamic,
    unread,
    path,
    fail,
  })
}

/** What a build file and its layers' overrides are read with. */
interface Reading {
  readonly file: string | undefined
  readonly folder: string
  readonly appDir: string | undefined
  readonly main: RequireConfig
  readonly mainFolder: string | undefined
  readonly mainConfigFiles: readonly string[]
  readonly dynamic: Readonly<Record<string, string>>
  /** Main configuration files that say nothing. */
  readonly unread: readonly BuildNote[]
  readonly path: (value: string, base?: string) => string
  readonly fail: (message: string) => AmdError
}

async function assemble(build: RjsBuild, reading: Reading): Promise<BuildFile> {
  const { file, folder, appDir, main, mainFolder, path, fail } = reading
  const own: RequireConfig = {}
  for (const [key, value] of Object.entries(build)) if (!isBuildKey(key)) own[key] = value
  own.shim = own.shim && plainShims(own.shim)
  const { baseUrl: mainBaseUrl, ...mainRest } = main
  const { baseUrl: ownBaseUrl, ...ownRest } = own
  const config = withoutUndefined(mixed(mainRest, withoutUndefined(ownRest)))

  // r.js: the build file's baseUrl; else the main configuration's, relative to appDir or its own folder; else its folder.
  const baseUrl =
    ownBaseUrl !== undefined
      ? path(ownBaseUrl, appDir)
      : mainBaseUrl !== undefined && !/^(?:\w+:)?\//.test(mainBaseUrl)
        ? path(mainBaseUrl, appDir ?? mainFolder)
        : (mainFolder ?? appDir ?? folder)

  if (build.modules && build.out !== undefined)
    throw fail('`modules` and `out` exclude each other.')
  if (build.modules && build.name !== undefined)
    throw fail('`modules` and `name` exclude each other.')
  const onlyCss = build.cssIn !== undefined
  const given = onlyCss
    ? []
    : (build.modules ??
      (build.name !== undefined || build.include !== undefined
        ? [{ ...build, name: build.name ?? '', stubModules: [] }]
        : []))
  const modules: BuildModule[] = []
  const inner: BuildNote[] = []
  for (const module of given) {
    const variant = await overridden(build, module, reading)
    inner.push(...(variant?.notes ?? []))
    modules.push(normalizeModule(module, build.stubModules, variant, fail))
  }
  if (build.out === undefined && build.dir === undefined && !onlyCss)
    throw fail('It has neither `out` nor `dir`.')

  const wrapFiles: string[] = []
  const { options: minifier, notes } = minifierOf(build)
  const { out, dir, bundlesConfigOutFile } = build
  if (bundlesConfigOutFile !== undefined && dir === undefined)
    throw fail('`bundlesConfigOutFile` is for a build with `dir`.')
  return {
    file,
    folder,
    appDir,
    baseUrl,
    dir: dir === undefined ? undefined : path(dir),
    out: onlyCss || typeof out !== 'string' || out === 'stdout' ? undefined : path(out),
    single: !onlyCss && out !== undefined,
    modules,
    config,
    dynamic: reading.dynamic,
    mainConfigFiles: reading.mainConfigFiles,
    findNestedDependencies: build.findNestedDependencies ?? false,
    inlineText: build.inlineText ?? true,
    optimize: build.optimize ?? 'uglify',
    minifier,
    wrap: await readWrap(build.wrap, path, wrapFiles),
    preserveLicenseComments: build.preserveLicenseComments ?? true,
    generateSourceMaps: build.generateSourceMaps,
    skipModuleInsertion: build.skipModuleInsertion ?? false,
    wrapShim: build.wrapShim ?? false,
    namespace: build.namespace ?? '',
    removeCombined: build.removeCombined ?? false,
    bundlesConfigOutFile:
      bundlesConfigOutFile === undefined ? undefined : path(bundlesConfigOutFile, path(dir ?? '')),
    writeBuildTxt: build.writeBuildTxt ?? false,
    rawText: build.rawText ?? {},
    sources: {
      onBuildRead: build.onBuildRead,
      cjsTranslate: build.cjsTranslate ?? false,
      keepAmdefine: build.keepAmdefine ?? false,
      skipPragmas: build.skipPragmas ?? false,
      pragmas: build.pragmas ?? {},
      pragmasOnSave: build.pragmasOnSave ?? {},
      has: build.has ?? {},
      hasOnSave: build.hasOnSave ?? {},
    },
    onBuildWrite: build.onBuildWrite,
    onModuleBundleComplete: build.onModuleBundleComplete,
    raw: { ...build },
    write:
      typeof out === 'function'
        ? out
        : out === 'stdout'
          ? (text) => void process.stdout.write(text)
          : undefined,
    notes: [...notesOn(build), ...reading.unread, ...notes, ...inner],
    watch: [...(file === undefined ? [] : [file]), ...reading.mainConfigFiles, ...wrapFiles],
  }
}

/** As r.js lays configurations over each other: also keys that only a loader plugin knows, one level deep. */
function mixed(under: RequireConfig, over: RequireConfig): RequireConfig {
  const merged = mergeConfig(under, over)
  for (const [key, value] of Object.entries(over)) {
    const before = under[key]
    if (!isRuntimeKey(key) && isTable(before) && isTable(value))
      merged[key] = { ...before, ...value }
  }
  return merged
}

/** Keys that say where the whole build comes from and goes to. */
const WHOLE = ['appDir', 'dir', 'out', 'name', 'modules', 'mainConfigFile', 'baseUrl']

/** The build file as a layer has it. */
async function overridden(
  build: RjsBuild,
  module: RjsModule,
  reading: Reading,
): Promise<BuildFile | undefined> {
  const override = isTable(module) ? module.override : undefined
  if (override === undefined || override === null || Object.keys(override).length === 0)
    return undefined
  for (const key of WHOLE) {
    if (Object.hasOwn(override, key))
      throw reading.fail(
        `\`${key}\` cannot be overridden for one layer ('${module.name}'). Give that layer a build file of its own.`,
      )
  }
  const merged: Record<string, unknown> = { ...build, modules: [] }
  for (const [key, value] of Object.entries(override)) {
    const under = merged[key]
    merged[key] =
      isObjectKey(key) && isTable(under) && isTable(value) ? { ...under, ...value } : value
  }
  const variant = await assemble(merged, reading)
  const known = new Set(Object.keys(build))
  return {
    ...variant,
    notes: variant.notes
      .filter(({ key }) => !known.has(key.split('.')[0] ?? ''))
      .map(({ key, reason, instead }) => ({ key: `override.${key}`, reason, instead })),
  }
}

function normalizeModule(
  module: RjsModule,
  stubModules: readonly string[] | undefined,
  own: BuildFile | undefined,
  fail: (text: string) => Error,
): BuildModule {
  if (typeof module !== 'object' || module === null || Array.isArray(module)) {
    throw fail('An entry of `modules` is no object with a `name`.')
  }
  return {
    name: module.name || undefined,
    create: module.create ?? false,
    include: list(module.include),
    exclude: list(module.exclude),
    excludeShallow: list(module.excludeShallow),
    insertRequire: list(module.insertRequire),
    stubModules: [...list(stubModules), ...list(module.stubModules)],
    scripts: true,
    own,
  }
}
