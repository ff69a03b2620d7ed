/** r.js build files: evaluated in a sandbox, laid over their main configuration, normalized. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import vm from 'node:vm'
import { normalizePath } from 'vite'
import { AmdError } from '../error.ts'
import type { BuildFile, BuildModule, BuildWrap, RequireConfig, Shim } from '../types.ts'
import { mergeConfig } from './merge.ts'
import { readConfig } from './read.ts'
import { isBuildKey, notesOn, type RjsBuild, type RjsModule } from './rjs.ts'

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
  const mainConfigFiles = list(build.mainConfigFile).map((name) => locate(path(name)))
  for (const mainFile of mainConfigFiles) {
    if (!existsSync(mainFile)) throw fail(`The mainConfigFile ${mainFile} does not exist.`)
    const read = readConfig(await readFile(mainFile, 'utf8'), { file: mainFile })
    if (!read)
      throw fail(
        `The mainConfigFile ${mainFile} has no require.config() call with an object literal.`,
      )
    main = mergeConfig(main, read.config)
    Object.assign(dynamic, read.dynamic)
    mainFolder ??= dirname(path(list(build.mainConfigFile)[0] ?? ''))
  }

  const own: RequireConfig = {}
  for (const [key, value] of Object.entries(build)) if (!isBuildKey(key)) own[key] = value
  own.shim = own.shim && plainShims(own.shim)
  const { baseUrl: mainBaseUrl, ...mainRest } = main
  const { baseUrl: ownBaseUrl, ...ownRest } = own
  const config = withoutUndefined(mergeConfig(mainRest, withoutUndefined(ownRest)))

  // r.js: the build file's baseUrl; else the main configuration's, relative to appDir or its own folder; else its folder.
  const baseUrl =
    ownBaseUrl !== undefined
      ? path(ownBaseUrl, appDir)
      : mainBaseUrl !== undefined && !/^(?:\w+:)?\//.test(mainBaseUrl)
        ? path(mainBaseUrl, appDir ?? mainFolder)
        : (mainFolder ?? appDir ?? folder)

  if (typeof build.out === 'function')
    throw fail('`out` is a function: give a path, and read the file after the build.')
  if (build.modules && build.out !== undefined)
    throw fail('`modules` and `out` exclude each other.')
  if (build.modules && build.name !== undefined)
    throw fail('`modules` and `name` exclude each other.')
  const modules = build.modules
    ? build.modules.map((module) => normalizeModule(module, fail))
    : build.name !== undefined || build.include !== undefined
      ? [normalizeModule({ ...build, name: build.name ?? '' }, fail)]
      : []
  if (build.out === undefined && build.dir === undefined)
    throw fail('It has neither `out` nor `dir`.')

  const wrapFiles: string[] = []
  return {
    file,
    folder,
    appDir,
    baseUrl,
    dir: build.dir === undefined ? undefined : path(build.dir),
    out: build.out === undefined ? undefined : path(build.out),
    modules,
    config,
    dynamic,
    mainConfigFiles,
    findNestedDependencies: build.findNestedDependencies ?? false,
    inlineText: build.inlineText ?? true,
    stubModules: list(build.stubModules),
    optimize: build.optimize ?? 'uglify',
    wrap: await readWrap(build.wrap, path, wrapFiles),
    preserveLicenseComments: build.preserveLicenseComments ?? true,
    generateSourceMaps: build.generateSourceMaps,
    skipModuleInsertion: build.skipModuleInsertion ?? false,
    onBuildRead: build.onBuildRead,
    onBuildWrite: build.onBuildWrite,
    pragmas: build.pragmas ?? {},
    pragmasOnSave: build.pragmasOnSave ?? {},
    rest: Object.fromEntries(Object.entries(build).filter(([key]) => isBuildKey(key))),
    notes: notesOn(build),
    watch: [...(file === undefined ? [] : [file]), ...mainConfigFiles, ...wrapFiles],
  }
}

async function evaluateFile(file: string): Promise<RjsBuild> {
  const fail = (message: string, cause?: unknown): AmdError =>
    new AmdError('REQUIREJS_AMD_BUILD_FILE', message, placeOf(cause, file, text), { cause })
  let text = ''
  try {
    text = await readFile(file, 'utf8')
  } catch (cause) {
    throw new AmdError(
      'REQUIREJS_AMD_BUILD_FILE',
      `The build file ${file} cannot be read.`,
      undefined,
      { cause },
    )
  }
  const module = { exports: undefined as unknown }
  const sandbox = vm.createContext({ module, exports: {}, console })
  // As r.js: a trailing `;` or a source map comment is allowed behind the object.
  const expression = text
    .replace(/\/\/#[^\n\r]+[\n\r]*$/, '')
    .trimEnd()
    .replace(/;$/, '')
  let value: unknown
  try {
    value = vm.runInContext(`(${expression}\n)`, sandbox, {
      filename: file,
      columnOffset: -1,
      timeout: 5000,
    })
  } catch (first) {
    try {
      value = vm.runInContext(text, sandbox, { filename: file, timeout: 5000 })
    } catch (second) {
      const cause = errorOf(second).name === 'SyntaxError' ? first : second
      throw fail(`The build file cannot be run: ${errorOf(cause).message}.`, cause)
    }
  }
  if (module.exports !== undefined) value = module.exports
  if (typeof value === 'function') {
    throw fail('The build file gives a function; it has to give an object, as r.js reads it.')
  }
  if (typeof value !== 'object' || value === null) throw fail('The build file gives no object.')
  return value as RjsBuild
}

function normalizeModule(
  module: RjsModule | (RjsBuild & { name: string }),
  fail: (text: string) => Error,
): BuildModule {
  if (typeof module !== 'object' || module === null || Array.isArray(module)) {
    throw fail('An entry of `modules` is no object with a `name`.')
  }
  const override = (module as RjsModule).override
  return {
    name: module.name || undefined,
    create: module.create ?? false,
    include: list(module.include),
    exclude: list(module.exclude),
    excludeShallow: list(module.excludeShallow),
    insertRequire: list(module.insertRequire),
    override: {
      ...override,
      ...((module as RjsModule).stubModules ? { stubModules: module.stubModules } : {}),
    },
  }
}

async function readWrap(
  wrap: RjsBuild['wrap'],
  path: (value: string) => string,
  files: string[],
): Promise<BuildWrap | undefined> {
  if (wrap === undefined || wrap === false) return undefined
  if (wrap === true) return { start: '(function () {\n', end: '}());' }
  const part = async (
    text: string | undefined,
    names: string | string[] | undefined,
  ): Promise<string> => {
    if (typeof text === 'string') return withNewline(text)
    const texts: string[] = []
    for (const name of list(names)) {
      const file = path(name)
      files.push(file)
      texts.push(withNewline(await readFile(file, 'utf8')))
    }
    return texts.join('')
  }
  return { start: await part(wrap.start, wrap.startFile), end: await part(wrap.end, wrap.endFile) }
}

function plainShims(shims: Record<string, Shim | string[]>): Record<string, Shim | string[]> {
  const plain: Record<string, Shim | string[]> = {}
  for (const [id, shim] of Object.entries(shims)) {
    if (Array.isArray(shim)) {
      plain[id] = [...shim]
      continue
    }
    const given = shim as { deps?: string[]; exports?: unknown; init?: unknown }
    const init = typeof given.exports === 'function' ? given.exports : given.init
    plain[id] = {
      ...(given.deps ? { deps: [...given.deps] } : {}),
      ...(typeof given.exports === 'string' ? { exports: given.exports } : {}),
      ...(typeof init === 'function' || typeof init === 'string' ? { init: String(init) } : {}),
    }
  }
  return plain
}

function withoutUndefined(config: RequireConfig): RequireConfig {
  return Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined))
}

function list(value: string | readonly string[] | undefined): string[] {
  return value === undefined ? [] : typeof value === 'string' ? [value] : [...value]
}

function withNewline(text: string): string {
  return text.endsWith('\n') ? text : `${text}\n`
}

/** Errors of the sandbox are instances of its own `Error`. */
function errorOf(error: unknown): { name: string; message: string; stack: string } {
  const given = (typeof error === 'object' && error !== null ? error : {}) as Partial<Error>
  return {
    name: given.name ?? '',
    message: given.message ?? String(error),
    stack: given.stack ?? '',
  }
}

/** The line of an error is in its stack: `file:3`. */
function placeOf(
  error: unknown,
  file: string,
  text: string,
): { file: string; text?: string; offset?: number } {
  const { stack } = errorOf(error)
  const at = stack.indexOf(`${file}:`)
  const line = at < 0 ? Number.NaN : Number.parseInt(stack.slice(at + file.length + 1), 10)
  if (Number.isNaN(line)) return { file }
  const before = text.split('\n').slice(0, line - 1)
  return { file, text, offset: before.join('\n').length + (line > 1 ? 1 : 0) }
}
