/** Where loader plugins run: an empty context of `node:vm` under this package's loader, with what r.js lets plugins see of Node. */
import { Buffer } from 'node:buffer'
import { createRequire } from 'node:module'
import path from 'node:path'
import { format } from 'node:util'
import vm from 'node:vm'
import type { Logger } from 'vite'
import { loaderSource } from '../../loader.ts'
import { toRegistry } from '../../module/registry.ts'
import type { Ids, ModuleRecord } from '../../types.ts'
import type { PluginFiles } from './files.ts'

/** Milliseconds after which a plugin that does not answer is given up. */
const PATIENCE = 15_000

/** Node's modules that plugins may have; `fs` knows static files only. */
const NODE = new Set([
  'assert',
  'buffer',
  'crypto',
  'events',
  'path',
  'querystring',
  'string_decoder',
  'url',
  'util',
])

/** The page's `require`, as it is used here. */
export interface RequireFunction {
  (
    deps: readonly string[],
    callback: (value: unknown) => void,
    errback: (error: unknown) => void,
  ): void
  config(config: object): void
  toUrl(path: string): string
  load(context: { completeLoad(id: string): void; onError(error: Error): void }, id: string): void
  [key: string]: unknown
}

/** What a {@link Realm} works with. */
export interface RealmOptions {
  readonly ids: Ids
  readonly files: PluginFiles
  /** Folder from which npm packages are looked for. */
  readonly root: string
  /** Where what plugins say goes. */
  readonly logger: Pick<Logger, 'info' | 'warn'>
  /** The module that runs for an id. */
  readonly module: (id: string) => Promise<ModuleRecord | undefined>
}

/** A context with the loader in it. */
export class Realm {
  /** The loader's `require`. */
  readonly require: RequireFunction
  readonly #options: RealmOptions
  readonly #realm: vm.Context
  /** Callbacks that are still to run. */
  #pending = new Set<object>()
  #failed: unknown
  #packages = false

  constructor(options: RealmOptions) {
    this.#options = options
    const { ids, files, logger } = options
    const say = (...said: unknown[]): void => logger.info(format(...said))
    const warn = (...said: unknown[]): void => logger.warn(format(...said))
    const sandbox: Record<string, unknown> = {
      console: { log: say, info: say, debug: say, warn, error: warn },
      Buffer,
      // r.js evaluates plugins among its own variables, and there are plugins that use them.
      fs: files.fs,
      path,
      setTimeout: (run: () => void, ms?: number) => this.#later(run, (own) => setTimeout(own, ms)),
      clearTimeout,
      // By this, plugins know that they run in a build.
      process: {
        versions: { node: process.versions.node },
        env: {},
        argv: [],
        platform: process.platform,
        cwd: () => files.home,
        nextTick: (run: (...given: unknown[]) => void, ...given: unknown[]) =>
          this.#later(
            () => run(...given),
            (own) => process.nextTick(own),
          ),
      },
    }
    sandbox['self'] = sandbox['global'] = sandbox
    this.#realm = vm.createContext(sandbox)
    vm.runInContext(loaderSource({ minify: true, data: {} }), this.#realm, {
      filename: 'require.js',
    })
    this.require = sandbox['requirejs'] as RequireFunction
    this.require['nodeRequire'] = (name: string) => this.#nodeModule(name)
    this.require['_readFile'] = (file: string) => files.text(file)
    this.require['_fileExists'] = files.fs['existsSync']
    this.require.load = (context, id) => {
      this.#load(id, () => context.completeLoad(id)).catch((error: unknown) =>
        context.onError(error as Error),
      )
    }
    const { paths, packages, map, shim, bundles, config } = ids.config
    const baseUrl = path.posix.join(files.home, ids.prefix)
    this.require.config({ packages, map, shim, bundles, config, waitSeconds: 0, baseUrl })
    this.require.config({ paths: absolute(paths ?? {}, baseUrl) })
  }

  /**
   * A module's value.
   *
   * @param id Its id.
   * @throws What running it throws; also when it does not answer.
   */
  module(id: string): Promise<unknown> {
    return patiently(
      new Promise((resolve, reject) => {
        this.require([id], resolve, reject)
      }),
    )
  }

  /** Was an npm package asked for since the last question? What such a package reads is not known. */
  takePackages(): boolean {
    const taken = this.#packages
    this.#packages = false
    return taken
  }

  /** Forgets callbacks that nobody is to wait for. */
  begin(): void {
    this.#pending = new Set()
    this.#failed = undefined
  }

  /**
   * Waits for callbacks that were set up since {@link begin}.
   *
   * @throws What the first of them threw that failed.
   */
  async settle(): Promise<void> {
    const late = Date.now() + PATIENCE
    while (this.#pending.size > 0 && Date.now() < late) {
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
    if (this.#pending.size > 0) throw new Error('it does not answer')
    if (this.#failed !== undefined) throw this.#failed
  }

  /** What a plugin does later must not end the process. */
  #later<T>(run: () => void, start: (own: () => void) => T): T {
    const token = {}
    const pending = this.#pending.add(token)
    return start(() => {
      try {
        run()
      } catch (error) {
        this.#failed ??= error
      } finally {
        pending.delete(token)
      }
    })
  }

  /** Runs a module's text, and tells of it at once: another text's `define` must not come between. */
  async #load(id: string, done: () => void): Promise<void> {
    const record = await this.#options.module(id)
    if (record === undefined || record.kind === 'esm')
      throw new Error(`there is no module '${id}' that can run in a build`)
    const code = record.kind === 'resource' ? toRegistry(record).code : record.code
    vm.runInContext(code, this.#realm, { filename: record.source, timeout: PATIENCE })
    done()
  }

  #nodeModule(name: string): unknown {
    const own = name.replace(/^node:/, '')
    if (own === 'fs') return this.#options.files.fs
    const require = createRequire(`${this.#options.root}/package.json`)
    if (NODE.has(own)) return require(`node:${own}`) as unknown
    // Packages that the site has installed, such as `less` or `handlebars`, run as they do anywhere; no path is a package.
    if (/^(?:@[\w.-]+\/)?\w[\w.-]*(?:\/|$)/.test(name) && !name.split('/').includes('..')) {
      const found = require.resolve(name)
      if (found !== name) {
        this.#packages = true
        return require(found) as unknown
      }
    }
    throw new Error(`loader plugins have no Node module '${name}' here`)
  }
}

/** `paths` as r.js makes them absolute: some plugins compare URLs as texts. */
function absolute(
  paths: NonNullable<Ids['config']['paths']>,
  baseUrl: string,
): NonNullable<Ids['config']['paths']> {
  return Object.fromEntries(
    Object.entries(paths).map(([id, to]) => [
      id,
      typeof to === 'string' && !/^(?:\/|[\w+.-]+:)|\?/.test(to)
        ? path.posix.join(baseUrl, to)
        : to,
    ]),
  )
}

/**
 * A promise that does not wait for ever.
 *
 * @param promise What is waited for.
 */
export async function patiently<T>(promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('it does not answer')), PATIENCE)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
