/** A tree of AMD sources with a build file, run unbuilt, after r.js, in development and after our build. */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, relative } from 'node:path'
import { createServer, build as viteBuild } from 'vite'
import { requirejsAmd } from '../../src/index.ts'
import { readBuildFile } from '../../src/config/build-file.ts'
import type { RjsBuild } from '../../src/config/rjs.ts'
import type { BuildFile } from '../../src/types.ts'
import { runPage, type PageRun, type Result } from './run.ts'

const require = createRequire(import.meta.url)
const bin = require.resolve('requirejs/bin/r.js')

/** Texts of a tree. */
function texts(root: string, folder = root): Map<string, string> {
  const found = new Map<string, string>()
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.name === '.git' || entry.name === 'node_modules') continue
    if (entry.isDirectory()) for (const [name, text] of texts(root, path)) found.set(name, text)
    else if (statSync(path).size < 4_000_000)
      found.set(relative(root, path), readFileSync(path, 'utf8'))
  }
  return found
}

/** The page's own configuration, as far as a build file knows it. */
function pageConfig(build: BuildFile, baseUrl: string): string {
  const { deps: _deps, callback: _callback, ...config } = build.config
  const paths = Object.fromEntries(
    Object.entries(config.paths ?? {}).filter(([, path]) => !String(path).startsWith('empty:')),
  )
  const shim = Object.fromEntries(
    Object.entries(config.shim ?? {}).map(([id, entry]) => {
      if (Array.isArray(entry)) return [id, entry]
      const { init, ...rest } = entry
      return [id, init === undefined ? rest : { ...rest, init: `@@${init}@@` }]
    }),
  )
  const json = JSON.stringify({ ...config, paths, shim, baseUrl, waitSeconds: 0 })
  return json.replaceAll(/"@@((?:[^"\\]|\\.)*)@@"/g, (_, text: string) =>
    String(JSON.parse(`"${text}"`)),
  )
}

/** What came of a case. */
export interface Compared {
  /** What differs between r.js's output and ours; undefined when nothing does. */
  readonly built: string | undefined
  /** What differs between the unbuilt page and development. */
  readonly development: string | undefined
  /** Ids that r.js's output defines. */
  readonly modules: number
}

/** What two pages differ in. */
function difference(theirs: Result, own: Result): string | undefined {
  const ids = (result: Result): string => Object.keys(result.values).join(' ')
  if (ids(theirs) !== ids(own)) return `modules ${ids(own)} for ${ids(theirs)}`
  for (const [id, value] of Object.entries(theirs.values)) {
    if (value !== own.values[id])
      return `${id} is ${own.values[id]?.slice(0, 200)} for ${value.slice(0, 200)}`
  }
  if (theirs.order.join(' ') !== own.order.join(' '))
    return `order ${own.order.join(' ')} for ${theirs.order.join(' ')}`
  if (theirs.errors.length !== own.errors.length)
    return `errors ${own.errors.join(' | ')} for ${theirs.errors.join(' | ')}`
  return undefined
}

/** Two copies of a tree: r.js works in one of them. */
export interface Trees {
  readonly root: string
  readonly work: string
  /** Path of require.js in them. */
  readonly loader: string
}

/** A case. */
export interface Case {
  /** r.js's arguments. */
  readonly args: readonly string[]
  /** Folder, below the tree, that they are relative to. */
  readonly cwd: string
  /** The same for us. */
  readonly input: string | RjsBuild
}

/** Texts of a tree's first copy, read once. */
const sources = new Map<string, ReadonlyMap<string, string>>()

/**
 * Runs a case in all ways.
 *
 * @param trees The tree.
 * @param one The case.
 * @returns What differs; undefined when r.js's output defines no module, so that there is nothing to compare.
 */
