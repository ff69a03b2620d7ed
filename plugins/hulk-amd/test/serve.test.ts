import fs from 'node:fs'
import path from 'node:path'
import type { HotPayload, ViteDevServer } from 'vite'
import { createServer } from 'vite'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { hulkAmd, type HulkAmdOptions } from '../src/index.ts'
import type { TemplateEdit } from '../src/runtime/hot/amd.ts'
import { inline, site, write } from './support/site.ts'

async function serve(root: string, options: HulkAmdOptions = {}): Promise<ViteDevServer> {
  const server = await createServer(
    inline(root, hulkAmd(options), { server: { port: 0, host: '127.0.0.1' } }),
  )
  onTestFinished(() => server.close())
  return server
}

async function get(
  server: ViteDevServer,
  url: string,
): Promise<{ status: number; text: string; type: string }> {
  if (!server.httpServer?.listening) await server.listen()
  const address = server.httpServer?.address()
  const port = typeof address === 'object' ? address?.port : 0
  const response = await fetch(`http://127.0.0.1:${port}${url}`)
  const type = response.headers.get('content-type') ?? ''
  return { status: response.status, text: await response.text(), type }
}

/** What the server tells Vite's client. */
function messages(server: ViteDevServer): HotPayload[] {
  const list: HotPayload[] = []
  const { hot } = server.environments.client
  vi.spyOn(hot, 'send').mockImplementation((...args: unknown[]) => {
    if (typeof args[0] !== 'string') list.push(args[0] as HotPayload)
  })
  return list
}

