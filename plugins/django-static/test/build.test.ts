import {
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { expect, test } from 'vitest'
import type { KovuApi } from '@kovu/protocol'
import type { Plugin } from 'vite'
import { readManifest, readTree, runBuild, runPython } from './support/build.ts'
import { makeProject } from './support/project.ts'

const STORAGE = `
STORAGES = {
    'default': {'BACKEND': 'django.core.files.storage.FileSystemStorage'},
    'staticfiles': {'BACKEND': 'django.contrib.staticfiles.storage.ManifestStaticFilesStorage'},
}
`
const CSS_URL = 'url(../img/a.png)'

/** Plays the other plugins: a bundler of AMD files and a LESS compiler. */
function peers(): Plugin {
  const derive: KovuApi['derives'] = [
    {
      from: '.less',
      to: '.css',
      pipeline: true,
      publish: 'mentioned',
      preferSource: true,
      render: (source) => Promise.resolve({ code: `a{background:${CSS_URL}}`, watch: [source] }),
    },
    {
      from: '.mustache',
      to: '.js',
      pipeline: false,
      publish: 'mentioned',
      preferSource: true,
      render: (source) => Promise.resolve({ code: 'define(1)', watch: [source] }),
    },
  ]
  let urls: KovuApi['urls']
  return {
    name: 'fake-peers',
    api: { kovu: { derives: derive } satisfies KovuApi },
    configResolved(config) {
      const own = config.plugins.find(({ name }) => name === 'django-static') as {
        api: { kovu: KovuApi }
      }
      urls = (publicName, source) => own.api.kovu.urls?.(publicName, source)
    },
    generateBundle() {
      const main = 'define("main",[],function(){})'
      const names = {
        main: urls?.('main/js/main.js', main),
        again: urls?.('main/js/main.js'),
        plain: urls?.('img/a.png'),
        css: urls?.('css/site.css'),
        none: urls?.('gone.js'),
      }
      this.emitFile({ type: 'asset', fileName: 'main/js/main.js', source: main })
      this.emitFile({ type: 'asset', fileName: 'main/names.json', source: JSON.stringify(names) })
    },
  }
}

const FILES = {
  'media/img/a.png': 'a',
  'media/css/site.less': 'a { }',
  'media/css/partial.less': 'broken {',
  'media/t/hello.mustache': 'hello',
  'media/main/js/main.js': 'define(["./dep"], function () {})',
  'media/main/js/app.js':
    'import { shared } from "./shared.js"\nimport("./lazy.js")\nconsole.log(shared)\n',
  'media/main/js/shared.js': 'export const shared = 1\n',
  'media/main/js/lazy.js': 'export const lazy = 2\n',
  'media/require.js': 'var require',
  'templates/home.html': `{% load static %}
<link rel="stylesheet" href="{% static 'css/site.css' %}">
<script data-main="{% static 'main/js/main' %}" src="{% static 'require.js' %}"></script>
<script type="module" src="{% static 'main/js/app.js' %}"></script>
{# {% static 'in/a/comment.css' %} #}
<img src="{% static 'img/aa.png' %}">
`,
}

test('carries the bundle, what peers derive, and plain files into one site that Django reads', async () => {
  const project = makeProject({ admin: true, settings: STORAGE, files: FILES })
  const logged = await runBuild(project.root, {}, { plugins: [peers()] })
  const tree = readTree(project.path('staticroot'))
  const { paths } = readManifest(project.path('staticroot'))

  // The asset stands for the source, hashed as Django hashes.
  expect(tree.get('main/js/main.js')).toBe('define("main",[],function(){})')
  expect(tree.get(paths['main/js/main.js'] ?? '')).toBe('define("main",[],function(){})')
  expect(paths['main/js/main']).toBe(paths['main/js/main.js'])
  // The derived sheet is published with its references, the partial and the template are not.
  expect(tree.get('css/site.css')).toBe(`a{background:${CSS_URL}}`)
  expect(tree.get(paths['css/site.css'] ?? '')).toBe(
    `a{background:url("../img/${paths['img/a.png']?.slice(4)}")}`,
  )
  expect(
    [...tree.keys()].filter((name) => /partial|hello|\.less|mustache|empty/.test(name)),
  ).toEqual([])
  // A chunk has its own name and a key without the hash.
  const app = paths['main/js/app.js'] ?? ''
  expect(app).toMatch(/^main\/js\/app\.[0-9a-f]{12}\.js$/)
  expect([...tree.keys()].filter((name) => name.startsWith('main/js/app.'))).toHaveLength(2)
  const lazy = /_kovu\/lazy\.[0-9a-f]{12}\.js/.exec(tree.get(app) ?? '')?.[0]
  expect(lazy).toBe(paths['_kovu/lazy.js'])
  expect(tree.has(lazy ?? '')).toBe(true)
  // Names that were given while generating are the names that were published.
  expect(JSON.parse(tree.get('main/names.json') ?? '')).toEqual({
    main: paths['main/js/main.js'],
    again: paths['main/js/main.js'],
    plain: paths['img/a.png'],
    css: paths['css/site.css'],
  })
  expect(logged.filter((line) => line.includes('names no static file'))).toEqual([
    "django-static: templates/home.html:6:11: {% static 'img/aa.png' %} names no static file. Did you mean img/a.png?",
  ])
  const url = runPython(
    project.root,
    `import django; django.setup()
from django.conf import settings; settings.DEBUG = False
from django.templatetags.static import static
print(static('css/site.css'), static('admin/css/base.css'), static('main/js/main'))`,
  )
  expect(url).toBe(
    ['css/site.css', 'admin/css/base.css', 'main/js/main']
      .map((name) => `/static/${paths[name]}`)
      .join(' '),
  )
})

test('writes nothing again that has not changed, and leaves foreign files alone', async () => {
  const project = makeProject({
    settings: STORAGE,
    files: {
      'media/a.css': 'a{background:url(i.png)}',
      'media/i.png': 'i',
      'staticroot/foreign.txt': 'mine',
    },
  })
  await runBuild(project.root)
  const root = project.path('staticroot')
  const first = readTree(root)
  const old = new Date(2020, 1, 1)
  for (const name of first.keys()) utimesSync(`${root}/${name}`, old, old)
  const logged = await runBuild(project.root)
  expect(readTree(root)).toEqual(first)
  for (const name of first.keys())
    expect([name, statSync(`${root}/${name}`).mtimeMs]).toEqual([name, old.getTime()])
  expect(logged.join('\n')).toContain('0 files written')
  expect(readFileSync(`${root}/foreign.txt`, 'utf8')).toBe('mine')

  project.write('media/i.png', 'changed')
  await runBuild(project.root)
  const second = readTree(root)
  expect(second.get('i.png')).toBe('changed')
  // Yesterday's pages still find their files.
  for (const name of first.keys()) expect(second.has(name)).toBe(true)
  expect(statSync(`${root}/i.png`).mode & 0o777).toBe(0o644)
})

test('stops at the staging folder when other targets are run', async () => {
  const project = makeProject({ settings: STORAGE, files: { 'media/a.css': 'a{}' } })
  await runBuild(project.root, {}, { kovu: { targets: ['css'] } })
  expect(() => readTree(project.path('staticroot'))).toThrow(/ENOENT/)
  await runBuild(project.root, {}, { kovu: { targets: ['css', 'static'] } })
  expect(readTree(project.path('staticroot')).get('a.css')).toBe('a{}')
})

test('a missing source map is a warning, and its comment is left out', async () => {
  const map = ['source', 'MappingURL'].join('')
  const project = makeProject({
    settings: STORAGE,
    files: {
      'media/lib.js': `var a\n//# ${map}=lib.js.map\n`,
      'media/lib.css': `a{}\n/*# ${map}=lib.css.map */`,
      'media/kept.js': `var a\n//# ${map}=data:application/json,{}\n`,
    },
  })
  const logged = await runBuild(project.root)
  const tree = readTree(project.path('staticroot'))
  const { paths } = readManifest(project.path('staticroot'))
  expect(tree.get(paths['lib.js'] ?? '')).toBe('var a\n\n')
  expect(tree.get(paths['lib.css'] ?? '')).toBe('a{}\n')
  expect(tree.get(paths['kept.js'] ?? '')).toContain('data:application/json')
  expect(logged.filter((line) => line.includes('source map'))).toHaveLength(2)
  expect(logged.join('\n')).toMatch(/media\/lib\.js:2: the source map lib\.js\.map does not exist/)
})

test('comments and strings are no references; quotes and spaces in url() are', async () => {
  const project = makeProject({
    settings: STORAGE,
    files: {
      'media/i.png': 'i',
      'media/a.css':
        '/* url(gone.png) @import "gone.css" */a{content:"url(gone.png)"}b{background:url( "i.png" )}',
    },
  })
  await runBuild(project.root)
  const { paths } = readManifest(project.path('staticroot'))
  expect(readTree(project.path('staticroot')).get(paths['a.css'] ?? '')).toBe(
    `/* url(gone.png) @import "gone.css" */a{content:"url(gone.png)"}b{background:url("${paths['i.png']}")}`,
  )
})

test('compresses as WhiteNoise does', async () => {
  const text = 'a { color: red }\n'.repeat(100)
  const project = makeProject({
    settings: STORAGE,
    files: { 'media/a.css': text, 'media/tiny.txt': 'x', 'media/i.png': text },
  })
  const names = async (): Promise<string[]> => {
    await runBuild(project.root, { compress: true })
    return [...readTree(project.path('staticroot')).keys()].sort()
  }
  const { paths } = readManifest(await names().then(() => project.path('staticroot')))
  const css = paths['a.css'] ?? ''
  const expected = [
    'a.css',
    css,
    paths['i.png'],
    'i.png',
    'staticfiles.json',
    'tiny.txt',
    paths['tiny.txt'],
  ]
  expected.push('a.css.br', 'a.css.gz', `${css}.br`, `${css}.gz`)
  expect(await names()).toEqual(expected.sort())
})

test('circles of links and names that are no UTF-8 keep nothing from being published', async () => {
  const project = makeProject({ settings: STORAGE, files: { 'media/deep/a.txt': 'a' } })
  symlinkSync(project.path('media'), project.path('media/deep/loop'))
  symlinkSync('itself', project.path('media/itself'))
  symlinkSync('gone', project.path('media/dangling'))
  writeFileSync(Buffer.concat([Buffer.from(project.path('media/b')), Buffer.from([0xff])]), 'x')
  project.write('media/\uFFFD.txt', 'a name that has the replacement character')
  const logged = await runBuild(project.root)
  const names = Object.keys(readManifest(project.path('staticroot')).paths)
  expect(names).toEqual(['deep/a.txt', '\uFFFD.txt'])
  expect(logged.filter((line) => line.includes('UTF-8'))).toEqual([
    expect.stringMatching(/media\/b\uFFFD has a name that is not UTF-8.*: rename the file/),
  ])
})

test('a manifest that was cut short is written again, and a storage without one is named', async () => {
  const project = makeProject({ files: { 'media/a.txt': 'a' } })
  const manifest = project.path('staticroot/staticfiles.json')
  const logged = await runBuild(project.root)
  expect(logged.join('\n')).toMatch(
    /StaticFilesStorage does not read staticfiles\.json, so \{% static %\} gives unhashed names/,
  )
  const whole = readFileSync(manifest, 'utf8')
  writeFileSync(manifest, whole.slice(0, 20))
  for (const cache of readdirSync(project.path('node_modules/.kovu/static')))
    writeFileSync(project.path(`node_modules/.kovu/static/${cache}`), '[[')
  await runBuild(project.root)
  expect(readFileSync(manifest, 'utf8')).toBe(whole)
})

test('compresses a content once, whatever its names and releases', async () => {
  const text = 'a { color: red }\n'.repeat(100)
  const project = makeProject({ settings: STORAGE, files: { 'media/a.css': text } })
  await runBuild(project.root, { compress: true })
  const cache = project.path('node_modules/.kovu/compressed')
  const before = readdirSync(cache)
  const old = new Date(2020, 1, 1)
  for (const name of before) utimesSync(`${cache}/${name}`, old, old)
  project.write('media/b.css', text)
  await runBuild(project.root, { compress: true })
  expect(readdirSync(cache)).toEqual(before)
  for (const name of before) expect(statSync(`${cache}/${name}`).mtimeMs).toBe(old.getTime())
  expect(readTree(project.path('staticroot')).has('b.css.br')).toBe(true)
})
