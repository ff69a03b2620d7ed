import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { createRequire } from 'node:module'
import path from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { compile } from '../src/lessc/compile.ts'
import { type Implementation, loadImplementation } from '../src/lessc/implementation.ts'
import { minify } from '../src/minify/index.ts'
import { bootstrapDir, lessDir, lessc } from './support/project.ts'

const here = import.meta.dirname
const VERSIONS = ['1.4.2', '1.7.5', '2.7.3', '3.13.1', '4.9.1'] as const

const require = createRequire(import.meta.url)
const PACKAGES: Readonly<Record<string, string>> = {
  '1.4.2': require.resolve('less-1.4.2/package.json'),
  '1.7.5': require.resolve('less-1.7.5/package.json'),
  '2.7.3': require.resolve('less-2.7.3/package.json'),
  '3.13.1': require.resolve('less-3.13.1/package.json'),
  '4.9.1': path.join(lessDir, 'package.json'),
}

function folderOf(version: string): string {
  return path.dirname(PACKAGES[version] ?? '')
}

async function load(version: string): Promise<Implementation> {
  return loadImplementation(folderOf(version), here)
}

async function ours(
  version: string,
  source: string,
  less: Record<string, unknown> = {},
): Promise<string> {
  const { css } = await compile(await load(version), {
    source,
    less,
    sourceMap: false,
    roots: undefined,
  })
  return css
}

/** Old versions print nothing into a pipe on a new Node: let them write a file. */
async function oldLessc(version: string, args: readonly string[], cwd: string): Promise<string> {
  const folder = mkdtempSync(path.join(tmpdir(), 'lessc-'))
  try {
    const bin = path.join(folderOf(version), 'bin/lessc')
    const file = path.join(folder, 'out.css')
    await promisify(execFile)(process.execPath, [bin, ...args, file], { cwd })
    return readFileSync(file, 'utf8')
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const BOOTSTRAP = path.join(bootstrapDir, 'less/bootstrap.less')

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
