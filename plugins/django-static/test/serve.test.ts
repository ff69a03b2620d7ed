import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { KovuApi } from '@kovu/protocol'
import type { Plugin } from 'vite'
import { runPython } from './support/build.ts'
import { startDev } from './support/dev.ts'
import { makeProject } from './support/project.ts'

const JQUERY = 'window.jQuery = function () {}\n'

test('answers the files of every finder with their own bytes and types', async () => {
  const project = makeProject({
    admin: true,
    files: {
      'media/lib/jquery.js': JQUERY,
      'media/main/css/site.css': 'body { color: red }\n',
      'media/fonts/a.woff2': Uint8Array.from([0, 1, 2, 255]),
      'media/img/a.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
      'media/data.json': '{}',
      'media/a b#c.txt': 'odd name',
      'brand/logo.png': 'png',
      'shop/static/shop/cart.js': '// cart\n',
    },
  })
  const { get } = await startDev(project.root)
  const expected: [string, string, string][] = [
    ['/static/lib/jquery.js?v=3', 'text/javascript; charset=utf-8', JQUERY],
    ['/static/main/css/site.css', 'text/css; charset=utf-8', 'body { color: red }\n'],
    ['/static/img/a.svg', 'image/svg+xml', '<svg xmlns="http://www.w3.org/2000/svg"/>'],
    ['/static/data.json', 'application/json', '{}'],
    ['/static/a%20b%23c.txt', 'text/plain; charset=utf-8', 'odd name'],
    ['/static/brand/logo.png', 'image/png', 'png'],
    ['/static/shop/cart.js', 'text/javascript; charset=utf-8', '// cart\n'],
  ]
  for (const [url, type, text] of expected) {
    const answer = await get(url, { accept: '*/*' })
    expect([url, answer.status, answer.headers['content-type'], answer.text]).toEqual([
      url,
      200,
      type,
      text,
    ])
  }
  const font = await get('/static/fonts/a.woff2')
  expect([...font.bytes]).toEqual([0, 1, 2, 255])
  expect(font.headers['content-type']).toBe('font/woff2')
  const admin = await get('/static/admin/css/base.css')
  expect(admin.status).toBe(200)
  expect(admin.text).toContain('DJANGO Admin styles')
})

test('answers conditional requests, ranges and HEAD', async () => {
  const project = makeProject({ files: { 'media/a.txt': '0123456789', 'media/empty.txt': '' } })
  const { get } = await startDev(project.root)
  const whole = await get('/static/a.txt')
  const etag = String(whole.headers['etag'])
  const modified = String(whole.headers['last-modified'])
  expect((await get('/static/a.txt', { 'if-none-match': etag })).status).toBe(304)
  expect((await get('/static/a.txt', { 'if-modified-since': modified })).status).toBe(304)
  expect((await get('/static/a.txt', { 'if-none-match': '"other"' })).status).toBe(200)
  const ranges: [string, number, string][] = [
    ['bytes=2-4', 206, '234'],
    ['bytes=7-', 206, '789'],
    ['bytes=-3', 206, '789'],
    ['bytes=0-99', 206, '0123456789'],
    ['bytes=10-', 416, ''],
    ['bytes=5-2', 200, '0123456789'],
    ['lines=1-2', 200, '0123456789'],
  ]
  for (const [range, status, text] of ranges) {
    const answer = await get('/static/a.txt', { range })
    expect([range, answer.status, answer.text]).toEqual([range, status, text])
  }
  const stale = await get('/static/a.txt', { range: 'bytes=2-4', 'if-range': '"other"' })
  expect([stale.status, stale.text]).toEqual([200, '0123456789'])
  const head = await get('/static/a.txt', {}, 'HEAD')
  expect([head.status, head.text, head.headers['content-length']]).toEqual([200, '', '10'])
  expect((await get('/static/empty.txt')).status).toBe(200)
  const post = await get('/static/a.txt', {}, 'POST')
  expect([post.status, post.headers['allow']]).toEqual([405, 'GET, HEAD'])
})

