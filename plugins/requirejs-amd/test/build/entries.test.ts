/** Sites without a build file: entries by id, by glob, by template tag. */
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import type { KovuPluginApi } from '@kovu/protocol'
import { build, type Plugin } from 'vite'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createIds } from '../../src/config/ids.ts'
import { readEntries } from '../../src/layers/entries.ts'
import { requirejsAmd, type RequirejsAmdOptions } from '../../src/index.ts'
import { requireJs, visit } from './page.ts'
import { readTree } from './site.ts'

let root: string
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'kovu-entries-')))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

function write(files: Readonly<Record<string, string>>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    writeFileSync(join(root, name), content)
  }
}

const apps = ['blog', 'shop', 'users', 'mail', 'stats']

/** Five Django apps with a `static` folder each, as finders see them. */
function finders(): Plugin {
  const roots = apps.map((app) => ({ dir: join(root, app, 'static'), prefix: '' }))
  const files = new Map<string, string>()
  for (const { dir } of roots)
    for (const name of readTree(dir).keys()) files.set(name, join(dir, name))
  const api: KovuPluginApi = {
    kovu: {
      statics: () =>
        Promise.resolve({
          url: '/static/',
          root: join(root, 'staticfiles'),
          roots,
          find: (name) => files.get(name),
          findDerived: () => undefined,
          nameOf: (file) =>
            roots
              .map(({ dir }) => relative(dir, file))
              .find((name) => !name.startsWith('..') && files.has(name)),
          list: () => files,
          mentions: () => true,
        }),
    },
  }
  return { name: 'finders', api }
}

async function ours(options: RequirejsAmdOptions): Promise<Map<string, string>> {
  await build({
    root,
    configFile: false,
    logLevel: 'error',
    publicDir: false,
    build: { outDir: 'out', minify: false },
    plugins: [finders(), requirejsAmd({ loader: 'blog/js/require.js', ...options })],
  })
  return readTree(join(root, 'out'))
}

/** What a visitor of the page gets: the output over the static files. */
function published(out: ReadonlyMap<string, string>): Map<string, string> {
  return new Map([...apps.flatMap((app) => [...readTree(join(root, app, 'static'))]), ...out])
}

function idsIn(text: string | undefined): string[] {
  return [...(text ?? '').matchAll(/define\("([^"]+)"|"([\w-]+\/js\/[\w/-]+)"/g)].flatMap(
    ([, one, other]) => one ?? other ?? [],
  )
}

/** 40 pages in 5 apps: each has a widget of its app, and all have the base of the first app. */
function writeApps(define: string): void {
  write({
    'blog/static/blog/js/require.js': requireJs,
    'blog/static/blog/js/base.js': `${define}("blog/js/base", ["blog/js/util"], function (util) { trace.push("base"); return util });`,
    'blog/static/blog/js/util.js': `${define}("blog/js/util", [], function () { trace.push("util"); return { n: 0 } });`,
  })
  for (const app of apps) {
    write({
      [`${app}/static/${app}/js/widget.js`]: `${define}("${app}/js/widget", ["blog/js/util"], function (util) { trace.push("${app}"); return ${JSON.stringify(app.repeat(4000))}.length + util.n });`,
      [`${app}/static/${app}/js/unused.js`]: `${define}("${app}/js/unused", [], function () {});`,
    })
    for (let page = 0; page < 8; page++) {
      const other = apps[(apps.indexOf(app) + 1) % apps.length] ?? ''
      const deps = [
        'blog/js/base',
        `${app}/js/widget`,
        ...(page === 0 ? [`${other}/js/widget`] : []),
      ]
      write({
        [`${app}/static/${app}/js/page${page}.js`]: `${define}("${app}/js/page${page}", ${JSON.stringify(deps)}, function (base) { trace.push("${app} page ${page}"); });`,
        [`${app}/templates/${app}/page${page}.html`]: `{% extends "base.html" %}\n{%  requirejs_main "${app}/js/page${page}"%}\n`,
      })
    }
  }
}

