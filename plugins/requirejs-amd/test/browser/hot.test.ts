/** Edits in development, in a page that stays open. */
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { createServer, type ViteDevServer } from 'vite'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { requirejsAmd } from '../../src/index.ts'
import { useLoader } from '../runtime/fake-page.ts'
import { logOf, openChromium } from './chromium.ts'

const require = createRequire(import.meta.url)
const requirejs = readFileSync(require.resolve('requirejs/require.js'), 'utf8')
const text = readFileSync(require.resolve('requirejs-text/text.js'), 'utf8')

useLoader()

let browser: Browser
beforeAll(async () => {
  browser = await openChromium()
})
afterAll(() => browser.close())

let root: string
let server: ViteDevServer
let page: Page
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'amd-hot-')))
})
afterEach(async () => {
  await page.close()
  await server.close()
  rmSync(root, { recursive: true, force: true })
})

function write(files: Record<string, string>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    writeFileSync(join(root, name), content)
  }
}

/** Opens a page whose `data-main` is `js/main`, and waits for so many entries in its log. */
async function open(files: Record<string, string>, entries: number): Promise<string[]> {
  write({
    'index.html': `<script>log = []; loads = sessionStorage.loads = +(sessionStorage.loads || 0) + 1</script>
<script data-main="/js/main" src="/js/lib/require.js"></script>`,
    'js/lib/require.js': requirejs,
    'js/text.js': text,
    ...files,
  })
  server = await createServer({
    root,
    configFile: false,
    logLevel: 'silent',
    server: { host: '127.0.0.1', port: 0 },
    optimizeDeps: { noDiscovery: true },
    plugins: [requirejsAmd()],
  })
  await server.listen()
  page = await browser.newPage()
  await page.goto(server.resolvedUrls?.local[0] ?? '')
  const log = await logOf(page, entries)
  // Edits are seen from then on, by the server and by the page.
  await expect.poll(() => server.watcher.getWatched()[join(root, 'js')]).toContain('main.js')
  await page.evaluate("import('/@id/virtual:requirejs-amd/hot.js')")
  await page.waitForLoadState('networkidle')
  return log
}

/** How often the page was loaded. */
const loads = (): Promise<number> =>
  page.evaluate(() => (globalThis as unknown as { loads: number }).loads)

/** Writes files until the page has done something: Vite's watcher takes two changes within 50 ms for one. */
async function until<T>(files: Record<string, string>, happened: Promise<T>): Promise<T> {
  write(files)
  const again = setInterval(() => write(files), 1000)
  try {
    return await happened
  } finally {
    clearInterval(again)
  }
}

/** Edits files, and waits until the page has replaced their modules. */
async function edit(files: Record<string, string>): Promise<void> {
  await until(
    files,
    page.waitForEvent('console', (message) =>
      message.text().startsWith('[requirejs-amd] replaced'),
    ),
  )
}

/** Edits files, and waits until the page has loaded again. */
async function editAndLoad(files: Record<string, string>): Promise<void> {
  const before = await loads()
  await until(
    files,
    page.waitForFunction(
      (count) => (globalThis as unknown as { loads: number }).loads > count,
      before,
    ),
  )
}

