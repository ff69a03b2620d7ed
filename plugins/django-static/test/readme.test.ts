import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { resolveOptions } from '../src/options.ts'

const HOME = new URL('..', import.meta.url)
const README = readFileSync(new URL('README.md', HOME), 'utf8')
const source = (name: string): string => readFileSync(new URL(`src/${name}`, HOME), 'utf8')

test('the README describes every option, and no other', () => {
  const declared = [
    ...(source('options.ts')
      .split('/** Options with every default')[0]
      ?.matchAll(/^ {2}(\w+)\?:/gm) ?? []),
  ]
  const described = [...README.matchAll(/^### `(\w+)`$/gm)]
  expect(described.map(([, name]) => name)).toEqual(declared.map(([, name]) => name))
})

test('the README has a row for every error code, and every code has a test', () => {
  const codes = new Set(source('error.ts').match(/DJANGO_STATIC_[A-Z]+/g))
  const rows = [...README.matchAll(/^\| `(DJANGO_STATIC_[A-Z]+)` \|/gm)].map(([, code]) => code)
  expect(rows.sort()).toEqual([...codes].sort())
  const tests = readdirSync(new URL('test', HOME))
    .filter((name) => name.endsWith('.test.ts') && name !== 'readme.test.ts')
    .map((name) => readFileSync(new URL(`test/${name}`, HOME), 'utf8'))
    .join('\n')
  expect([...codes].filter((code) => !tests.includes(code))).toEqual([])
})

test('the defaults are those of the README', () => {
  expect(resolveOptions({})).toEqual({
    manage: 'manage.py',
    python: undefined,
    settings: undefined,
    env: {},
    ignore: undefined,
    entries: [],
    overlay: true,
    compress: false,
    link: false,
    mode: 'own',
    keep: 5,
    viteManifest: undefined,
    integrity: undefined,
    requirejsMap: undefined,
    hiddenSourceMaps: undefined,
    collectDir: 'build/static',
  })
})

test('no file is longer than 300 lines', () => {
  const names = readdirSync(new URL('src', HOME), { recursive: true, encoding: 'utf8' })
  for (const name of names.filter((one) => one.endsWith('.ts'))) {
    expect([name, source(name).split('\n').length <= 300]).toEqual([name, true])
  }
})