describe('a development server', () => {
  test('answers a derived name from its template, as hulk would have written it', async () => {
    const root = site({ 't/hello.template.mustache': 'Hello {{a}}' })
    const { status, text, type } = await get(await serve(root), '/t/hello.template.js?x=1')
    expect(status).toBe(200)
    expect(type).toBe('text/javascript; charset=utf-8')
    expect(text).toMatch(/^if \(!!!templates\) var templates = \{\};\ndefine\(\[ "hogan.js" \]/)
    expect(text).toMatch(/\n\/\/# sourceMappingURL=data:application\/json;base64,\S+\n$/)
  })

  test('prefers a template to the old output of a Makefile, but not to a module', async () => {
    const root = site({
      'a.template.mustache': 'new',
      'a.template.js': 'old',
      'b.mustache': 'template',
      'b.js': 'globalThis.b = 1',
    })
    const server = await serve(root)
    expect((await get(server, '/a.template.js')).text).toContain('"new"')
    expect((await get(server, '/b.js')).text).toContain('globalThis.b = 1')
  })

  test('gives nothing that Vite itself would not give: no file elsewhere, no source of packages', async () => {
    const root = site({
      'inner/a.mustache': 'inside',
      'secret.mustache': 'secret',
      'secret.tpl.html': 'secret',
      'secret.js': 'globalThis.secret = 1',
    })
    const inner = path.join(root, 'inner')
    const server = await serve(inner, { include: ['**/*.mustache', '**/*.tpl.html'] })
    const runtime = '/@id/__x00__virtual:hulk-amd'
    const up = '..%2f'.repeat(20)
    for (const url of [
      '/..%2fsecret.js',
      '/../secret.js',
      '/%2e%2e/secret.mustache?import',
      ...[
        '',
        '?import',
        '?import&raw',
        '?import&hogan-render',
        '?raw',
        '?t=1',
        '?import&hogan-template',
      ].flatMap((query) => [
        `/@fs${root}/secret.mustache${query}`,
        `/@fs${root}/secret.tpl.html${query}`,
      ]),
      `/@fs${root}/secret.tpl.html?hogan-template`,
      `${runtime}/${up}${root.slice(1)}/secret`,
      `${runtime}/../../../..${root}/secret`,
      `${runtime}/../package`,
      `${runtime}-edit/0`,
    ]) {
      const { text } = await get(server, url)
      expect(`${url}: ${/secret\b(?!\.)|kovu-source/.exec(text)?.[0]}`).toBe(`${url}: undefined`)
    }
  })

  test('gives imports an ES module that keeps its template object', async () => {
    const root = site({ 'a.mustache': '{{>b}}', 'b.mustache': 'B' })
    const server = await serve(root)
    const { text } = await get(server, '/a.mustache?import')
    expect(text).toContain('keep(import.meta.hot, "/a.mustache", new Template(')
    expect(text).toContain('import.meta.hot.accept()')
    expect(text).toContain('/b.mustache?import')
    expect((await get(server, '/@id/__x00__virtual:hulk-amd/runtime/template')).status).toBe(200)
  })

  test('answers ?hogan-render and ?raw', async () => {
    const server = await serve(site({ 'a.mustache': '{{b}}' }))
    expect((await get(server, '/a.mustache?import&hogan-render')).text).toContain(
      'template.render(',
    )
    expect((await get(server, '/a.mustache?import&raw')).text).toContain('"{{b}}"')
  })

  test('replaces an edited template alone, whoever imports it', async () => {
    const root = site({
      'main.js': "import './a.mustache'\nimport './b.mustache?hogan-render'",
      'a.mustache': '{{>b}}',
      'b.mustache': 'B',
    })
    const server = await serve(root)
    const sent = messages(server)
    for (const url of [
      '/main.js',
      '/a.mustache?import',
      '/b.mustache?import&hogan-render',
      '/b.mustache?import',
    ]) {
      await server.transformRequest(url)
    }
    write(root, 'b.mustache', 'changed')
    server.watcher.emit('change', path.join(root, 'b.mustache'))
    await vi.waitFor(() => expect(sent.length).toBeGreaterThan(0), 10_000)
    const update = { type: 'js-update', path: '/b.mustache', acceptedPath: '/b.mustache' }
    for (const message of sent) expect(message).toMatchObject({ type: 'update', updates: [update] })
  })

  test("tells AMD pages of an edit by the URLs of Django's finders, with a module of the new code", async () => {
    const root = site({ 'media/t/a b.template.mustache': 'old' })
    const media = path.join(root, 'media')
    const statics = {
      url: 'https://cdn.example.localhost:8443/static/',
      roots: [{ dir: media, prefix: 'main' }],
      nameOf: (file: string) => `main/${path.relative(media, file)}`,
    }
    const peer = { name: 'peer', api: { kovu: { statics: () => Promise.resolve(statics) } } }
    const server = await createServer(
      inline(root, [...hulkAmd(), peer], {
        base: '/static/',
        server: { port: 0, host: '127.0.0.1' },
      }),
    )
    onTestFinished(() => server.close())
    const edits: TemplateEdit[] = []
    const { hot } = server.environments.client
    vi.spyOn(hot, 'send').mockImplementation((...args: unknown[]) => {
      if (args[0] === 'hulk-amd:edit') edits.push(args[1] as TemplateEdit)
    })
    for (const text of ['new {{x}}', 'newer']) {
      edits.length = 0
      write(root, 'media/t/a b.template.mustache', text)
      server.watcher.emit('change', path.join(media, 't/a b.template.mustache'))
      // The watcher may tell of it as well.
      await vi.waitFor(() => expect(edits.length).toBeGreaterThan(0), 10_000)
      expect(edits[0]).toMatchObject({
        path: '/static/main/t/a%20b.template.js',
        source: '/static/main/t/a%20b.template.mustache',
      })
      const module = await get(server, edits[0]?.module ?? '')
      expect(module.text).toContain(`export const text = "${text}"`)
    }
  })

  test('looks again for a partial that was missing when a template is made', async () => {
    const root = site({ 'a.mustache': '{{>b}}' })
    const server = await serve(root)
    const sent = messages(server)
    expect((await server.transformRequest('/a.mustache?import'))?.code).not.toContain('b.mustache')
    write(root, 'b.mustache', 'B')
    server.watcher.emit('add', path.join(root, 'b.mustache'))
    await vi.waitFor(() => expect(sent.length).toBeGreaterThan(0), 10_000)
    expect((await server.transformRequest('/a.mustache?import'))?.code).toContain('b.mustache')
  })

  test('shows the place of an error, and recovers', async () => {
    const root = site({ 'a.mustache': 'x\n{{#a}}' })
    const server = await serve(root)
    await expect(server.transformRequest('/a.mustache?import')).rejects.toMatchObject({
      loc: { file: path.join(root, 'a.mustache'), line: 2, column: 0 },
      pluginCode: 'HULK_AMD_UNCLOSED_SECTION',
    })
    fs.writeFileSync(path.join(root, 'a.mustache'), 'fine')
    server.watcher.emit('change', path.join(root, 'a.mustache'))
    await expect
      .poll(async () => (await server.transformRequest('/a.mustache?import'))?.code)
      .toContain('fine')
  })

  test('takes .html templates by the include option', async () => {
    const root = site({ 'main.js': "import './a.tpl.html'", 'a.tpl.html': '<p>{{b}}</p>' })
    const server = await serve(root, { include: '**/*.tpl.html' })
    const { text } = await get(server, '/main.js')
    const url = /"(\/a\.tpl\.html[^"]*)"/.exec(text)?.[1] ?? ''
    expect((await get(server, url)).text).toContain('new Template(')
  })

  test('keeps no hot code in server modules', async () => {
    const root = site({ 'a.mustache': 'A' })
    const server = await serve(root)
    const { default: template } = (await server.ssrLoadModule('/a.mustache')) as {
      default: { render(): string }
    }
    expect(template.render()).toBe('A')
  })
})
