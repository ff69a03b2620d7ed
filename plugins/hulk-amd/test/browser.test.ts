import fs from 'node:fs'
import type { Browser, Page } from 'playwright-core'
import { chromium } from 'playwright-core'
import { createServer } from 'vite'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { hulkAmd } from '../src/index.ts'
import { hoganAmdPath, requireJsPath } from './support/hogan.ts'
import { inline, site, write } from './support/site.ts'

const executablePath = [
  process.env['CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/google-chrome',
].find((file) => file && fs.existsSync(file))

const mountFile = new URL('../src/runtime/mount.ts', import.meta.url).pathname

/** Waits for an expression to be true, without the eval that Playwright's own waiting needs. */
function eventually(page: Page, expression: string): Promise<void> {
  return expect.poll(() => page.evaluate(expression), { timeout: 5000 }).toBe(true)
}

const FILES = {
  'index.html':
    '<div id="app"></div><pre id="events"></pre><script type="module" src="/main.js"></script>',
  'main.js': `import { mount } from '${mountFile}'
import page from './page.template.mustache'
import plain from './plain.mustache?hogan-render'
window.page = page
window.plain = plain
window.mounted = mount(document.getElementById('app'), page, { name: 'you', items: [1, 2] })
window.loads = 1
addEventListener('hulk-amd:update', ({ detail }) => {
  document.getElementById('events').textContent += detail.id + ' '
})
`,
  'page.template.mustache':
    '<h1>Hello {{name}}</h1>\n<input id="field" value="start">\n<textarea id="area"></textarea>\n{{>row}}\n<ul id="list">{{#items}}<li>{{.}}</li>{{/items}}</ul>',
  'row.template.mustache': '<p id="row">row</p>',
  'plain.mustache': 'plain',
}

describe.skipIf(!executablePath)('in a browser', () => {
  let browser: Browser

  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: executablePath ?? '',
      args: ['--no-sandbox'],
    })
  })

  afterAll(() => browser.close())

  async function open(
    files: Record<string, string> = FILES,
  ): Promise<{ root: string; page: Page; problems: string[] }> {
    const root = site(files)
    const server = await createServer(
      inline(root, hulkAmd(), {
        server: { port: 0, host: '127.0.0.1', fs: { strict: false } },
      }),
    )
    onTestFinished(() => server.close())
    // A strict policy: what runs needs no eval.
    server.middlewares.stack.unshift({
      route: '',
      handle: ((
        _: unknown,
        response: { setHeader(name: string, value: string): void },
        next: () => void,
      ) => {
        response.setHeader('Content-Security-Policy', "script-src 'self' 'unsafe-inline'")
        next()
      }) as never,
    })
    await server.listen()
    const context = await browser.newContext()
    onTestFinished(() => context.close())
    const page = await context.newPage()
    const problems: string[] = []
    page.on('pageerror', (error) => problems.push(error.message))
    page.on('console', (message) => {
      if (message.type() === 'error' && !message.text().includes('404'))
        problems.push(message.text())
    })
    await page.goto(server.resolvedUrls?.local[0] ?? '')
    await page.waitForSelector('h1')
    return { root, page, problems }
  }

  test('an edit changes what is mounted and keeps focus, caret and what was typed', async () => {
    const { root, page, problems } = await open()
    await page.fill('#area', 'draft')
    await page.fill('#field', 'typed text')
    await page.evaluate('document.getElementById("field").setSelectionRange(2, 5)')
    await page.evaluate('window.before = document.getElementById("field")')

    write(
      root,
      'page.template.mustache',
      FILES['page.template.mustache'].replace('Hello', 'Good day,'),
    )
    await eventually(page, 'document.querySelector("h1").textContent === "Good day, you"')
    write(root, 'row.template.mustache', '<p id="row">another row</p><p>more</p>')
    await eventually(page, 'document.querySelector("#row").textContent === "another row"')

    const state = await page.evaluate(`({
      same: window.before === document.activeElement,
      value: document.activeElement.value,
      caret: [document.activeElement.selectionStart, document.activeElement.selectionEnd],
      area: document.getElementById('area').value,
      events: document.getElementById('events').textContent,
      loads: window.loads,
    })`)
    expect(state).toEqual({
      same: true,
      value: 'typed text',
      caret: [2, 5],
      area: 'draft',
      events: '/page.template.mustache /row.template.mustache ',
      loads: 1,
    })
    expect(problems).toEqual([])
  })

  test('a template rendered by hand is new at the next render, through ?hogan-render too', async () => {
    const { root, page, problems } = await open()
    await page.evaluate('window.kept = true')
    expect(await page.evaluate('plain({})')).toBe('plain')
    write(root, 'plain.mustache', 'changed')
    await eventually(page, 'plain({}) === "changed"')
    expect(await page.evaluate('window.kept')).toBe(true)
    expect(problems).toEqual([])
  })

  test('update() renders another context, reusing elements; unmount() stops following', async () => {
    const { root, page } = await open()
    await page.evaluate('window.first = document.querySelector("#list li")')
    await page.evaluate('mounted.update({ name: "all", items: [1, 2, 3] })')
    expect(await page.textContent('#list')).toBe('123')
    expect(await page.evaluate('first === document.querySelector("#list li")')).toBe(true)
    await page.evaluate('mounted.unmount()')
    write(root, 'row.template.mustache', '<p id="row">unseen</p>')
    await eventually(page, 'document.getElementById("events").textContent.includes("row")')
    expect(await page.textContent('#row')).toBe('row')
    expect(await page.evaluate('page.render({})')).toContain('unseen')
  })

  describe('with AMD modules under stock require.js', () => {
    const AMD = {
      'index.html': `<div id="app"></div><pre id="events"></pre>
<script src="/require.js"></script>
<script>
  var loads = 1
  require.config({ map: { '*': { 'hogan.js': 'hogan' } } })
  addEventListener('hulk-amd:update', function (event) {
    document.getElementById('events').textContent += event.detail.id + ' '
  })
</script>
<script type="module" src="/main.js"></script>`,
      'main.js': `import { mount } from '${mountFile}'
requirejs(['t/page.template', 't/row'], (page, row) => {
  window.page = page
  window.row = row
  mount(document.getElementById('app'), page, { name: 'you' }, { row })
})
`,
      'require.js': fs.readFileSync(requireJsPath, 'utf8'),
      'hogan.js': fs.readFileSync(hoganAmdPath, 'utf8'),
      't/page.template.mustache':
        '<h1>Hello {{name}}</h1>\n<input id="field" value="start">\n{{>row}}',
      't/row.mustache': '<p id="row">row</p>',
      't/unused.template.mustache': 'unused',
    }

    test('an edit changes what is mounted and keeps focus, caret and what was typed', async () => {
      const { root, page, problems } = await open(AMD)
      await page.fill('#field', 'typed text')
      await page.evaluate('document.getElementById("field").setSelectionRange(2, 5)')
      await page.evaluate('before = document.getElementById("field"); live = page')

      write(
        root,
        't/page.template.mustache',
        AMD['t/page.template.mustache'].replace('Hello', 'Hi,'),
      )
      await eventually(page, 'document.querySelector("h1").textContent === "Hi, you"')
      write(root, 't/row.mustache', '<p id="row">{{name}}</p>')
      await eventually(page, 'document.querySelector("#row").textContent === "you"')
      // Nobody has loaded this one.
      write(root, 't/unused.template.mustache', 'changed')

      const state = await page.evaluate(`({
        same: before === document.activeElement && live === require('t/page.template'),
        value: document.activeElement.value,
        caret: [document.activeElement.selectionStart, document.activeElement.selectionEnd],
        events: document.getElementById('events').textContent,
        loads,
      })`)
      expect(state).toEqual({
        same: true,
        value: 'typed text',
        caret: [2, 5],
        events: 't/page.template t/row ',
        loads: 1,
      })
      expect(problems).toEqual([])
    })

    test('a wrong template is shown with its place, and the right one takes over', async () => {
      const { root, page } = await open(AMD)
      await page.evaluate('loads = 2')
      // The first update after an error would load the page again.
      write(root, 't/row.mustache', 'fine')
      await eventually(page, 'row.render() === "fine"')
      write(root, 't/row.mustache', 'x\n {{#a}}')
      await page.waitForSelector('vite-error-overlay')
      const shown = await page.evaluate(
        'document.querySelector("vite-error-overlay").shadowRoot.textContent',
      )
      expect(shown).toContain('t/row.mustache:2:2')
      expect(await page.evaluate('row.render()')).toBe('fine')
      write(root, 't/row.mustache', 'fine again')
      await eventually(page, 'row.render() === "fine again"')
      expect(await page.$('vite-error-overlay')).toBe(null)
    })
  })
})
