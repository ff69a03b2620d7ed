import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { expect, test, vi } from 'vitest'
import { fromArgs } from '../src/lessc/args.ts'
import { compile } from '../src/lessc/compile.ts'
import { Remembered } from '../src/lessc/remembered.ts'
import { minify } from '../src/minify/index.ts'
import { bootstrapDir, lessc } from './support/project.ts'
import { load, oldLessc, ours, VERSIONS } from './support/versions.ts'

const require = createRequire(import.meta.url)
const here = import.meta.dirname
const BOOTSTRAP = path.join(bootstrapDir, 'less/bootstrap.less')

// Renderings of whole libraries, and processes: a busy machine takes its time.
vi.setConfig({ testTimeout: 120_000 })

test('renders bootstrap 3.4.1 as the real lessc 4.9.1 does', async () => {
  const wanted = await lessc(['--quiet', BOOTSTRAP], path.dirname(BOOTSTRAP))
  expect(wanted.length).toBeGreaterThan(100_000)
  expect(await ours('4.9.1', BOOTSTRAP)).toBe(wanted)
})

const LESSC_CASES: readonly (readonly [flags: string[], less: Record<string, unknown>])[] = [
  [[], {}],
  [['--rewrite-urls=all'], { rewriteUrls: 'all' }],
  [
    ['--rewrite-urls=local', '--rootpath=//cdn/x/', '--url-args=v=1'],
    { rewriteUrls: 'local', rootpath: '//cdn/x/', urlArgs: 'v=1' },
  ],
  [
    ['--global-var=color=blue', '--modify-var=size=3px', '--include-path=lib'],
    { globalVars: { color: 'blue' }, modifyVars: { size: '3px' }, paths: ['lib'] },
  ],
  [['-x', '--quiet'], { compress: true }],
]

test.each(LESSC_CASES)('means by url() and options what lessc %j means', async (flags, less) => {
  const folder = path.join(here, 'fixtures/urls')
  const wanted = await lessc([...flags, 'css/main.less'], folder)
  const paths = ((less.paths ?? []) as string[]).map((name) => path.join(folder, name))
  expect(await ours('4.9.1', path.join(folder, 'css/main.less'), { ...less, paths })).toBe(wanted)
})

test.each(VERSIONS)('less %s: renders what its own lessc renders', async (version) => {
  const folder = path.join(here, 'fixtures/urls')
  const source = path.join(folder, 'css/main.less')
  const wanted = await oldLessc(version, ['css/main.less'], folder)
  const result = await compile(await load(version), {
    source,
    less: {},
    sourceMap: true,
    roots: undefined,
  })
  expect(result.css.trim()).toBe(wanted.trim())
  expect(Object.keys(result.closure).map((file) => path.relative(folder, file))).toEqual(
    expect.arrayContaining(['css/main.less', 'css/deep/part.less', 'css/dot.svg']),
  )
  if (version === '1.4.2') return // it makes no source maps
  const { sources } = JSON.parse(result.map ?? '{}') as { sources: string[] }
  expect(sources).toContain(path.join(folder, 'css/deep/part.less'))
})

/** Command lines, and the first version that understands each. */
const FLAGS: readonly (readonly [since: string, flags: string])[] = [
  ['1.4.2', '-ru --rootpath=//cdn/x/'],
  ['1.4.2', '--include-path=lib -su=on'],
  ['1.4.2', '--line-numbers=comments'],
  ['1.7.5', '--url-args=v=1 --relative-urls'],
  ['1.7.5', '--global-var=color=blue --modify-var=size=3px'],
  ['3.13.1', '--rewrite-urls=local --rootpath=/s/'],
]
const SINCE = VERSIONS.flatMap((version) =>
  FLAGS.filter(([since]) => Number.parseFloat(since) <= Number.parseFloat(version)).map(
    ([, flags]) => [version, flags] as const,
  ),
)

test.each(SINCE)('less %s: means by %s what its lessc means', async (version, flags) => {
  const folder = path.join(here, 'fixtures/urls')
  const wanted = await oldLessc(version, [...flags.split(' '), 'css/main.less'], folder)
  const { less } = fromArgs(flags)
  const paths = ((less.paths ?? []) as string[]).map((name) => path.join(folder, name))
  // `lessc` names files as its command line does.
  const names = (css: string): string => css.replaceAll(`${folder}/`, '').trim()
  const made = await ours(version, path.join(folder, 'css/main.less'), { ...less, paths })
  expect(names(made)).toBe(names(wanted))
})

