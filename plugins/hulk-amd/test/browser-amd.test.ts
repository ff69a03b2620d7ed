import fs from 'node:fs'
import { describe, expect, test } from 'vitest'
import { editUntil, eventually, mountFile, openBrowser } from './support/browser.ts'
import { hoganAmdPath, requireJsPath, textPluginPath } from './support/hogan.ts'
import { write } from './support/site.ts'

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
  't/page.template.mustache': '<h1>Hello {{name}}</h1>\n<input id="field" value="start">\n{{>row}}',
  't/row.mustache': '<p id="row">row</p>',
  't/unused.template.mustache': 'unused',
}

describe('AMD modules under stock require.js, in a browser', { timeout: 60_000 }, () => {
  const open = openBrowser()

  test('an edit changes what is mounted and keeps focus, caret and what was typed', async () => {
    const { root, page, problems } = await open(AMD)
    await page.fill('#field', 'typed text')
    await page.evaluate('document.getElementById("field").setSelectionRange(2, 5)')
    await page.evaluate('before = document.getElementById("field"); live = page')

    write(root, 't/page.template.mustache', AMD['t/page.template.mustache'].replace('Hello', 'Hi,'))
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
    const opened = await open(AMD)
    const { root, page } = opened
    await page.evaluate('loads = 2')
    // The first update after an error would load the page again.
    write(root, 't/row.mustache', 'fine')
    await eventually(page, 'row.render() === "fine"')
    const overlay = 'document.querySelector("vite-error-overlay") !== null'
    await editUntil(opened, 't/row.mustache', 'x\n {{#a}}', overlay)
    const shown = await page.evaluate(
      'document.querySelector("vite-error-overlay").shadowRoot.textContent',
    )
    expect(shown).toContain('t/row.mustache:2:2')
    expect(await page.evaluate('row.render()')).toBe('fine')
    await editUntil(opened, 't/row.mustache', 'fine again', 'row.render() === "fine again"')
    expect(await page.$('vite-error-overlay')).toBe(null)
  })

  test('what was rendered by hand is drawn again, inherited layouts too', async () => {
    const { root, page, problems } = await open({
      ...AMD,
      'main.js': `requirejs(['t/child', 't/layout'], (child, layout) => {
  document.getElementById('app').innerHTML = child.render({ name: 'you' }, { layout })
})
`,
      't/layout.mustache': '<h1>{{$title}}none{{/title}}</h1><input id="field">',
      't/child.mustache': '{{<layout}}{{$title}}{{name}}{{/title}}{{/layout}}',
    })
    await page.fill('#field', 'typed')
    write(root, 't/child.mustache', '{{<layout}}{{$title}}Hi {{name}}{{/title}}{{/layout}}')
    await eventually(page, 'document.querySelector("h1").textContent === "Hi you"')
    write(root, 't/layout.mustache', '<h1>- {{$title}}none{{/title}} -</h1><input id="field">')
    await eventually(page, 'document.querySelector("h1").textContent === "- Hi you -"')
    expect(await page.inputValue('#field')).toBe('typed')
    expect(problems).toEqual([])
  })

  test('what was rendered before anybody could see it loads the page again', async () => {
    const files = {
      ...AMD,
      'index.html': AMD['index.html'].replace(
        '<script type="module" src="/main.js"></script>',
        `<script>
  require(['t/page.template'], function (page) {
    document.getElementById('app').innerHTML = page.render({ name: 'early' })
  })
</script>`,
      ),
    }
    const { root, page } = await open(files, {
      // A slow client.
      before: (early) =>
        early.route(
          '**/@vite/client',
          async (route) => {
            await early.waitForSelector('h1')
            await route.continue()
          },
          { times: 1 },
        ),
    })
    await page.waitForLoadState()
    await eventually(page, 'Boolean(requirejs.onResourceLoad)')
    await page.evaluate('kept = true')
    write(root, 't/page.template.mustache', '<h1>Good day, {{name}}</h1>')
    await eventually(page, 'document.querySelector("h1")?.textContent === "Good day, early"')
    expect(await page.evaluate('typeof kept')).toBe('undefined')
  })

  test('a loader that replaces modules itself is left to it, and followed', async () => {
    const { root, page, problems } = await open({
      ...AMD,
      'index.html': AMD['index.html']
        .replace('<div', '<h1>Rows</h1><div')
        .replace('var loads = 1', 'requirejs.s.update = function () {}'),
      'main.js': `requirejs(['t/row', 't/unused.template'], (row, unused) => {
  window.row = row
  window.unused = unused
  document.getElementById('app').innerHTML = row.render({ name: 'you' })
})
`,
    })
    await page.evaluate('kept = true')
    write(root, 't/row.mustache', '<p id="row">not by this plugin</p>')
    write(root, 't/unused.template.mustache', 'nor this')
    // As such a loader does it: the factory runs again, and its value's properties are given to the old value.
    const adopt = (text: string): Promise<boolean> =>
      page.evaluate<boolean>(`
        (() => {
          const context = requirejs.s.contexts._
          const code = (contexts) => '<p id="row">${text} ' + contexts[0].name + '</p>'
          const next = new (require('hogan').Template)({ code, partials: {}, subs: {} })
          context.defined['t/row'] = next
          requirejs.onResourceLoad(context, { id: 't/row' }, [])
          context.defined['t/row'] = row
          Object.assign(row, next)
          return tell('t/row', 't/none')
        })()
      `)
    // The loader is told that the page need not be loaded again; but not for values of other kinds.
    await page.evaluate(`
      tell = (...ids) =>
        !dispatchEvent(new CustomEvent('requirejs-amd:update', { cancelable: true, detail: { ids } }))
    `)
    expect(await page.evaluate('[tell("hogan"), tell("t/none")]')).toEqual([false, false])
    expect(await adopt('first')).toBe(true)
    await eventually(page, 'document.querySelector("#row").textContent === "first you"')
    await adopt('second')
    await eventually(page, 'document.querySelector("#row").textContent === "second you"')
    await page.evaluate('document.getElementById("app").innerHTML = row.render({ name: "all" })')
    await adopt('third')
    await eventually(page, 'document.querySelector("#row").textContent === "third all"')
    expect(await page.textContent('#events')).toBe('t/row t/row t/row ')
    expect(await page.evaluate('[kept, unused.render()]')).toEqual([true, 'unused'])
    expect(problems).toEqual([])
  })

  test('hgn! gives functions that follow; who has got a text is loaded again', async () => {
    const { root, page, problems } = await open({
      ...AMD,
      'index.html': AMD['index.html'].replace('<div', '<h1>Texts</h1><div'),
      'text.js': fs.readFileSync(textPluginPath, 'utf8'),
      // As requirejs-hogan-plugin does it, but for the compiler, which needs eval.
      'hgn.js': `define(['hogan'], function (Hogan) {
  return {
    load: function (name, require, done) {
      var template = new Hogan.Template({ code: function () { return 'compiled here' }, partials: {}, subs: {} })
      var render = function () { return template.render.apply(template, arguments) }
      render.template = template
      done(render)
    }
  }
})`,
      'main.js': `requirejs(['hgn!t/row', 'text!t/page.template.mustache'], (render, text) => {
  window.render = render
  window.text = text
})
`,
    })
    await eventually(page, 'typeof render === "function"')
    await page.evaluate('kept = true')
    write(root, 't/row.mustache', 'Row of {{name}}')
    await eventually(page, 'render({ name: "you" }) === "Row of you"')
    expect(await page.evaluate('kept')).toBe(true)
    write(root, 't/page.template.mustache', 'another text')
    await eventually(page, 'globalThis.text === "another text"')
    expect(await page.evaluate('typeof kept')).toBe('undefined')
    expect(problems).toEqual([])
  })
})
