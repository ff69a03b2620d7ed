/** One site in all ways in which a page may get it: as it lies, in development, after r.js, and after our build. */
import { createServer, type Plugin } from 'vite'
import { expect } from 'vitest'
import { requirejsAmd } from '../../src/index.ts'
import { requireJs, visit, type ScriptTag, type Visit } from '../build/page.ts'
import { Site } from '../build/site.ts'

/** A site with a page. */
export interface Case {
  /** Static files by public name. */
  readonly files: Readonly<Record<string, string>>
  /** `modules` of the build file; one layer, `main`, by default. */
  readonly modules?: string
  /** Further keys of the build file. */
  readonly keys?: string
  /** What stands for `CONFIG` in the sources. */
  readonly config?: string
  /** The page's scripts; require.js with `data-main` by default. */
  readonly page?: readonly ScriptTag[]
  /** What r.js cannot build, and why; the sources themselves are then the measure. */
  readonly withoutRjs?: string
  /** Does the network decide which of several files is first? Order then counts within r.js's output only. */
  readonly unordered?: boolean
  /** What a server makes, by path below the origin: no static files. */
  readonly views?: Readonly<Record<string, string>>
}

const MAIN: readonly ScriptTag[] = [{ src: 'js/lib/require.js', main: 'js/main' }]

/** A module that says when it runs. */
export const say = (what: string): string => `trace.push(${JSON.stringify(what)});`

/**
 * Runs a site in all ways, and expects of each what the sources do under require.js: the same entries in the page's trace, in r.js's order.
 *
 * @param one The site.
 */
export async function expectSameInAllWays(one: Case): Promise<void> {
  const { files, modules = "[{name:'main'}]", keys = '', config = '{}', page = MAIN } = one
  const filled = Object.fromEntries(
    Object.entries(files).map(([name, text]) => [name, text.replace('CONFIG', () => config)]),
  )
  const buildFile = (extra: string): string => {
    const main = files['js/main.js']?.includes('CONFIG') ? "mainConfigFile:'www/js/main.js'," : ''
    return `({appDir:'www',baseUrl:'js',dir:'www-built',optimize:'none',${main}modules:${modules},${keys === '' ? '' : `${keys},`}${extra}})`
  }
  // A template of the site, which a build looks through for what its scripts ask of the loader.
  const template = page.map(({ text }) => `<script>${text ?? ''}</script>\n`).join('')
  using site = new Site({
    ...filled,
    '/build.js': buildFile(''),
    '/templates/page.html': template,
  })
  const views = Object.entries(one.views ?? {})
  const open = (texts: ReadonlyMap<string, string>, tags = page): Promise<Visit> =>
    visit(new Map([...texts, ...views]), tags)

  const before = await open(site.sources())
  expect(before.errors).toEqual([])
  expect(before.trace.length).toBeGreaterThan(0)
  // The network decides the order of unbuilt modules; in layers it is r.js's.
  const rjs = one.withoutRjs === undefined ? await open(await site.rjs()) : before
  expect.soft(sorted(rjs), 'r.js').toEqual(sorted(before))
  const anyOrder = one.unordered === true || one.withoutRjs !== undefined
  const same = (what: string, run: Visit): void => {
    expect.soft(run.errors, what).toEqual([])
    if (anyOrder) expect.soft(sorted(run), what).toEqual(sorted(rjs))
    else expect.soft(values(run), what).toEqual(values(rjs))
  }

  same('development', await live(site, page, new Map(views)))

  const readable = await site.ours()
  const small = await site.ours({
    // oxlint-disable-next-line typescript/no-implied-eval -- a build file is an expression
    build: new Function(`return ${buildFile("optimize:'uglify'")}`)(),
  })
  for (const [name, output] of Object.entries({ readable, small })) {
    same(`${name}, our loader`, await open(output))
    same(`${name}, require.js`, await open(new Map([...output, ['js/lib/require.js', requireJs]])))
  }

  const { files: hashed, names } = await site.hashed()
  const hash = (name: string | undefined): string => names.get(name ?? '') ?? ''
  const tags = page.map(({ src, main, text }): ScriptTag => {
    if (src === undefined) return { text: text ?? '' }
    return main === undefined ? { src: hash(src) } : { src: hash(src), main: hash(`${main}.js`) }
  })
  same('hashed', await open(hashed, tags))

  // Django keeps the files under their own names too; stock require.js asks for those.
  const kept = [...names].map(([name, final]) => [name, hashed.get(final) ?? ''] as const)
  const loader = [hash('js/lib/require.js'), requireJs] as const
  same('hashed, require.js', await open(new Map([...hashed, ...kept, loader]), tags))
}

/**
 * Opens the page in development.
 *
 * @param site The site, with a build file.
 * @param tags The page's scripts.
 * @param views What is answered by another server.
 * @param plugins Plugins beside ours.
 */
export async function live(
  site: Site,
  tags: readonly ScriptTag[],
  views: ReadonlyMap<string, string> = new Map(),
  plugins: readonly Plugin[] = [],
): Promise<Visit> {
  const server = await createServer({
    root: site.root,
    configFile: false,
    logLevel: 'silent',
    publicDir: 'www',
    appType: 'mpa',
    server: { host: '127.0.0.1', port: 0, watch: null, hmr: false, ws: false },
    optimizeDeps: { noDiscovery: true },
    plugins: [...plugins, requirejsAmd({ build: 'build.js', loader: 'js/lib/require.js' })],
  })
  try {
    await server.listen()
    const base = server.resolvedUrls?.local[0] ?? ''
    const ask = async (url: string, script: boolean): Promise<string | undefined> => {
      const path = url.replace(/^\w+:\/\/[^/]*\//, '')
      const view = views.get(path.replace(/\?.*/, ''))
      if (view !== undefined || url.startsWith('http')) return view
      const headers: Record<string, string> = script
        ? { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'script' }
        : { 'sec-fetch-dest': 'empty' }
      const response = await fetch(base + path, { headers })
      return response.ok ? response.text() : undefined
    }
    return await visit(new Map(), tags, ask)
  } finally {
    await server.close()
  }
}

function values({ trace }: Visit): unknown {
  return JSON.parse(JSON.stringify(trace))
}

function sorted({ trace }: Visit): readonly string[] {
  return trace.map((entry) => JSON.stringify(entry) ?? '').sort()
}
