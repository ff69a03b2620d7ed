/** A site in a folder: as it is, as r.js builds it, as we build it. */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import type { KovuPluginApi } from '@kovu/protocol'
import { build, type InlineConfig, type Plugin } from 'vite'
import { requirejsAmd, type RequirejsAmdOptions as Options } from '../../src/index.ts'
import { requireJs } from './page.ts'

const require = createRequire(import.meta.url)
const text = readFileSync(require.resolve('requirejs-text/text.js'), 'utf8')

/** r.js as a library: one build after the other. */
const requirejs = require('requirejs') as {
  optimize(config: object, done: (text: string) => void, failed: (error: unknown) => void): void
}

/** A folder with a site whose static files are in `www`. */
export class Site implements Disposable {
  readonly root: string = realpathSync(mkdtempSync(join(tmpdir(), 'kovu-amd-')))

  /** @param files Texts by path below `www`; paths that begin with `/` are below the site's folder. */
  constructor(files: Readonly<Record<string, string>>) {
    this.write({ 'js/lib/require.js': requireJs, 'js/text.js': text, ...files })
  }

  write(files: Readonly<Record<string, string>>): void {
    for (const [name, content] of Object.entries(files)) {
      const path = join(this.root, name.startsWith('/') ? name : `www/${name}`)
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, content)
    }
  }

  /** The sources, by public name. */
  sources(): Map<string, string> {
    return readTree(join(this.root, 'www'))
  }

  /**
   * What r.js makes of `build.js`, by public name.
   *
   * @param said Told what r.js prints; it then runs as a process of its own. Otherwise it runs in this one, which takes a third of the time.
   */
  async rjs(said?: (text: string) => void): Promise<Map<string, string>> {
    const buildFile = join(this.root, 'build.js')
    if (said === undefined) {
      await new Promise<void>((resolve, reject) => {
        const fail = (error: unknown): void => reject(new Error(`r.js: ${String(error)}`))
        requirejs.optimize({ buildFile, logLevel: 4 }, () => resolve(), fail)
      })
    } else {
      const bin = require.resolve('requirejs/bin/r.js')
      const { status, stdout } = spawnSync(process.execPath, [bin, '-o', buildFile], {
        encoding: 'utf8',
      })
      if (status !== 0) throw new Error(`r.js: ${stdout}`)
      said(stdout)
    }
    const built = join(this.root, 'www-built')
    return existsSync(built) ? readTree(built) : new Map()
  }

  /** What we make of it, by public name: the output over the static files. */
  async ours(options: Options = {}, config: InlineConfig = {}): Promise<Map<string, string>> {
    await build({
      root: this.root,
      configFile: false,
      logLevel: 'error',
      publicDir: 'www',
      ...config,
      build: { outDir: 'out', ...config.build },
      plugins: [
        ...(config.plugins ?? []),
        requirejsAmd({ build: 'build.js', loader: 'js/lib/require.js', ...options }),
      ],
    })
    return readTree(join(this.root, 'out'))
  }

  /** As {@link ours}, published under hashed names only, as Django's manifest storage would. */
  async hashed(
    options: Options = {},
    config: InlineConfig = {},
  ): Promise<{ files: Map<string, string>; names: Map<string, string> }> {
    const folder = join(this.root, 'www')
    const source = readTree(folder)
    const made = new Map<string, string>()
    const contentOf = (name: string): string | undefined => made.get(name) ?? source.get(name)
    const urls = (name: string, source?: string): string | undefined => {
      if (source !== undefined) made.set(name, source)
      const given = contentOf(name)
      return given === undefined
        ? undefined
        : name.replace(
            /(\.\w+)$/,
            `.${createHash('md5').update(given).digest('hex').slice(0, 12)}$1`,
          )
    }
    const statics: Plugin = {
      name: 'statics',
      api: {
        kovu: {
          urls,
          statics: () =>
            Promise.resolve({
              url: '/static/',
              root: undefined,
              roots: [{ dir: folder, prefix: '' }],
              find: (name) => (source.has(name) ? join(folder, name) : undefined),
              findDerived: () => undefined,
              nameOf: (file) =>
                source.has(relative(folder, file)) ? relative(folder, file) : undefined,
              list: () => [...source.keys()].map((name) => [name, join(folder, name)] as const),
              mentions: () => true,
            }),
        },
      } satisfies KovuPluginApi,
    }
    await build({
      root: this.root,
      configFile: false,
      logLevel: 'error',
      publicDir: false,
      ...config,
      build: { outDir: 'out' },
      plugins: [statics, requirejsAmd({ build: 'build.js', ...options })],
    })
    for (const [name, content] of readTree(join(this.root, 'out'))) made.set(name, content)
    const files = new Map<string, string>()
    const names = new Map<string, string>()
    for (const name of new Set([...source.keys(), ...made.keys()])) {
      const content = contentOf(name) ?? ''
      const final = urls(name, content) ?? name
      files.set(final, content)
      names.set(name, final)
    }
    return { files, names }
  }

  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true, force: true })
  }
}

/** Texts of a folder by path. */
export function readTree(folder: string): Map<string, string> {
  return new Map(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [relative(folder, path), readFileSync(path, 'utf8')]),
  )
}
