import fs from 'node:fs'
import { describe, expect, test } from 'vitest'
import { hulkAmd, type HulkAmdOptions } from '../src/index.ts'
import { readInclude } from '../src/include.ts'
import { derivedName, derivedSuffixes } from '../src/names.ts'

const readme = fs.readFileSync(new URL('../README.md', import.meta.url), 'utf8')
const source = (name: string) => fs.readFileSync(new URL(`../src/${name}`, import.meta.url), 'utf8')

describe('the options', () => {
  test.for([
    [{ colour: 'red' }, "there is no option 'colour'. There are: include, format,"],
    [{ nameing: 'hulk' }, "there is no option 'nameing'. Did you mean 'naming'?"],
    [{ format: 'umd' }, `format cannot be "umd": it takes 'amd' or 'esm' or 'cjs'.`],
    [{ partials: 'shared' }, 'partials cannot be "shared": it takes a list of folders'],
    [{ include: [/x/] }, 'it takes a glob, or a list of globs'],
    [{ lint: { quotes: false } }, 'it takes true, false, or an object with some of unescaped,'],
    [{ naming: 'x' }, 'naming cannot be'],
    [{ variable: 'a;b' }, 'variable cannot be'],
    [{ include: '**/*' }, 'must end in the suffix'],
    [{ include: '**/*.js' }, 'must end in the suffix'],
  ] as const)('%j are refused', ([options, message]) => {
    expect(() => hulkAmd(options as HulkAmdOptions)).toThrow(message)
  })

  test('stand in the README, all of them, with their defaults', () => {
    const text = source('options.ts').split('export interface ResolvedOptions')[0] ?? ''
    const names = [...text.matchAll(/^ {2}(\w+)\?: /gm)].map(([, name]) => name ?? '')
    const lintNames = new Set(['unescaped', 'unquoted'])
    for (const name of names.filter((one) => !lintNames.has(one))) {
      expect(readme).toMatch(new RegExp(`^### \`${name}\``, 'm'))
    }
  })

  test('have error codes that the README explains', () => {
    const files = fs
      .readdirSync(new URL('../src', import.meta.url), { encoding: 'utf8', recursive: true })
      .filter((name) => name.endsWith('.ts'))
    const codes = new Set(
      files.flatMap((name) => source(name).match(/HULK_AMD_[A-Z_]+[A-Z]/g) ?? []),
    )
    expect(codes.size).toBeGreaterThan(15)
    expect([...codes].filter((code) => !readme.includes(`\`${code}\``))).toEqual([])
  })
})

describe('include', () => {
  const root = '/site'
  test.for([
    ['**/*.mustache', '/elsewhere/a.mustache', true],
    ['**/*.mustache', '/site/a.mustache.bak', false],
    ['media/**/*.html', '/site/media/a/b/c.html', true],
    ['media/**/*.html', '/site/media/c.html', true],
    ['media/**/*.html', '/site/other/c.html', false],
    ['t/*.{mustache,hogan}', '/site/t/a.hogan', true],
    ['t/*.{mustache,hogan}', '/site/t/u/a.hogan', false],
    ['/abs/?.hogan', '/abs/a.hogan', true],
    ['./t/*.hogan', '/site/t/a.hogan', true],
  ] as const)('%s of %s is %s', ([glob, file, expected]) => {
    expect(readInclude([glob], root).matches(file)).toBe(expected)
  })
})

describe('a derived name', () => {
  const suffixes = ['.mustache']
  test.for([
    ['t/hello.template.mustache', 'source', '', 't/hello.template.js'],
    ['t/hello.template.mustache', 'hulk', '', 't/hello.js'],
    ['hello.mustache', 'source', 'n_', 'n_hello.js'],
    ['t/hello.mustache', 'source', 'n/', 't/n/hello.js'],
    ['.dot.mustache', 'hulk', '', undefined],
    ['.mustache', 'source', '', undefined],
  ] as const)('of %s by %s is %s%s', ([name, naming, namespace, expected]) => {
    expect(derivedName(name, suffixes, { naming, namespace })).toBe(expected)
  })

  test('with a namespace cannot be told by suffixes, so none is offered', () => {
    expect(derivedSuffixes(suffixes, { naming: 'source', namespace: 'n_' })).toEqual([])
  })
})