export async function compare(trees: Trees, one: Case): Promise<Compared | undefined> {
  const { root, work, loader } = trees
  const pristine = sources.get(root) ?? texts(root)
  sources.set(root, pristine)
  const { status } = spawnSync(process.execPath, [bin, '-o', ...one.args], {
    cwd: join(work, one.cwd),
    encoding: 'utf8',
  })
  if (status !== 0) return undefined
  const build = await readBuildFile(one.input, { root })
  const ids = build.modules
    .flatMap((module) => (module.name === undefined ? module.include : [module.name]))
    .filter((id) => !/almond|require$/.test(id))
  if (ids.length === 0) return undefined
  const name = (path: string): string => relative(root, path)
  const out = build.out === undefined ? undefined : name(build.out)
  const base = name(build.baseUrl)
  const page = (files: ReadonlyMap<string, string>, baseUrl: string, script = out): PageRun => {
    const code = script === undefined ? '' : (files.get(script) ?? '')
    const whole = /\bvar\s+requirejs\s*,\s*require\s*,\s*define\b/.test(code)
    return {
      files,
      tags: [
        { text: `var require = ${pageConfig(build, `/${baseUrl}`)}` },
        ...(whole ? [] : [{ src: `/${loader}` }]),
        ...(script === undefined ? [] : [{ src: `/${script}` }]),
      ],
      ids,
      namespace: build.namespace,
    }
  }

  const after = texts(work)
  // The loader of a namespace is built with the rest.
  if (build.dir === undefined || build.namespace === '')
    after.set(loader, pristine.get(loader) ?? '')
  const below = build.appDir === undefined ? '' : relative(build.appDir, build.baseUrl)
  const theirBase = build.dir === undefined ? base : join(name(build.dir), below)
  const theirs = await runPage(page(after, theirBase))
  const modules = Object.keys(theirs.values).length
  if (modules === 0) return undefined

  const built = await ours(trees, one.input, build)
  if (typeof built === 'string') return { built, development: undefined, modules }
  const own = await runPage(page(new Map([...pristine, ...built]), base))
  const before = { ...page(pristine, base, ''), namespace: '' }
  const plain = { ...before, tags: before.tags.slice(0, 2) }
  return {
    built: difference(theirs, own),
    development: await liveDifference(trees, one.input, plain),
    modules,
  }
}

/** Our output, or why there is none. */
async function ours(
  { root, work, loader }: Trees,
  input: string | RjsBuild,
  { optimize }: BuildFile,
): Promise<ReadonlyMap<string, string> | string> {
  const outDir = join(work, '.ours')
  rmSync(outDir, { recursive: true, force: true })
  // The page of the tests asks for more than the core of the loader has; a build learns that from its text.
  writeFileSync(join(root, 'page.html'), '<script>requirejs.onResourceLoad = requirejs.s</script>')
  try {
    await viteBuild({
      root,
      configFile: false,
      logLevel: 'silent',
      publicDir: root,
      base: '/',
      build: { outDir, emptyOutDir: true, copyPublicDir: false, minify: optimize !== 'none' },
      plugins: [requirejsAmd({ build: input, loader })],
    })
  } catch (error) {
    return `it does not build: ${String(error).replaceAll(/\s+/g, ' ').slice(0, 400)}`
  }
  return existsSync(outDir) ? texts(outDir) : new Map()
}

/** What the page is in development, unlike unbuilt. (Unbuilt it is the network that gives the order.) */
async function liveDifference(
  { root, loader }: Trees,
  input: string | RjsBuild,
  page: PageRun,
): Promise<string | undefined> {
  const server = await createServer({
    root,
    configFile: false,
    logLevel: 'silent',
    server: { host: '127.0.0.1', port: 0, watch: null, hmr: false, ws: false },
    optimizeDeps: { noDiscovery: true },
    plugins: [requirejsAmd({ build: input, loader })],
  })
  try {
    await server.listen()
    const base = server.resolvedUrls?.local[0] ?? ''
    const remote = async (url: string, script: boolean): Promise<string | undefined> => {
      const headers: Record<string, string> = script
        ? { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'script' }
        : {}
      const response = await fetch(base + url, { headers })
      const type = response.headers.get('content-type') ?? ''
      return response.ok && !type.includes('text/html') ? response.text() : page.files.get(url)
    }
    const live = await runPage({ ...page, files: new Map(), remote })
    const before = await runPage(page)
    // A page that fails by itself says nothing.
    if (before.errors.length > 0) return undefined
    return difference({ ...before, order: live.order }, live)
  } finally {
    await server.close()
  }
}