test('finds the source of a hashed name of production', async () => {
  const project = makeProject({
    files: { 'media/main/css/site.css': 'a{}', 'media/x.abcdefabcdef.css': 'x{}' },
  })
  const { get } = await startDev(project.root)
  expect((await get('/static/main/css/site.0123456789ab.css')).text).toBe('a{}')
  expect((await get('/static/x.abcdefabcdef.css')).text).toBe('x{}')
})

test('names the nearest file when there is none', async () => {
  const project = makeProject({ files: { 'media/main/css/site.css': 'a{}' } })
  const { get } = await startDev(project.root)
  const answer = await get('/static/main/css/sit.css')
  expect(answer.status).toBe(404)
  expect(answer.text).toBe(
    'No static file has the name main/css/sit.css. Did you mean main/css/site.css?\n',
  )
})

test('an ES module is answered by a re-export of its one URL, a classic script by itself', async () => {
  const project = makeProject({
    files: {
      'media/app.js': 'export const one = 1\nexport default 2\n',
      'media/plain.js': 'var text = "export default"; // import x from "y"\n',
      'shop/static/shop/widget.mjs': 'import { one } from "/static/app.js"\nexport { one }\n',
    },
  })
  const { get } = await startDev(project.root)
  const app = await get('/static/app.js')
  expect(app.text).toBe(
    'export * from "/static/media/app.js";export { default } from "/static/media/app.js"\n',
  )
  expect((await get('/static/media/app.js')).text).toContain('export const one = 1')
  expect((await get('/static/plain.js')).text).toContain('var text')
  expect((await get('/static/shop/widget.mjs')).text).toBe(
    'export * from "/static/shop/static/shop/widget.mjs"\n',
  )
  // The import by public name leads to the same URL.
  const widget = await get('/static/shop/static/shop/widget.mjs')
  expect(widget.text).toContain('"/static/media/app.js"')
})

test('asks its peers first, then derives, then reads', async () => {
  const project = makeProject({
    files: {
      'media/require.js': 'old loader',
      'media/main/css/site.less': '@c: red; a { color: @c }',
      'media/t/hello.mustache': 'Hello {{name}}',
      'media/t/both.mustache': 'both',
      'media/t/both.js': 'built by the old Makefile',
    },
  })
  const peer: KovuApi = {
    answers: ({ publicName, file }) =>
      Promise.resolve(
        publicName === 'require.js'
          ? {
              body: `new loader over ${String(file?.endsWith('media/require.js'))}`,
              type: 'text/javascript',
            }
          : undefined,
      ),
    derives: [
      {
        from: '.mustache',
        to: '.js',
        pipeline: false,
        publish: 'mentioned',
        preferSource: true,
        render: (source) =>
          Promise.resolve({
            code: `define(${JSON.stringify(readFileSync(source, 'utf8'))})`,
            watch: [source],
          }),
      },
      {
        from: '.less',
        to: '.css',
        pipeline: true,
        publish: 'mentioned',
        preferSource: true,
        render: () => Promise.reject(new Error('not asked in development')),
      },
    ],
  }
  const less: Plugin = {
    name: 'fake-less',
    enforce: 'pre',
    api: { kovu: peer },
    load(id) {
      const file = id.replace(/\?.*$/, '')
      return file.endsWith('site.css')
        ? `/* from ${readFileSync(file.replace('.css', '.less'), 'utf8')} */`
        : undefined
    },
  }
  const dev = await startDev(project.root, {}, { plugins: [less] })
  expect((await dev.get('/static/require.js')).text).toBe(
    'new loader over true\n;import("/static/@vite/client")\n',
  )
  expect((await dev.get('/static/t/hello.js')).text).toBe('define("Hello {{name}}")')
  expect((await dev.get('/static/t/both.js')).text).toBe('define("both")')
  // What was made does not travel again as long as it is the same.
  for (const url of ['/static/require.js', '/static/t/hello.js']) {
    const { headers } = await dev.get(url)
    const etag = String(headers['etag'])
    const again = await dev.get(url, { 'if-none-match': etag })
    expect([url, again.status, again.text, again.headers['etag']]).toEqual([url, 304, '', etag])
    expect((await dev.get(url, { 'if-none-match': '"other"' })).status).toBe(200)
  }
  const before = String((await dev.get('/static/t/hello.js')).headers['etag'])
  project.write('media/t/hello.mustache', 'Goodbye {{name}}')
  const edited = await dev.get('/static/t/hello.js', { 'if-none-match': before })
  expect([edited.status, edited.text]).toEqual([200, 'define("Goodbye {{name}}")'])
  project.write('media/t/hello.mustache', 'Hello {{name}}')
  expect((await dev.get('/static/gone.js')).headers['etag']).toBeUndefined()
  for (const url of [
    '/static/main/css/site.css',
    '/static/main/css/site.css?v=1',
    '/static/main/css/site.0123456789ab.css',
  ]) {
    const css = await dev.get(url)
    expect(css.headers['content-type']).toBe('text/css')
    expect(css.headers['cache-control']).toBe('no-cache')
    expect(css.text).toContain('/* from @c: red; a { color: @c } */')
  }
  const statics = await dev.api.statics?.()
  expect(statics?.findDerived('main/css/site.css', '.less', '.css')).toEqual({
    file: project.path('media/main/css/site.css'),
    source: project.path('media/main/css/site.less'),
  })
  // The module's URL is the public path: that is what Vite's own css-update names.
  const module = await dev.server.environments.client.moduleGraph.getModuleByUrl(
    '/main/css/site.css?direct',
  )
  expect(module?.id).toBe(`${project.path('media/main/css/site.css')}?direct`)
})