describe('an edited module', () => {
  test('that accepts itself is replaced alone, with what its last version left', async () => {
    const version = (name: string): string =>
      `define(['module'],function(module){var hot=module.hot;log.push('${name} after '+(hot&&hot.data&&hot.data.was));if(hot){hot.accept();hot.dispose(function(data){data.was='${name}'})}return '${name}'})`
    expect(
      await open(
        {
          'js/main.js': "require(['a'],function(a){log.push('main '+a)})",
          'js/a.js': version('one'),
        },
        2,
      ),
    ).toEqual(['one after undefined', 'main one'])
    await edit({ 'js/a.js': version('two') })
    expect(await logOf(page, 3)).toEqual(['one after undefined', 'main one', 'two after one'])
    expect(await page.evaluate("require('a')")).toBe('two')
    await edit({ 'js/a.js': version('three') })
    expect((await logOf(page, 4))[3]).toBe('three after two')
    expect(await loads()).toBe(1)
  })

  test('is handed to the module that accepts it, with what lies between run again', async () => {
    await open(
      {
        'js/main.js': "require(['app'])",
        'js/app.js':
          "define(['./middle','module'],function(middle,module){log.push('app '+middle.name);if(module.hot)module.hot.accept('./middle',function(next){log.push('accepted '+next.name)})})",
        'js/middle.js': "define(['leaf'],function(leaf){return {name:leaf}})",
        'js/leaf.js': "define(function(){return 'one'})",
      },
      1,
    )
    await edit({ 'js/leaf.js': "define(function(){return 'two'})" })
    expect(await logOf(page, 2)).toEqual(['app one', 'accepted two'])
    expect(await loads()).toBe(1)
  })

  test('that is required late, and only makes values, is replaced without a word', async () => {
    const part = (name: string): string =>
      `define(['helper'],function(helper){return {go:function(){return helper.name+' ${name}'}}})`
    await open(
      {
        'js/main.js': "require(['app'],function(app){log.push('main')})",
        'js/app.js':
          "define(['require'],function(require){window.go=function(){require(['part'],function(part){log.push(part.go())})};return 1})",
        'js/part.js': part('one'),
        'js/helper.js': "define({name:'helper'})",
      },
      1,
    )
    await page.evaluate('go()')
    await logOf(page, 2)
    await edit({ 'js/part.js': part('two') })
    await edit({ 'js/helper.js': "define({name:'other'})" })
    await page.evaluate('go()')
    expect(await logOf(page, 3)).toEqual(['main', 'helper one', 'other two'])
    expect(await loads()).toBe(1)
  })

  test('that the page itself has used loads the page again', async () => {
    await open(
      {
        'js/main.js': "require(['a'],function(a){log.push(a)})",
        'js/a.js': "define(function(){return 'one'})",
      },
      1,
    )
    await editAndLoad({ 'js/a.js': "define(function(){return 'two'})" })
    expect(await logOf(page, 1)).toEqual(['two'])
  })

  test('that does something when it runs loads the page again', async () => {
    await open(
      {
        'js/main.js': "require(['app'])",
        'js/app.js':
          "define(['require'],function(require){log.push('app');window.go=function(done){require(['part'],done)}})",
        'js/part.js': "define([],function(){log.push('one')})",
      },
      1,
    )
    await page.evaluate('new Promise(go)')
    await editAndLoad({ 'js/part.js': "define([],function(){log.push('two')})" })
    expect(await logOf(page, 1)).toEqual(['app'])
  })

  test('that has come and was not wanted yet is the new one when it is', async () => {
    await open(
      {
        'js/main.js': "define(['require','a'],function(require){log.push('main')});",
        'js/a.js':
          "define(['require'],function(require){window.go=function(){require(['b'],function(b){log.push(b)})}})\ndefine('b',[],function(){return 'inner'})",
      },
      1,
    )
    await page.evaluate('go()')
    expect(await logOf(page, 2)).toEqual(['main', 'inner'])
    await editAndLoad({ 'js/a.js': "define(function(){log.push('other')})" })
    expect(await logOf(page, 2)).toEqual(['other', 'main'])
  })

  test('that does not parse leaves the page as it is, and the next version goes on', async () => {
    const a = (name: string): string =>
      `define(['module'],function(module){log.push('${name}');if(module.hot)module.hot.accept()})`
    await open({ 'js/main.js': "require(['a'])", 'js/a.js': a('one') }, 1)
    const overlay = page.locator('vite-error-overlay')
    await until({ 'js/a.js': 'define(function({' }, overlay.waitFor({ state: 'attached' }))
    expect(await overlay.locator('.frame').innerText()).toContain('define(function({')
    await edit({ 'js/a.js': a('two') })
    await overlay.waitFor({ state: 'detached' })
    expect(await logOf(page, 2)).toEqual(['one', 'two'])
    expect(await loads()).toBe(1)
  })

  test('that needs a module which does not exist leaves the page as it is', async () => {
    const a = (deps: string): string =>
      `define([${deps}],function(module){log.push('a');if(module.hot)module.hot.accept()})`
    await open({ 'js/main.js': "require(['a'])", 'js/a.js': a("'module'") }, 1)
    const overlay = page.locator('vite-error-overlay')
    const wrong = { 'js/anywhere.js': 'define({})', 'js/a.js': a("'module','nowhere'") }
    await until(wrong, overlay.waitFor({ state: 'attached' }))
    const message = await overlay.locator('.message-body').innerText()
    expect(message).toContain("'nowhere' (a → nowhere)")
    expect(message).toContain("Did you mean 'anywhere' (js/anywhere.js)?")
    expect(await loads()).toBe(1)
    await editAndLoad({ 'js/nowhere.js': "define(function(){log.push('somewhere')})" })
    expect(await logOf(page, 2)).toEqual(['somewhere', 'a'])
  })

  test('that fails leaves the last value, and the next edit loads the page again', async () => {
    const a = (code: string): string =>
      `define(['module'],function(module){if(module.hot)module.hot.accept();${code}})`
    await open(
      { 'js/main.js': "require(['a'],function(){log.push('main')})", 'js/a.js': a("return 'one'") },
      1,
    )
    const failed = page.waitForEvent('console', (message) => message.text().includes('not today'))
    await until({ 'js/a.js': a("throw new Error('not today')") }, failed)
    expect(await page.evaluate("require('a')")).toBe('one')
    await editAndLoad({ 'js/a.js': a("return 'two'") })
    await logOf(page, 1)
    expect(await page.evaluate("require('a')")).toBe('two')
  })
})