test.each(VERSIONS)('less %s: an error is in the partial', async (version) => {
  const source = path.join(here, 'fixtures/broken/main.less')
  await expect(ours(version, source)).rejects.toMatchObject({
    code: 'LESS_YUI_SYNTAX',
    place: { file: path.join(here, 'fixtures/broken/four.less'), line: 3 },
    frame: expect.stringContaining('color: @nope') as string,
    watch: expect.arrayContaining([path.join(here, 'fixtures/broken/four.less')]) as string[],
  })
})

test('less 1.4.2 and ycssmin: bootstrap as `lessc --yui-compress -O2` makes it', async () => {
  const wanted = await oldLessc('1.4.2', ['--yui-compress', '-O2', BOOTSTRAP], here)
  const css = await ours('1.4.2', BOOTSTRAP)
  const { code } = await minify({
    css,
    file: BOOTSTRAP,
    minifier: 'yui-exact',
    legacyHacks: 'keep',
    root: here,
  })
  expect(code).toBe(wanted.trim())
})

test("lessVersion '1.x' options let less 4.9.1 read what needs less 1", async () => {
  const source = path.join(here, 'fixtures/old/math.less')
  await expect(ours('4.9.1', source)).rejects.toMatchObject({ code: 'LESS_YUI_SYNTAX' })
  expect(await ours('4.9.1', source, { math: 'always', javascriptEnabled: true })).toBe(
    await ours('1.4.2', source),
  )
})

const DATA = path.dirname(require.resolve('@less/test-data/package.json'))
const CASES = readdirSync(DATA, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.less'))
  .filter((name) => !/@import[^;]*https?:|@plugin[^;]*https?:/.test(read(name)))
  .sort()

function read(name: string): string {
  return readFileSync(path.join(DATA, name), 'utf8')
}

interface Oracle {
  render(text: string, options: object): Promise<{ css: string }>
}

test('renders them the same again out of what it remembers, and after an edit', async () => {
  const implementation = await load('4.9.1')
  const remembered = new Remembered()
  const different: string[] = []
  const importing = CASES.filter((name) => read(name).includes('@import'))
  expect(importing.length).toBeGreaterThan(30)
  for (const name of importing) {
    const source = path.join(DATA, name)
    const render = (vars: Record<string, string>, memory?: Remembered): Promise<string> => {
      const less = { javascriptEnabled: true, paths: [path.join(DATA, 'less')], globalVars: vars }
      const job = { source, less, sourceMap: false, roots: undefined }
      return compile(implementation, job, memory).then(
        ({ css }) => css,
        (error: unknown) => `error: ${(error as Error).message}`,
      )
    }
    for (const vars of [{}, { color: 'teal' }, {}]) {
      const fresh = await render(vars)
      if ((await render(vars, remembered)) !== fresh) different.push(name)
    }
  }
  expect([...new Set(different)]).toEqual([])
}, 120_000)

test.each([
  { javascriptEnabled: true },
  { rewriteUrls: 'all', rootpath: 'https://cdn.test/', urlArgs: '424242', math: 'strict' },
])("renders less's own fixtures as less does with %o", async (less) => {
  expect(CASES.length).toBeGreaterThan(230)
  const implementation = await load('4.9.1')
  const oracle = implementation.less as Oracle
  const text = (error: unknown): string => `error: ${(error as Error).message}`
  const different: string[] = []
  for (const name of CASES) {
    const source = path.join(DATA, name)
    const paths = [path.dirname(source), path.join(DATA, 'less')]
    const wanted = await oracle
      .render(read(name).replace(/^\uFEFF/, ''), { ...less, filename: source, paths })
      .then(({ css }) => css, text)
    const job = { source, less: { ...less, paths: paths.slice(1) }, sourceMap: false }
    const made = await compile(implementation, { ...job, roots: undefined }).then(
      ({ css }) => css,
      text,
    )
    const same = made === wanted || (made.startsWith('error:') && wanted.startsWith('error:'))
    if (!same) different.push(name)
  }
  expect(different).toEqual([])
})
