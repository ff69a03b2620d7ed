import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { bundle } from './support/bundle.ts'
import { site } from './support/site.ts'

const workspace = fileURLToPath(new URL('../../..', import.meta.url))

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
      compilerOptions: {
        strict: true,
        noEmit: true,
        module: 'nodenext',
        target: 'es2023',
        types: [],
        allowArbitraryExtensions: true,
        allowImportingTsExtensions: true,
        customConditions: ['kovu-source'],
        skipLibCheck: true,
      },
      files: ['good.ts', 'bad.ts'],
    }),
    'package.json': '{"type":"module"}',
  })
  await bundle(root, { types: true })
  fs.mkdirSync(path.join(root, 'node_modules/@kovu'), { recursive: true })
  fs.symlinkSync(
    path.join(workspace, 'plugins/hulk-amd'),
    path.join(root, 'node_modules/@kovu/hulk-amd'),
  )
  let output = ''
  try {
    execFileSync(path.join(workspace, 'node_modules/.bin/tsc'), ['-p', root], { encoding: 'utf8' })
  } catch (error) {
    output = (error as { stdout: string }).stdout
  }
  const places = [...output.matchAll(/^.*?(\w+\.ts)\((\d+),/gm)].map(
    ([, file, line]) => `${file}:${line}`,
  )
  expect(places).toEqual(['bad.ts:2', 'bad.ts:3', 'bad.ts:4', 'bad.ts:5', 'bad.ts:6'])
})