describe('an edited text', () => {
  const site = {
    'js/main.js': "require(['app'],function(app){log.push('main');app.start()})",
    'js/app.js':
      "define(['view'],function(View){return {start:function(){window.view=new View();log.push(view.render())}}})",
    'js/view.js':
      "define(['text!./view.html'],function(html){var compiled=function(){return html};function View(){}View.prototype.render=function(){return compiled()};return View})",
    'js/view.html': '<b>one</b>',
  }

  test('is in what uses it, instances among it, and the page draws it again without a reload', async () => {
    await open(site, 2)
    await page.evaluate(
      "addEventListener('requirejs-amd:update',function(event){event.preventDefault();log.push(event.detail.ids+' '+view.render())})",
    )
    await edit({ 'js/view.html': '<b>two</b>' })
    expect((await logOf(page, 3))[2]).toBe('text!view.html <b>two</b>')
    expect(await page.evaluate("require('text!view.html')")).toBe('<b>two</b>')
    await edit({ 'js/view.html': '<b>three</b>' })
    expect((await logOf(page, 4))[3]).toBe('text!view.html <b>three</b>')
    expect(await loads()).toBe(1)
  })

  test('is handed to the module that accepts it', async () => {
    await open(
      {
        ...site,
        'js/view.js':
          "define(['text!./view.html','module'],function(html,module){var view={render:function(){return html}};if(module.hot)module.hot.accept('text!./view.html',function(next){html=next;log.push('again '+next)});return function(){return view}})",
        'js/app.js':
          "define(['view'],function(view){return {start:function(){log.push(view().render())}}})",
      },
      2,
    )
    await edit({ 'js/view.html': '<b>two</b>' })
    expect((await logOf(page, 3))[2]).toBe('again <b>two</b>')
    expect(await loads()).toBe(1)
  })

  test('that nobody draws again loads the page again', async () => {
    await open(site, 2)
    await editAndLoad({ 'js/view.html': '<b>two</b>' })
    expect((await logOf(page, 2))[1]).toBe('<b>two</b>')
  })

  test('loads the page again where something was made of it for good', async () => {
    await open(
      {
        ...site,
        'js/view.js':
          "define(['text!./view.html'],function(html){document.title=html;return function(){this.render=function(){return html}}})",
      },
      2,
    )
    await editAndLoad({ 'js/view.html': '<b>two</b>' })
    expect((await logOf(page, 2))[1]).toBe('<b>two</b>')
  })
})