describe('entries of five apps, found by a template tag', () => {
  const options: RequirejsAmdOptions = {
    build: {
      baseUrl: 'staticfiles',
      dir: 'staticfiles',
      // The application's own wrapper names each module by its path, for pages without a loader too.
      onBuildRead: (_name: string, _path: string, text: string) =>
        text.replaceAll('hqDefine(', 'define('),
    },
    entries: "{% requirejs_main 'x' %}",
  }

  test('each gets a layer, and what several reach goes into shared ones', async () => {
    writeApps('hqDefine')
    write({ 'staticfiles/blog/js/base.js': 'a stale copy that does not parse (' })
    const out = await ours(options)
    const pages = [...out.keys()].filter((name) => /\/page\d\.js$/.test(name))
    expect(pages).toHaveLength(40)
    for (const name of pages) expect(idsIn(out.get(name))[0]).toBe(name.slice(0, -3))
    const shared = [...out.keys()].filter((name) => name.startsWith('_kovu/shared'))
    expect(shared.length).toBe(6)
    const held = shared.flatMap((name) =>
      idsIn(out.get(name)).filter((id) => !id.includes('_kovu')),
    )
    // Once each, and none that only exists.
    expect(new Set(held)).toEqual(
      new Set(['blog/js/base', 'blog/js/util', ...apps.map((app) => `${app}/js/widget`)]),
    )
    const all = [...out.values()].join('')
    expect([all.includes('js/unused'), all.includes('hqDefine')]).toEqual([false, false])
  })

  test('a page runs what it ran before, from its own layer and the shared ones', async () => {
    writeApps('define')
    const tags = [
      { src: 'blog/js/require.js' },
      { text: 'require.config({ baseUrl: "/" }); require(["shop/js/page0"])' },
    ]
    const before = await visit(published(new Map()), tags)
    const out = await ours(options)
    const after = await visit(published(out), tags)
    expect(after.errors).toEqual([])
    expect(after.trace.map(String).sort()).toEqual(before.trace.map(String).sort())
    expect(after.trace.at(-1)).toBe('shop page 0')
    expect(after.loaded[0]).toBe('shop/js/page0.js')
    expect(after.loaded.slice(1).every((url) => url.startsWith('_kovu/'))).toBe(true)
  })

  test('without a build file, `config` says what ids mean', async () => {
    writeApps('define')
    const out = await ours({
      config: { paths: { u: 'users/js' } },
      entries: ['u/page1', 'shop/js/page{2,3}', '**/mail/js/page[45].js'],
    })
    const pages = [...out.keys()].filter((name) => /\/page\d\.js$/.test(name)).sort()
    expect(pages).toEqual([
      'mail/js/page4.js',
      'mail/js/page5.js',
      'shop/js/page2.js',
      'shop/js/page3.js',
      'users/js/page1.js',
    ])
  })

  test('the templates that name entries are inputs of the build', async () => {
    writeApps('define')
    const ids = createIds({ config: {}, prefix: '', find: (name) => ({ file: name }) })
    const where = { root, skip: [join(root, 'blog')], ids, names: () => [] }
    const { ids: found, watch } = await readEntries(["{% requirejs_main 'x' %}"], where)
    expect(found).toHaveLength(32)
    expect(watch).toContain(join(root, 'mail/templates/mail/page7.html'))
    expect(watch).toHaveLength(32)
  })
})

describe('entries that lead nowhere', () => {
  async function failure(options: RequirejsAmdOptions): Promise<string> {
    const error: unknown = await ours(options).then(
      () => undefined,
      (caught: unknown) => caught,
    )
    const first = (error as { errors?: unknown[] }).errors?.[0] ?? error
    return `${(first as { pluginCode?: string }).pluginCode}: ${(first as Error).message}`
  }

  test('a tag that names no static file is an error at its place', async () => {
    writeApps('define')
    write({ 'shop/templates/x.html': '<p>\n{% requirejs_main "shop/js/gone" %}\n' })
    const message = await failure({ entries: "{% requirejs_main 'x' %}" })
    expect(message).toContain('REQUIREJS_AMD_ENTRIES')
    expect(message).toContain('no static file shop/js/gone.js')
    expect(message).toContain(`${join(root, 'shop/templates/x.html')}:2:1`)
  })

  test('a pattern that matches nothing is an error', async () => {
    writeApps('define')
    expect(await failure({ entries: 'nowhere/*' })).toContain('`nowhere/*` of `entries` matches no')
    expect(await failure({ entries: '{% main "x" %}' })).toContain('matches no template below')
    expect(await failure({ entries: ['http://cdn.test/x.js'] })).toContain('is no module')
  })

  test('a build file with `out` takes no entries', async () => {
    writeApps('define')
    const build = { baseUrl: 'blog/static', name: 'blog/js/base', out: 'blog/static/all.js' }
    expect(await failure({ build, entries: 'blog/js/page1' })).toContain(
      'each build file has `out`',
    )
  })
})

test('entries come beside the layers of a build file', async () => {
  writeApps('define')
  const out = await ours({
    build: { baseUrl: 'staticfiles', dir: 'staticfiles', modules: [{ name: 'blog/js/page0' }] },
    entries: ['blog/js/page0', 'blog/js/page1'],
  })
  expect([...out.keys()].filter((name) => name.includes('page')).sort()).toEqual([
    'blog/js/page0.js',
    'blog/js/page1.js',
  ])
  expect(readFileSync(join(root, 'out/blog/js/page1.js'), 'utf8')).toContain('page 1')
})
