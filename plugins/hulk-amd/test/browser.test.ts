import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { eventually, mountFile, openBrowser } from './support/browser.ts'
import { write } from './support/site.ts'

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
    '<h1>Hello {{name}}</h1>\n<input id="field" value="start">\n<textarea id="area"></textarea>\n{{>row}}\n<ul id="list" style="height: 30px; overflow: auto">{{#items}}<li>{{.}}</li>{{/items}}</ul>',
  'row.template.mustache': '<p id="row">row</p>',
  'plain.mustache': 'plain',
}

describe('in a browser', { timeout: 60_000 }, () => {
  const open = openBrowser()

  test('an edit changes what is mounted and keeps focus, caret and what was typed', async () => {
    const { root, page, problems } = await open(FILES)
    await page.fill('#area', 'draft')
    await page.fill('#field', 'typed text')
    await page.evaluate('document.getElementById("field").setSelectionRange(2, 5)')
    await page.evaluate(
      'mounted.update({ name: "you", items: Array.from({ length: 50 }, (_, i) => i) })',
    )
    await page.evaluate('document.getElementById("list").scrollTop = 100')
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
      scroll: document.getElementById('list').scrollTop,
      events: document.getElementById('events').textContent,
      loads: window.loads,
    })`)
    expect(state).toEqual({
      same: true,
      value: 'typed text',
      caret: [2, 5],
      area: 'draft',
      scroll: 100,
      events: '/page.template.mustache /row.template.mustache ',
      loads: 1,
    })
    expect(problems).toEqual([])
  })

  test('a template rendered by hand is new at the next render, through ?hogan-render too', async () => {
    const { root, page, problems } = await open(FILES)
    await page.evaluate('window.kept = true')
    expect(await page.evaluate('plain({})')).toBe('plain')
    write(root, 'plain.mustache', 'changed')
    await eventually(page, 'plain({}) === "changed"')
    expect(await page.evaluate('window.kept')).toBe(true)
    expect(problems).toEqual([])
  })

  test('update() renders another context, reusing elements; unmount() lets the element go', async () => {
    const { root, page } = await open(FILES)
    await page.evaluate('window.first = document.querySelector("#list li")')
    await page.evaluate('mounted.update({ name: "all", items: [1, 2, 3] })')
    expect(await page.textContent('#list')).toBe('123')
    expect(await page.evaluate('first === document.querySelector("#list li")')).toBe(true)
    await page.evaluate('mounted.unmount()')
    await page.evaluate('document.getElementById("row").textContent = "mine"')
    write(root, 'row.template.mustache', '<p id="row">unseen</p>')
    await eventually(page, 'document.getElementById("events").textContent.includes("row")')
    await page.evaluate('new Promise((resolve) => setTimeout(resolve))')
    expect(await page.textContent('#row')).toBe('mine')
    expect(await page.evaluate('page.render({})')).toContain('unseen')
  })

  test('what was rendered by hand is drawn again where it stands, with what was made of it', async () => {
    const { root, page, problems } = await open({
      'index.html':
        '<h1>List</h1><ul id="list"></ul><div id="two"></div><script type="module" src="/main.js"></script>',
      'main.js': `import item from './item.mustache'
import card from './card.mustache'
import parts from './parts.mustache'
const list = document.getElementById('list')
for (const name of ['a', 'b', 'b']) list.insertAdjacentHTML('beforeend', item.render({ name, by: list.children.length }))
document.getElementById('two').innerHTML = card.render({ title: 'Card' })
// What applications do with what they have rendered.
document.querySelector('.card').classList.add('open')
document.querySelector('.slot').innerHTML = parts.render({ n: 1 })
window.nodes = [...document.querySelectorAll('li, .card, input, .part')]
window.parts = parts
`,
      'item.mustache': '<li>{{name}}</li>',
      'card.mustache': '<div class="card"><b>{{title}}</b><input><div class="slot"></div></div>',
      'parts.mustache': '<i class="part">{{n}}</i><i class="part">end</i>',
    })
    await page.waitForSelector('.part')
    await page.fill('input', 'typed')
    await page.evaluate('window.kept = true')

    write(root, 'item.mustache', '<li data-by="{{by}}">{{name}}!</li>')
    await eventually(page, 'document.querySelector("li").textContent === "a!"')
    const by =
      '[...document.querySelectorAll("li")].map((li) => li.dataset.by + li.textContent).join()'
    expect(await page.evaluate(by)).toBe('0a!,1b!,2b!')

    write(
      root,
      'card.mustache',
      '<div class="card"><h2>{{title}}</h2><input><div class="slot"></div></div>',
    )
    await eventually(page, 'document.querySelector("h2")?.textContent === "Card"')
    write(root, 'parts.mustache', '<i class="part">{{n}}.</i><i class="part">end</i>')
    await eventually(page, 'document.querySelector(".part")?.textContent === "1."')

    const state = await page.evaluate(`({
      same: [...document.querySelectorAll('li, .card, input, .part')].every((node, at) => node === nodes[at]),
      open: document.querySelector('.card').className,
      typed: document.querySelector('input').value,
      kept: window.kept,
    })`)
    expect(state).toEqual({ same: true, open: 'card open', typed: 'typed', kept: true })

    // What is no more as it was rendered stays as it is.
    await page.evaluate('document.querySelector("li").textContent = "mine"')
    write(root, 'item.mustache', '<li>{{name}}?</li>')
    await eventually(page, 'document.querySelectorAll("li")[1].textContent === "b?"')
    expect(await page.textContent('li')).toBe('mine')
    expect(problems).toEqual([])
  })

  describe('a page that is changed in place', () => {
    const { html } = fc.letrec<{ html: string; node: string }>((tie) => ({
      html: fc.array(tie('node'), { maxLength: 4 }).map((nodes) => nodes.join('')),
      node: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        fc.constantFrom(
          'text',
          ' ',
          'more',
          '<input value="a">',
          '<br>',
          '<!-- c -->',
          '<textarea>t</textarea>',
        ),
        fc
          .tuple(
            fc.constantFrom('p', 'b', 'ul', 'li'),
            fc.constantFrom(
              '',
              ' id="x"',
              ' id="y"',
              ' class="c"',
              ' data-key="k" title="t"',
              ' hidden',
            ),
            tie('html'),
          )
          .map(([tag, attributes, inner]) => `<${tag}${attributes}>${inner}</${tag}>`),
      ),
    }))
    const pairs = fc.sample(fc.tuple(html, html), 400)

    test('is by mount() what it would be if it were made anew', async () => {
      const { page } = await open(FILES)
      const wrong = await page.evaluate(`(async (pairs) => {
      const { mount } = await import('${mountFile}')
      const wrong = []
      for (const [first, second] of pairs) {
        const element = document.createElement('div')
        const fresh = document.createElement('div')
        fresh.innerHTML = second
        const mounted = mount(element, { render: (html) => html }, first)
        mounted.update(second)
        if (element.innerHTML !== fresh.innerHTML) wrong.push([first, second, element.innerHTML])
        mounted.unmount()
      }
      return wrong
    })(${JSON.stringify(pairs)})`)
      expect(wrong).toEqual([])
    })

    test('is so where something was rendered by hand', async () => {
      const { page } = await open(FILES)
      const folder = mountFile.replace('mount.ts', 'hot')
      const { wrong, compared } = await page.evaluate<{
        wrong: unknown[]
        compared: number
      }>(`(async (pairs) => {
        const { Drawings } = await import('${folder}/drawings.ts')
        const { Recorder } = await import('${folder}/record.ts')
        const wrong = []
        let compared = 0
        for (const [first, second] of pairs) {
          const recorder = new Recorder()
          const drawings = new Drawings(recorder)
          let html = first
          const template = { render: () => html }
          recorder.follow(template)
          document.body.innerHTML = '<section><h1>Before</h1>' + template.render() + '<h2>After</h2></section>'
          html = second
          drawings.redrawSoon()
          await new Promise((resolve) => setTimeout(resolve))
          const fresh = document.createElement('section')
          fresh.innerHTML = '<h1>Before</h1>' + second + '<h2>After</h2>'
          // Only where there is an element to be found; white space at the ends may stay.
          const shown = document.querySelector('section').innerHTML.replace(/\\s+/g, '')
          if (!/<\\w/.test(first)) continue
          compared++
          if (shown !== fresh.innerHTML.replace(/\\s+/g, '')) wrong.push([first, second, shown])
        }
        return { wrong, compared }
      })(${JSON.stringify(pairs)})`)
      expect(wrong).toEqual([])
      expect(compared).toBeGreaterThan(50)
    })
  })
})
