import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { bundle } from './support/bundle.ts'
import { apiOf, runTemplates, site } from './support/site.ts'

const workspace = fileURLToPath(new URL('../../..', import.meta.url))

/** What TypeScript finds wrong, as `file:line`. */
function check(root: string): string[] {
  const bin = path.join(workspace, 'node_modules/.bin/tsc')
  let output = ''
  try {
    execFileSync(bin, ['-p', root], { encoding: 'utf8' })
  } catch (error) {
    output = (error as { stdout: string }).stdout
  }
  return [...output.matchAll(/^(?:.*\/)?([\w.]+\.[jt]s)\((\d+),/gm)].map(
    ([, file, line]) => `${file}:${line}`,
  )
}

/** Lets a site find this package. */
function link(root: string): void {
  fs.mkdirSync(path.join(root, 'node_modules/@kovu'), { recursive: true })
  fs.symlinkSync(
    path.join(workspace, 'plugins/hulk-amd'),
    path.join(root, 'node_modules/@kovu/hulk-amd'),
  )
}

const COMPILER_OPTIONS = {
  strict: true,
  noEmit: true,
  module: 'nodenext',
  target: 'es2023',
  types: [],
  allowArbitraryExtensions: true,
  allowImportingTsExtensions: true,
  customConditions: ['kovu-source'],
  skipLibCheck: true,
}

test('types: true writes the type of a context, which TypeScript checks', async () => {
  const root = site({
    'main.js': "import './page.template.mustache'",
    'page.template.mustache':
      '{{title}}{{#posts}}<li>{{text}} {{author.name}}</li>{{/posts}}{{^posts}}none{{/posts}}{{>foot}}',
    'foot.template.mustache': '{{year}}',
    'good.ts': [
      "import page from './page.template.mustache'",
      "page.render({ title: 'a', posts: [{ text: 'b', author: { name: 'c' } }], year: 2012 })",
      'page.render({ posts: false, title: () => 5 })',
      'export const text: string = page.render()',
    ].join('\n'),
    'bad.ts': [
      "import page from './page.template.mustache'",
      'page.render({ title: { no: 1 } })',
      "page.render({ posts: 'text' })",
      'page.render({ posts: [{ author: 5 }] })',
      'page.render({ year: [] })',
      'page.render({ tilte: 1 })',
    ].join('\n'),
    'tsconfig.json': JSON.stringify({
      compilerOptions: COMPILER_OPTIONS,
      files: ['good.ts', 'bad.ts'],
    }),
    'package.json': '{"type":"module"}',
  })
  await bundle(root, { types: true })
  link(root)
  expect(check(root)).toEqual(['bad.ts:2', 'bad.ts:3', 'bad.ts:4', 'bad.ts:5', 'bad.ts:6'])
})

test('with types: true, the templates target writes them for AMD modules, which name them in JSDoc', async () => {
  const root = site({
    't/page.template.mustache': '{{title}}{{>foot}}{{#wrap}}bold{{/wrap}}',
    't/foot.mustache': '{{year}}',
    'main.js': [
      '// @ts-check',
      "/** @typedef {import('./t/page.template.mustache').Context} Page */",
      '/** @type {Page} */',
      "const good = { title: 'a', year: 2012, wrap: () => (/** @type {string} */ text) => text }",
      '/** @type {Page} */',
      'const bad = { title: [] }',
      '/** @type {Page} */',
      "const worse = { headline: 'a' }",
    ].join('\n'),
    'tsconfig.json': JSON.stringify({
      compilerOptions: { ...COMPILER_OPTIONS, allowJs: true, checkJs: true },
      files: ['main.js'],
    }),
  })
  await runTemplates(await apiOf(root, { types: true }), root)
  link(root)
  expect(check(root)).toEqual(['main.js:6', 'main.js:8'])
})

test('without it, templates have the plain type of @kovu/hulk-amd/client', () => {
  const root = site({
    'main.ts': [
      "import page, { 'module.exports' as same } from './page.template.mustache'",
      "import render from './row.hogan?hogan-render'",
      "import text from './row.hogan?raw'",
      'export const all: string = page.render({}) + same.render() + render({ a: 1 }) + text + render.template.render()',
      'page.rendr()',
    ].join('\n'),
    'tsconfig.json': JSON.stringify({
      compilerOptions: { ...COMPILER_OPTIONS, types: ['@kovu/hulk-amd/client'] },
      files: ['main.ts'],
    }),
    'package.json': '{"type":"module"}',
  })
  link(root)
  expect(check(root)).toEqual(['main.ts:5'])
})

test('types: true keeps the types of templates that include themselves, or each other', async () => {
  const root = site({
    'main.js': "import './tree.mustache'\nimport './even.mustache'",
    'tree.mustache': '{{label}}{{#kids}}{{>tree}}{{/kids}}{{>leaf}}',
    'leaf.mustache': '{{leaf}}',
    'even.mustache': '{{even}}{{#next}}{{>odd}}{{/next}}',
    'odd.mustache': '{{odd}}{{#next}}{{>even}}{{/next}}',
    'use.ts': [
      "import tree from './tree.mustache'",
      "import even from './even.mustache'",
      "tree.render({ label: 'a', kids: [{ label: 'b', kids: [] }], leaf: 1 })",
      "even.render({ even: 'a', odd: 'b', next: { odd: 'c' } })",
      'tree.render({ label: [] })',
      'tree.render({ lable: 1 })',
      'even.render({ even: [] })',
    ].join('\n'),
    'tsconfig.json': JSON.stringify({
      compilerOptions: { ...COMPILER_OPTIONS, skipLibCheck: false },
      files: ['use.ts'],
    }),
    'package.json': '{"type":"module"}',
  })
  await bundle(root, { types: true })
  link(root)
  expect(check(root)).toEqual(['use.ts:5', 'use.ts:6', 'use.ts:7'])
})