test('leaves the HMR client to the front when there is one', async () => {
  const project = makeProject({ files: { 'media/require.js': 'loader' } })
  const front: Plugin = { name: 'vhost-dev' }
  const { get } = await startDev(project.root, {}, { plugins: [front] })
  expect((await get('/static/require.js')).text).toBe('loader')
})

test('brings the HMR client by the script that has data-main', async () => {
  const project = makeProject({
    staticUrl: 'https://cdn.shop.example:8443/s/',
    files: {
      'media/vendor/amd.js': 'loader',
      'templates/base.html': `{% load static %}<script data-main="{% static 'main.js' %}" src="{% static 'vendor/amd.js' %}"></script>`,
    },
  })
  const { get } = await startDev(project.root)
  const host = { host: 'cdn.shop.example:8443' }
  expect((await get('/s/vendor/amd.js', host)).text).toBe(
    'loader\n;import("https://cdn.shop.example:8443/s/@vite/client")\n',
  )
})

test('brings the HMR client by every script that a template loads, and by no other', async () => {
  const project = makeProject({
    files: {
      'media/plain.js': 'var plain',
      'media/other.js': 'var other',
      'media/app.js': 'export const app = 1\n',
      'templates/a.html': `{% load static %}<script src="{% static 'plain.js' %}"></script>`,
      'templates/b.html': `{% load static %}<script type="module" src="{% static 'app.js' %}"></script><a href="{% static 'other.js' %}">`,
    },
  })
  const { get } = await startDev(project.root)
  expect((await get('/static/plain.js')).text).toBe('var plain\n;import("/static/@vite/client")\n')
  expect((await get('/static/app.js')).text).toBe(
    'import "/static/@vite/client";export * from "/static/media/app.js"\n',
  )
  expect((await get('/static/other.js')).text).toBe('var other')
})

test('serves what the forms of the admin ask for', async () => {
  const project = makeProject({ admin: true })
  const { get } = await startDev(project.root)
  const urls = JSON.parse(
    runPython(
      project.root,
      `import django, json; django.setup()
from django.contrib.admin.widgets import AdminDateWidget, FilteredSelectMultiple
media = AdminDateWidget().media + FilteredSelectMultiple('x', False).media
print(json.dumps([media.absolute_path(path) for path in media._js]))`,
    ),
  ) as string[]
  expect(urls.length).toBeGreaterThan(3)
  for (const url of urls) expect([url, (await get(url)).status]).toEqual([url, 200])
})
