import { join } from 'node:path'
import { build } from 'vite'
import { describe, expect, it } from 'vitest'
import { requirejsAmd } from '../../src/index.ts'
import { classic, requirejs, site, useDev } from './dev.ts'

const dev = useDev()

describe('in a plain Vite project', () => {
  it('a template that a script asks for is its own text, a page is Vite’s', async () => {
    dev.write(site)
    await dev.start()
    const asked = await dev.get('/js/templates/a.html', { 'sec-fetch-dest': 'empty' })
    expect(asked).toEqual({ status: 200, text: '<b>a</b>', type: 'text/html; charset=utf-8' })
    const page = await dev.get('/js/templates/a.html', { 'sec-fetch-dest': 'document' })
    expect(page.text).toContain('/@vite/client')
    const missing = await dev.get('/js/templates/none.html', { 'sec-fetch-dest': 'empty' })
    expect(missing.text).not.toContain('<b>a</b>')
  })

  it('require.js is replaced by the loader, and main.js?amd=main is a layer', async () => {
    dev.write(site)
    await dev.start()
    const loader = await dev.get('/js/require.js', classic)
    expect(loader.type).toContain('javascript')
    expect(loader.text).toContain('"layer":true')
    expect(loader.text).not.toContain('@license RequireJS')

    const { text: layer, type } = await dev.get('/js/main.js?amd=main&have=', classic)
    expect(type).toContain('javascript')
    const defined = [...layer.matchAll(/define\('([^']+)'/g)].map((match) => match[1])
    expect(defined).toEqual(['part', 'text', 'text!tpl/a.html', 'lib/named', 'app', 'main'])
    expect(layer).toContain("require(['app', 'lib/plain'])")
    const url = /sourceMappingURL=(.*)/.exec(layer)?.[1] ?? ''
    const map = JSON.parse((await dev.get(`/js/${url}`)).text) as {
      sections: { map: { sources: string[] } }[]
    }
    const sources = map.sections.flatMap((section) => section.map.sources).join(' ')
    expect(sources).toBe('/js/part.js /js/text.js /lib/named.js /js/app.js /js/main.js')
    // What main.js configured holds for later requests too.
    const later = await dev.get('/lib/named.js?amd=lib%2Fnamed&have=other', classic)
    expect(later.text).toContain("define('lib/named', []")
    const nothingNew = await dev.get('/js/app.js?amd=app&have=main', classic)
    expect([...nothingNew.text.matchAll(/define\('([^']+)'/g)].map((match) => match[1])).toEqual([
      'app',
    ])
  })

  it('classic scripts come as they are', async () => {
    dev.write(site)
    await dev.start()
    expect((await dev.get('/lib/plain.js', classic)).text).toBe(site['lib/plain.js'])
    expect((await dev.get('/lib/plain.js?amd=lib%2Fplain&have=main')).text).toBe(
      site['lib/plain.js'],
    )
    expect((await dev.get('/js/part.js', classic)).text).toBe(site['js/part.js'])
  })

  it('the option `loader` chooses which file is replaced', async () => {
    dev.write({ ...site, 'js/r.js': '/* ours */' })
    await dev.start({ loader: 'js/r.js' })
    expect((await dev.get('/js/r.js', classic)).text).toContain('"layer":true')
    expect((await dev.get('/js/require.js', classic)).text).toBe(requirejs)
  })

  it('a file that only begins with require.js is not replaced', async () => {
    dev.write({ ...site, 'js/all.js': `${requirejs}\ndefine('app', [], function () {})` })
    await dev.start()
    expect((await dev.get('/js/all.js', classic)).text).toContain('@license RequireJS')
  })

  it('a changed file of a layer reloads the page and is in the next layer', async () => {
    dev.write(site)
    await dev.start()
    await dev.get('/js/main.js?amd=main', classic)
    dev.write({ 'js/templates/a.html': '<i>new</i>' })
    await dev.changed()
    expect(dev.sent.map(({ type }) => type)).toContain('full-reload')
    expect((await dev.get('/js/main.js?amd=main', classic)).text).toContain('<i>new</i>')
  })

  it('a syntax error is told once, with its frame, and thrown by the module', async () => {
    dev.write({ ...site, 'js/part.js': 'define(function () {\n  return (\n})' })
    await dev.start()
    const { text: layer } = await dev.get('/js/main.js?amd=main', classic)
    expect(layer).toMatch(/define\('part', \[\], function \(\) \{ throw new Error/)
    expect(layer).toContain("define('lib/named'")
    expect(dev.errors.join('\n')).toMatch(/part\.js:3:1[\s\S]*\n3 \| }\)\n {2}\| \^/)
    expect(dev.sent).toContainEqual(expect.objectContaining({ type: 'error' }))
    dev.write({ 'js/part.js': "define(function () { return 'mended' })" })
    await dev.changed()
    expect((await dev.get('/js/main.js?amd=main', classic)).text).toContain('mended')
  })

  it('what has no file and was needed by a module is an error that tells the way to it', async () => {
    dev.write({ ...site, 'js/part.js': "define(['./gone'], {})" })
    await dev.start()
    expect((await dev.get('/js/main.js?amd=main', classic)).text).toContain("['./gone']")
    const answer = await dev.get('/js/gone.js?amd=gone&have=main', { accept: 'text/html' })
    expect(answer.status).toBe(500)
    expect(dev.errors.join('\n')).toContain('main → app → part → gone')
    dev.sent.length = 0
    dev.write({ 'js/gone.js': 'define({})' })
    await dev.changed()
    expect(dev.sent.map(({ type }) => type)).toContain('full-reload')
  })

  it('the overlay has what the error of a build has: the way, the place, and what may have been meant', async () => {
    dev.write({
      ...site,
      'js/part.js': "define([\n  './util/fromat',\n], {})",
      'js/util/format.js': 'define({})',
      'build.js':
        "({ baseUrl: 'js', dir: 'built', mainConfigFile: 'js/main.js', modules: [{ name: 'main' }] })",
    })
    await dev.start()
    await dev.get('/js/main.js?amd=main', classic)
    dev.sent.length = 0
    expect((await dev.get('/js/util/fromat.js?amd=util/fromat&have=main', classic)).status).toBe(
      500,
    )
    const shown = dev.sent.find(({ type }) => type === 'error')?.err
    expect(shown?.message).toContain(
      "No static file js/util/fromat.js for the module 'util/fromat' (main → app → part → util/fromat). Did you mean 'util/format' (js/util/format.js)?",
    )
    expect(shown).toMatchObject({
      loc: { file: join(dev.root, 'js/part.js'), line: 2, column: 2 },
      frame: expect.stringContaining("2 |   './util/fromat',") as string,
    })
    const failed = await build({
      root: dev.root,
      configFile: false,
      logLevel: 'silent',
      plugins: [requirejsAmd({ build: 'build.js' })],
    }).catch((error: unknown) => String(error))
    expect(failed).toContain(shown?.message.split('\n')[0])
  })

  it('an ES module that an AMD module needs is loaded from its own URL', async () => {
    dev.write({ ...site, 'js/part.js': 'export default 1' })
    await dev.start()
    const { text } = await dev.get('/js/part.js?amd=part', classic)
    expect(text).toContain("define('part', ['kovu-esm!/js/part.js']")
    expect((await dev.get('/js/part.js')).text).toContain('export default 1')
  })

  it('nothing above the root is served', async () => {
    dev.write(site)
    await dev.start()
    expect((await dev.get('/js/..%2f..%2fetc/x.js?amd=x')).text).not.toContain('root:')
    expect((await dev.get('/@fs/etc/passwd.js?amd=x', classic)).status).not.toBe(200)
  })

  it('a page that configures itself inline is served by what its URLs say', async () => {
    dev.write(site)
    await dev.start()
    const { text: layer } = await dev.get('/js/app.js?amd=application', classic)
    expect(layer).toContain("define('application', ['./part'")
  })
})
