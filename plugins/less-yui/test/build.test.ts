import { expect, test } from 'vitest'
import { lessYui } from '../src/index.ts'
import { built, project } from './support/project.ts'

const SITE = {
  'css/main.less':
    '@import "a.less";\n.main { color: @c; *zoom: 1; background: url(../img/b.png?x#y) }\n',
  'css/a.less': '@c: #ff0000;\n.a { background: url(../img/a.png) }\n',
  'img/a.png': 'a'.repeat(5000),
  'img/b.png': 'b'.repeat(5000),
}

test('takes .less files as build inputs: one sheet, no script, hacks kept', async () => {
  const output = await built(project(SITE), {
    plugins: [lessYui()],
    build: { rolldownOptions: { input: 'css/main.less' } },
  })
  const names = Object.keys(output)
  const css = output[names.find((name) => name.endsWith('.css')) ?? ''] ?? ''
  expect(css).toMatch(/^\.a\{background:url\(\/assets\/a-[\w-]+\.png\)\}/)
  expect(css).toMatch(/\.main\{color:red;\*zoom:1;background:url\([^)]*b-[\w-]+\.png\?x#y\)\}/)
  expect(names.filter((name) => name.endsWith('.png'))).toHaveLength(2)
  expect(names.filter((name) => name.endsWith('.js'))).toEqual([])
})

test("puts a sheet imported from JavaScript through Vite's CSS pipeline", async () => {
  const site = project({
    ...SITE,
    'index.js': "import './css/main.css'\nimport text from './css/a.css?inline'\nconsole.log(text)",
    'css/plain.css': '.plain { color: #ff0000 }',
  })
  const output = await built(site, {
    plugins: [lessYui()],
    build: { rolldownOptions: { input: 'index.js' } },
  })
  const all = Object.entries(output)
  expect(all.find(([name]) => name.endsWith('.css'))?.[1]).toContain('*zoom:1')
  expect(all.find(([name]) => name.endsWith('.js'))?.[1]).toContain('.a{background:url(')
})

test('follows a <link> in HTML, to main.css and to main.less', async () => {
  const site = project({
    ...SITE,
    'css/two.less': '.two { width: 1px + 1 }',
    'index.html':
      '<link rel="stylesheet" href="/css/main.css"><link rel="stylesheet" href="/css/two.less">',
  })
  const output = await built(site, { plugins: [lessYui()] })
  const css = Object.entries(output).find(([name]) => name.endsWith('.css'))?.[1]
  expect(css).toContain('*zoom:1')
  expect(css).toContain('.two{width:2px}')
  expect(output['index.html']).toMatch(/href="\/assets\/index-[\w-]+\.css"/)
})

test('inlines what a sheet imports as CSS, though only its source exists', async () => {
  const site = project({
    'css/main.less': [
      '@import (css) "../parts/other.css" screen;',
      '@import (css) url(../parts/two.css) layer(x) supports(display: grid);',
      '@import (css) "https://example.test/far.css";',
      '.main { color: red }',
    ].join('\n'),
    'parts/other.less': '.other { background: url(a.png) }',
    'parts/two.less': '@import (css) "./other.css"; .two { content: "url(a.png)" }',
    'parts/a.png': 'a'.repeat(5000),
  })
  const output = await built(site, {
    plugins: [lessYui({ minify: 'yui' })],
    build: { rolldownOptions: { input: 'css/main.less' } },
  })
  const css = Object.entries(output).find(([name]) => name.endsWith('.css'))?.[1]
  expect(css?.replaceAll(/a-[\w-]+\.png/g, 'a.png')).toBe(
    '@import "https://example.test/far.css";' +
      '@media screen{.other{background:url(/assets/a.png)}}' +
      '@layer x{@supports (display: grid){.other{background:url(/assets/a.png)}.two{content:"url(a.png)"}}}' +
      '.main{color:red}',
  )
})

test.each<[what: string, less: Record<string, unknown>, url: RegExp]>([
  // As lessc, below the folder of the sheet.
  ['off', {}, /url\(\/assets\/x-[\w-]+\.png\)/],
  ['all', { rewriteUrls: 'all' }, /url\(\/assets\/y-[\w-]+\.png\)/],
  ['a version', { urlArgs: 'v=42' }, /url\(\/assets\/x-[\w-]+\.png\?v=42\)/],
  [
    'another host',
    { rootpath: 'https://cdn.test/s/' },
    /url\(https:\/\/cdn\.test\/s\/img\/x\.png\)/,
  ],
])('url() in a partial of another folder: %s', async (_what, less, url) => {
  const site = project({
    'site/css/main.less': '@import "../parts/deep/p.less";',
    'site/parts/deep/p.less': '.p { background: url(img/x.png) }',
    'site/css/img/x.png': 'x'.repeat(5000),
  })
  // What `rewriteUrls: all` means instead.
  if (less.rewriteUrls) {
    site.write('site/parts/deep/p.less', '.p { background: url(img/y.png) }')
    site.write('site/parts/deep/img/y.png', 'y'.repeat(5000))
  }
  const output = await built(site, {
    plugins: [lessYui({ less })],
    build: { rolldownOptions: { input: 'site/css/main.less' } },
  })
  expect(Object.entries(output).find(([name]) => name.endsWith('.css'))?.[1]).toMatch(url)
})

test('a plain CSS file may import a sheet made from LESS', async () => {
  const site = project({
    ...SITE,
    'css/app.css': '@import "./main.css";\n.app { color: blue }\n',
    'index.js': "import './css/app.css'",
  })
  const output = await built(site, {
    plugins: [lessYui({ minify: 'yui' })],
    build: { rolldownOptions: { input: 'index.js' } },
  })
  const css = Object.entries(output).find(([name]) => name.endsWith('.css'))?.[1]
  expect(css).toMatch(/^\.a\{background:url\(\/assets\/a-[^)]+\)\}\.main\{.*\}\.app\{color:blue\}/)
})

test('makes CSS modules from .module.less', async () => {
  const site = project({
    'x.module.less': '.box { .in { width: 1px + 1 } }',
    'index.js': "import { box } from './x.module.css'\nconsole.log(box)",
  })
  const output = await built(site, {
    plugins: [lessYui()],
    build: { rolldownOptions: { input: 'index.js' } },
  })
  const css = Object.entries(output).find(([name]) => name.endsWith('.css'))?.[1]
  expect(css).toMatch(/^\._box_\w+ \._in_\w+\{width:2px\}/)
})

test.each([
  [{ minify: false } as const, '  color: #ff0000;\n'],
  [{ minify: 'yui' } as const, '.main{color:#f00;*zoom:1;background:url('],
  [{ minify: 'yui-exact' } as const, '.main{color:#f00;*zoom:1;background:url('],
  [{ legacyHacks: 'strip' } as const, '.main{color:red;background:url('],
])('minifies as %o says', async (options, part) => {
  const output = await built(project(SITE), {
    plugins: [lessYui(options)],
    build: { rolldownOptions: { input: 'css/main.less' } },
  })
  expect(Object.values(output).join('\n')).toContain(part)
})

test("leaves minifying to Vite's own build.cssMinify when that is set", async () => {
  const output = await built(project(SITE), {
    plugins: [lessYui()],
    build: { cssMinify: false, rolldownOptions: { input: 'css/main.less' } },
  })
  expect(Object.values(output).join('\n')).toContain('  color: #ff0000;\n')
})

test('a broken partial fails the build with its place', async () => {
  const site = project({ ...SITE, 'css/a.less': '@c: red;\n.a { color: ; ] }\n' })
  const failed = built(site, {
    plugins: [lessYui()],
    build: { rolldownOptions: { input: 'css/main.less' } },
  })
  await expect(failed).rejects.toMatchObject({
    errors: [
      expect.objectContaining({
        pluginCode: 'LESS_YUI_SYNTAX',
        loc: expect.objectContaining({ file: site.file('css/a.less'), line: 2 }) as object,
      }),
    ],
  })
})
