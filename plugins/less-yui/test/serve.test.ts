import { rmSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import { lessYui } from '../src/index.ts'
import { link, project, serve } from './support/project.ts'

const SITE = {
  'css/main.less': '@import "a.less";\n.main { color: @c; }\n',
  'css/a.less': '@c: red;\n.a { background: url(../img/a.png) }\n',
}

test('answers a link to main.css from main.less', async () => {
  const site = project(SITE)
  const { server } = await serve(site, { plugins: [lessYui()] })
  expect(await link(server, '/css/main.css')).toBe(
    '.a {\n  background: url(../img/a.png);\n}\n.main {\n  color: red;\n}\n',
  )
})

test('answers the source under its own URL as CSS too', async () => {
  const { server } = await serve(project(SITE), { plugins: [lessYui()] })
  expect(await link(server, '/css/main.less')).toContain('color: red')
})

test('leaves url() in a linked sheet as lessc leaves it, whatever base says', async () => {
  const site = project({
    'css/main.less': '@import "deep/er/p.less";',
    'css/deep/er/p.less': '.p { background: url(../img/c.png?x#y) }\n@import (css) "other.css";',
    'img/c.png': 'png',
  })
  const { server } = await serve(site, { base: '/static/', plugins: [lessYui()] })
  const css = await link(server, '/css/main.css')
  expect(css).toContain('url(../img/c.png?x#y)')
  expect(css).toContain('@import "other.css";')
})

test('lets the source win over a stale main.css', async () => {
  const site = project({ ...SITE, 'css/main.css': '.stale{}' })
  const { server } = await serve(site, { plugins: [lessYui()] })
  expect(await link(server, '/css/main.css')).toContain('color: red')
})

test('lets main.css win with preferSource: false', async () => {
  const site = project({ ...SITE, 'css/main.css': '.stale{}' })
  const { server } = await serve(site, { plugins: [lessYui({ preferSource: false })] })
  expect(await link(server, '/css/main.css')).toContain('.stale')
})

test('leaves a .css of a package alone that has a .less beside it', async () => {
  const site = project({
    'node_modules/lib/lib.css': '.shipped{}',
    'node_modules/lib/lib.less': '.made{}',
  })
  const { server } = await serve(site, { plugins: [lessYui()] })
  expect(await link(server, '/node_modules/lib/lib.css')).toContain('.shipped')
})

test('answers an id that another plugin has resolved', async () => {
  const site = project({ 'media/main/css/kovu.less': '.k { width: 1px + 1 }' })
  const mapped = site.file('media/main/css/kovu.css')
  const finder = {
    name: 'finder',
    resolveId: (id: string) => (id.startsWith('/main/css/kovu.css') ? mapped + id.slice(18) : null),
  }
  const { server } = await serve(site, { plugins: [finder, lessYui()] })
  expect(await link(server, '/main/css/kovu.css')).toContain('width: 2px')
})

test('serves nothing that server.fs does not allow', async () => {
  const site = project({ 'app/x.less': '.x{color:red}', 'secret/y.less': '.y{color:red}' })
  const { server } = await serve(site, {
    root: site.file('app'),
    server: { fs: { allow: [site.file('app')] } },
    plugins: [lessYui({ implementation: site.file('node_modules/less') })],
  })
  expect(await link(server, '/x.css')).toContain('.x')
  await expect(link(server, `/@fs${site.file('secret/y.css')}`)).rejects.toThrow(/y\.css/)
})

test('imports from JavaScript: as a style, ?inline, ?url and ?raw', async () => {
  const site = project({ ...SITE, 'img/a.png': 'png' })
  const { server } = await serve(site, { plugins: [lessYui()] })
  const code = async (url: string): Promise<string> =>
    (await server.transformRequest(url))?.code ?? ''
  expect(await code('/css/main.css')).toContain('__vite__updateStyle')
  expect(await code('/css/main.css')).toContain('url(/img/a.png)')
  expect(await code('/css/main.css?inline')).toContain('color: red')
  expect(await code('/css/main.css?url')).toContain('export default "/css/main.css"')
  expect(await code('/css/main.css?raw')).toContain('url(../img/a.png)')
  expect(await code('/css/main.less?raw')).toContain('@import')
})

test('sends one css-update for exactly the sheets that use an edited partial', async () => {
  const site = project({ ...SITE, 'css/other.less': '.other{color:blue}' })
  const { server, sent } = await serve(site, { plugins: [lessYui()] })
  await link(server, '/css/main.css')
  await link(server, '/css/other.css')
  await wait(100)
  site.write('css/a.less', '@c: green;')
  await vi.waitFor(() => expect(sent).toContainEqual(expect.objectContaining({ type: 'update' })), {
    timeout: 20_000,
  })
  const updates = sent.flatMap((message) => message.updates ?? [])
  expect(updates.map(({ type, path }) => `${type} ${path}`)).toEqual([
    'css-update /css/main.css?direct',
  ])
  expect(await link(server, '/css/main.css')).toContain('color: green')
})

test('shows an error where it is, keeps the last good sheet and recovers', async () => {
  const site = project(SITE)
  const { server, sent } = await serve(site, { plugins: [lessYui()] })
  const good = await link(server, '/css/main.css')
  await wait(100)
  site.write('css/a.less', '@c: red;\n\n.a { color: @nope; }\n')
  const error = await vi.waitFor(
    () => {
      const found = sent.find(({ type }) => type === 'error')
      if (!found?.err) throw new Error('no error yet')
      return found.err
    },
    { timeout: 20_000 },
  )
  expect(error.loc).toMatchObject({ file: site.file('css/a.less'), line: 3, column: 13 })
  expect(error.message).toContain('variable @nope is undefined')
  expect(error.message).toContain(`${site.file('css/a.less')}:3:13`)
  expect(error.frame).toContain('3  |  .a { color: @nope; }\n   |              ^')
  expect(sent.flatMap(({ updates = [] }) => updates)).toEqual([])
  expect(await link(server, '/css/main.css')).toBe(good)
  site.write('css/a.less', '@c: red;\n.a { color: blue; }\n')
  await vi.waitFor(() => expect(sent.flatMap(({ updates = [] }) => updates)).toHaveLength(1), {
    timeout: 20_000,
  })
  expect(await link(server, '/css/main.css')).toContain('color: blue')
})

test('a sheet that is broken from the start says where, and recovers', async () => {
  const site = project({ 'css/main.less': '@import "missing";\n', 'css/x.txt': '' })
  const { server, sent } = await serve(site, { plugins: [lessYui()] })
  await expect(link(server, '/css/main.css')).rejects.toMatchObject({
    pluginCode: 'LESS_YUI_IMPORT',
    loc: { file: site.file('css/main.less'), line: 1 },
  })
  await wait(100)
  site.write('css/missing.less', '.there{color:red}')
  await vi.waitFor(() => expect(sent.map(({ type }) => type)).toContain('full-reload'), {
    timeout: 20_000,
  })
  expect(await link(server, '/css/main.css')).toContain('.there')
})

test('watches optional imports that are not there yet, and data-uri() files', async () => {
  const site = project({
    'css/main.less': '@import (optional) "later";\n.i { background: data-uri("i.svg") }',
    'css/i.svg': '<svg/>',
  })
  const { server, sent } = await serve(site, { plugins: [lessYui()] })
  const first = await link(server, '/css/main.css')
  await wait(100)
  site.write('css/later.less', '.later{color:red}')
  const updated = (count: number): Promise<void> =>
    vi.waitFor(() => expect(sent.flatMap(({ updates = [] }) => updates)).toHaveLength(count), {
      timeout: 20_000,
    })
  await updated(1)
  const second = await link(server, '/css/main.css')
  expect(second).toContain('.later')
  site.write('css/i.svg', '<svg><!-- more --></svg>')
  await updated(2)
  const third = await link(server, '/css/main.css')
  expect(third).not.toBe(second)
  rmSync(site.file('css/later.less'))
  await updated(3)
  expect(await link(server, '/css/main.css')).not.toContain('.later')
  expect(first).not.toContain('.later')
})

test('an edit of a sheet that a linked sheet imports as CSS makes the browser ask again', async () => {
  const site = project({
    'css/main.less': '@import (css) "parts/other.css";\n.main{color:red}',
    'css/parts/other.less': '@import "deep";',
    'css/parts/deep.less': '.deep{color:red}',
  })
  const { server, sent } = await serve(site, { plugins: [lessYui()] })
  expect(await link(server, '/css/main.css')).toContain('@import "parts/other.css";')
  expect(await link(server, '/css/parts/other.css')).toContain('.deep')
  await wait(100)
  site.write('css/parts/deep.less', '.deep{color:blue}')
  await vi.waitFor(() => expect(sent).toContainEqual(expect.objectContaining({ type: 'update' })), {
    timeout: 20_000,
  })
  expect(sent.flatMap(({ updates = [] }) => updates.map((update) => update.path)).sort()).toEqual([
    '/css/main.css?direct',
    '/css/parts/other.css?direct',
  ])
})

test.each(['?direct', ''])(
  'a plain CSS file may import a sheet made from LESS (%j)',
  async (query) => {
    const site = project({
      'css/app.css':
        '@import "./main.css";\n@import url(parts/two.css) screen;\n.app { color: red }\n',
      'css/main.less': '@import "a"; .main { color: @c }',
      'css/a.less': '@c: red;',
      'css/parts/two.less': '.two { width: 1px + 1; background: url(../../img/b.png) }',
      'img/b.png': 'b',
    })
    const { server, sent } = await serve(site, { plugins: [lessYui()] })
    const css = async (): Promise<string> =>
      (await server.transformRequest(`/css/app.css${query}`))?.code ?? ''
    expect(await css()).toMatch(/\.main[^]*@media screen[^]*\.two[^]*url\(\/img\/b\.png\)[^]*\.app/)
    await wait(100)
    site.write('css/a.less', '@c: green;')
    await vi.waitFor(
      () => expect(sent).toContainEqual(expect.objectContaining({ type: 'update' })),
      {
        timeout: 20_000,
      },
    )
    expect(sent.flatMap(({ updates = [] }) => updates.map((update) => update.path))).toEqual([
      `/css/app.css${query}`,
    ])
    expect(await css()).toContain('color: green')
  },
)

test('an old Makefile that writes main.css changes nothing', async () => {
  const site = project({ ...SITE, 'css/main.css': '.stale{}' })
  const { server, sent } = await serve(site, { plugins: [lessYui()] })
  await link(server, '/css/main.css')
  await wait(100)
  site.write('css/main.css', '.stale{color:red}')
  await wait(500)
  expect(sent).toEqual([])
})

test('a source map leads to the .less files', async () => {
  const { server } = await serve(project(SITE), {
    css: { devSourcemap: true },
    plugins: [lessYui()],
  })
  const css = await link(server, '/css/main.css')
  const data = /base64,([\w+/=]+)/.exec(css)?.[1] ?? ''
  const map = JSON.parse(Buffer.from(data, 'base64').toString()) as { sources: string[] }
  expect(map.sources.map((source) => source.replace(/.*\//, '')).sort()).toEqual([
    'a.less',
    'main.less',
  ])
})

test("runs the project's PostCSS after LESS, once", async () => {
  const seen: string[] = []
  const plugin = {
    postcssPlugin: 'spy',
    Declaration: { color: (node: { value: string }) => void seen.push(node.value) },
  }
  const { server } = await serve(project(SITE), {
    css: { postcss: { plugins: [plugin] } },
    plugins: [lessYui()],
  })
  expect(await link(server, '/css/main.css')).toContain('url(../img/a.png)')
  expect(seen).toEqual(['red'])
})
