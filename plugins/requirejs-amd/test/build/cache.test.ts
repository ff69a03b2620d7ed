/** What is kept between builds changes their time, and nothing else. */
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { array, assert, asyncProperty, boolean, constantFrom, nat, record } from 'fast-check'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { Cache } from '../../src/cache.ts'
import { Site } from './site.ts'

const files = {
  'js/main.js': "require(['a','umd','text!note.txt'],function(a,u,n){window.seen=[a,u,n]});",
  'js/a.js': "define(['b','./c'],function(b,c){var long=b+c;return {long:long}});",
  'js/b.js': "define(function(){return 'b'});",
  'js/c.js': "define('c',['b'],function(b){return function(value){return value+b}});",
  'js/umd.js':
    "(function(f){if(typeof define==='function'&&define.amd)define(['b'],f);else window.umd=f()})(function(b){return 'umd'+b});",
  'js/note.txt': 'a note',
  '/build.js': "({baseUrl:'www/js',dir:'built',modules:[{name:'main'}]})",
}

const kept = (site: Site): string => join(site.root, 'kept/kovu/requirejs-amd')
const cacheDir = 'kept'

describe('a build from what was kept', () => {
  test('is a build from nothing, whatever was edited', async () => {
    const edit = record({
      file: constantFrom('a', 'b', 'c', 'umd'),
      value: nat({ max: 2 }),
      sourcemap: boolean(),
      minify: boolean(),
    })
    await assert(
      asyncProperty(array(edit, { minLength: 2, maxLength: 4 }), async (edits) => {
        using site = new Site(files)
        for (const { file, value, sourcemap, minify } of edits) {
          const name = `js/${file}.js` as keyof typeof files
          const text = files[name].replace('{', `{window.edited=${value};`)
          site.write({ [name]: value === 0 ? files[name] : text })
          const build = { sourcemap, minify }
          const warm = await site.ours({}, { cacheDir, build })
          const cold = await site.ours({ cache: false }, { build })
          expect(warm).toEqual(cold)
        }
      }),
      { numRuns: 4 },
    )
  })

  test('takes layers as they were, and reads no source as a tree', async () => {
    using site = new Site(files)
    const first = await site.ours({}, { cacheDir })
    const names = readdirSync(kept(site)).sort()
    // `main.js`, `umd.js` and `text.js` need a tree; the layer was minified.
    expect(names).toHaveLength(4)
    const layer = names.find((name) =>
      readFileSync(join(kept(site), name), 'utf8').includes('"legal"'),
    )
    change(join(kept(site), layer ?? ''), 'umd', 'changed')
    const second = await site.ours({}, { cacheDir })
    expect(second.get('js/main.js')).toBe(first.get('js/main.js')?.replaceAll('umd', 'changed'))
    expect(second.get('js/main.js')).not.toBe(first.get('js/main.js'))
    for (const name of names) change(join(kept(site), name), '"id":"b"', '"id":"other"')
    await expect(site.ours({}, { cacheDir })).rejects.toThrow('js/other.js')
    expect(readdirSync(kept(site)).sort()).toEqual(names)
  })

  test.each<[string, (file: string) => void]>([
    ['half of a file', (file) => writeFileSync(file, readFileSync(file).subarray(0, 40))],
    ['an empty file', (file) => writeFileSync(file, '')],
    ['another text', (file) => writeFileSync(file, '{"kind":"amd"}')],
    ['a changed letter', (file) => change(file, 'e', 'f', false)],
  ])('does not take %s', async (_, spoil) => {
    using site = new Site(files)
    const first = await site.ours({}, { cacheDir })
    const before = readTexts(kept(site))
    for (const name of before.keys()) spoil(join(kept(site), name))
    expect(await site.ours({}, { cacheDir })).toEqual(first)
    expect(readTexts(kept(site))).toEqual(before)
  })

  test('goes on where nothing can be kept, or nothing is to be', async () => {
    using site = new Site({ ...files, '/kept': 'a file' })
    const first = await site.ours({}, { cacheDir })
    expect(await site.ours({ cache: false }, { cacheDir: 'other' })).toEqual(first)
    expect(existsSync(join(site.root, 'other'))).toBe(false)
  })

  test('is the same for builds at the same time', async () => {
    using site = new Site(files)
    const outDirs = ['out', 'out/two', 'out/three']
    await Promise.all(
      outDirs.map((outDir) => site.ours({}, { cacheDir, build: { outDir, emptyOutDir: false } })),
    )
    const made = outDirs.map((outDir) =>
      readFileSync(join(site.root, outDir, 'js/main.js'), 'utf8'),
    )
    expect(new Set(made).size).toBe(1)
    expect(readdirSync(kept(site)).filter((name) => name.includes('.'))).toEqual([])
  })
})

describe('the folder', () => {
  test('is kept within its bounds; what was used last stays', () => {
    const folder = mkdtempSync(join(tmpdir(), 'kovu-amd-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    const dir = join(folder, 'kept')
    const early = new Cache(dir)
    const keys = Array.from({ length: 6 }, (_, at) => early.key(String(at)))
    for (const [at, key] of keys.entries()) {
      early.write(key, { text: 'x'.repeat(1000) })
      utimesSync(join(dir, key), at, at)
    }
    const late = new Cache(dir, { bytes: 1e6, files: 4 })
    expect(late.read(keys[0] ?? '')).toEqual({ text: 'x'.repeat(1000) })
    late.sweep()
    expect(readdirSync(dir)).toHaveLength(6)
    late.write(late.key('new'), {})
    late.sweep()
    expect(readdirSync(dir).sort()).toEqual(
      [late.key('new'), keys[0], keys[5], keys[4]].map(String).sort(),
    )
    const small = new Cache(dir, { bytes: 10, files: 4 })
    small.write(small.key('newer'), {})
    small.sweep()
    expect(readdirSync(dir)).toEqual([small.key('newer')])
  })

  test('holds nothing of another version', async () => {
    vi.resetModules()
    vi.doMock('vite', () => ({ version: '8.0.0', rolldownVersion: '0.0.0' }))
    try {
      const other = await import('../../src/cache.ts')
      expect(new other.Cache('/').key('a')).not.toBe(new Cache('/').key('a'))
    } finally {
      vi.doUnmock('vite')
      vi.resetModules()
    }
  })

  test('tells parts apart', () => {
    const cache = new Cache('/')
    expect(cache.key('a', 'bc')).not.toBe(cache.key('ab', 'c'))
    expect(cache.key('a', '')).not.toBe(cache.key('a'))
  })
})

/** Changes what is kept, as if it had been made so. */
function change(file: string, from: string, to: string, sign = true): void {
  const text = readFileSync(file, 'utf8')
  const json = text.slice(text.indexOf('\n') + 1).replaceAll(from, to)
  const sum = sign ? createHash('sha256').update(json).digest('hex') : text.split('\n')[0]
  writeFileSync(file, `${sum}\n${json}`)
}

function readTexts(folder: string): Map<string, string> {
  return new Map(
    readdirSync(folder)
      .sort()
      .map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
  )
}
