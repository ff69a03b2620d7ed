import path from 'node:path'
import zlib from 'node:zlib'
import { minify, parseSync } from 'vite'
import { describe, expect, test } from 'vitest'
import { bundle, pluginError, run } from './support/bundle.ts'
import { site } from './support/site.ts'

describe('an imported template', () => {
  test('is an ES module with the template as its default', async () => {
    const root = site({
      'main.js':
        "import t from './hello.template.mustache'\nexport const text = t.render({ name: '<you>' })",
      'hello.template.mustache': 'Hello {{name}}, {{{name}}}!\n',
    })
    const { text } = await run((await bundle(root)).code)
    expect(text).toBe('Hello &lt;you&gt;, <you>!')
  })

  test("has the template as its 'module.exports' too", async () => {
    const root = site({
      'main.js':
        "import t, { 'module.exports' as m } from './a.mustache'\nexport const same = t === m",
      'a.mustache': 'A',
    })
    expect((await run((await bundle(root)).code))['same']).toBe(true)
  })

  test('finds its partials beside it, by path and by name, with or without suffix', async () => {
    const root = site({
      'main.js':
        "import t from './t/page.template.mustache'\nexport const text = t.render({ a: 1 })",
      't/page.template.mustache': '{{> row}}{{>./cell.mustache}}{{> t/sub/deep }}{{>named}}',
      't/row.template.mustache': '[row {{a}}]',
      't/cell.mustache': '[cell]',
      't/sub/deep.hogan': '[deep {{>../row}}]',
      'named.mustache': '[named]',
    })
    const { text } = await run((await bundle(root)).code)
    expect(text).toBe('[row 1][cell][deep [row 1]][named]')
  })

  test('inherits from an imported parent', async () => {
    const root = site({
      'main.js':
        "import t from './child.mustache'\nexport const text = t.render({ a: 1 }) + t.render({ a: 2 })",
      'child.mustache': '{{<parent}}{{$body}}{{>leaf}}{{/body}}{{/parent}}',
      'parent.mustache': '<{{$body}}default{{/body}}{{$foot}} foot{{/foot}}>',
      'leaf.mustache': 'leaf {{a}}',
    })
    const { text } = await run((await bundle(root)).code)
    expect(text).toBe('<leaf 1 foot><leaf 2 foot>')
  })

  test('may include itself inside a section', async () => {
    const root = site({
      'main.js':
        "import t from './tree.mustache'\nexport const text = t.render({ kids: [{ n: 1, kids: [{ n: 2, kids: [] }] }] })",
      'tree.mustache': '{{#kids}}({{n}}{{>tree}}){{/kids}}',
    })
    const { text } = await run((await bundle(root)).code)
    expect(text).toBe('(1(2))')
  })

  test('takes partials given to render before imported ones', async () => {
    const root = site({
      'main.js':
        "import t from './a.mustache'\nimport b from './b.mustache'\nexport const text = t.render({}, { x: b })",
      'a.mustache': '{{>x}}',
      'x.mustache': 'X',
      'b.mustache': 'B',
    })
    expect((await run((await bundle(root)).code))['text']).toBe('B')
  })

  test('is found by the name of its derived file', async () => {
    const root = site({
      'main.js': "import t from './hello.template.js'\nexport const text = t.render({})",
      'hello.template.mustache': 'Hello',
    })
    expect((await run((await bundle(root)).code))['text']).toBe('Hello')
  })

  test('is its bound render function with ?hogan-render, and its text with ?raw', async () => {
    const root = site({
      'main.js': [
        "import render from './a.mustache?hogan-render'",
        "import raw, { 'module.exports' as exported } from './a.mustache?raw'",
        "import t from './a.mustache'",
        'export const text = render({ b: 1 })',
        'export const same = render.template === t',
        'export { raw, exported }',
      ].join('\n'),
      'a.mustache': '\uFEFF  {{b}}\n',
    })
    const module = await run((await bundle(root)).code)
    expect(module).toMatchObject({ text: '1', same: true, raw: '  {{b}}\n', exported: '  {{b}}\n' })
  })

  test('is not wrapped as CommonJS in a package of that type', async () => {
    const root = site({
      'package.json': '{"type":"commonjs"}',
      'main.js': "import t from './a.mustache'\nexport const text = t.render({})",
      'a.mustache': 'A',
    })
    const { code } = await bundle(root)
    expect(code).not.toContain('__commonJS')
    expect((await run(code))['text']).toBe('A')
  })

  test('renders lambdas that take text only with the lambdas option', async () => {
    const files = {
      'main.js':
        "import t from './a.mustache'\nexport const render = () => t.render({ b: 1, f: () => (text) => '[' + text + ']', p: 2 }, { q: '{{p}}' })",
      'a.mustache': '{{#f}}x{{b}}{{/f}}{{>q}}',
    }
    const plain = (await run((await bundle(site(files))).code)) as { render(): string }
    expect(() => plain.render()).toThrow('hulkAmd({ lambdas: true })')
    const full = (await run((await bundle(site(files), { lambdas: true })).code)) as {
      render(): string
    }
    expect(full.render()).toBe('[x1]2')
  })

  test('may have another suffix by the include option', async () => {
    const root = site({
      'main.js': "import t from './a.tpl.html'\nexport const text = t.render({ b: 1 })",
      'a.tpl.html': '<p>{{b}}</p>',
    })
    const { code } = await bundle(root, { include: '**/*.tpl.html' })
    expect((await run(code))['text']).toBe('<p>1</p>')
  })

  test('has a source map that leads to the template', async () => {
    const root = site({
      'main.js': "import t from './a.mustache'\nexport const text = t.render({ b: 1 })",
      'a.mustache': '\n\n  <p>\n  {{name}}</p>',
    })
    const { code, map } = await bundle(root, {}, { sourcemap: true })
    const { TraceMap, originalPositionFor } = await import('@jridgewell/trace-mapping')
    const lines = code.split('\n')
    const line = lines.findIndex((text) => text.includes('"|<p>'))
    const column = lines[line]?.indexOf('"|<p>') ?? -1
    const found = originalPositionFor(new TraceMap(JSON.stringify(map)), { line: line + 1, column })
    expect(found).toMatchObject({ line: 3, column: 2 })
    expect(found.source).toMatch(/a\.mustache$/)
  })

  test.for([
    ['HULK_AMD_UNCLOSED_TAG', 'one\n two {{three', 2, 5],
    ['HULK_AMD_UNCLOSED_TAG', '\n\n{{{a}', 3, 0],
    ['HULK_AMD_DELIMITERS', 'x\n{{=<% ', 2, 0],
    ['HULK_AMD_DELIMITERS', '{{= =}}', 1, 0],
    ['HULK_AMD_UNCLOSED_SECTION', 'x {{#a}}', 1, 2],
    ['HULK_AMD_SECTION_MISMATCH', '{{#a}}\r\n{{#b}}{{/a}}', 2, 6],
    ['HULK_AMD_STRAY_CLOSE', '{{#a}}{{/a}}\n {{/a}}', 2, 1],
    ['HULK_AMD_ILLEGAL_CONTENT', '{{<a}}{{b}}{{/a}}', 1, 6],
    ['HULK_AMD_TOO_DEEP', '{{#a}}'.repeat(10_000) + '{{/a}}'.repeat(10_000), 1, 2400],
    ['HULK_AMD_BINARY', 'GIF\0\u0001', 1, 3],
  ] as const)(
    'that is wrong (%s) fails the build at its place',
    async ([code, text, line, column]) => {
      const root = site({ 'main.js': "import './a.mustache'", 'a.mustache': text })
      const error = await pluginError(bundle(root))
      expect(error).toMatchObject({
        pluginCode: code,
        id: path.join(root, 'a.mustache'),
        loc: { file: path.join(root, 'a.mustache'), line, column },
      })
      expect(error['frame']).toContain('^')
      expect(error['message']).toContain(`a.mustache:${line}:${column + 1}`)
    },
  )

  test('that is wrong is printed once, without a stack of ours', async () => {
    const root = site({ 'main.js': "import './a.mustache'", 'a.mustache': 'x {{#a}}{{/b}}' })
    const error = await bundle(root).then(String, (reason: Error) => reason.message)
    expect(error.match(/\{\{\/b\}\} closes \{\{#a\}\}/g)).toHaveLength(1)
    expect(error).not.toMatch(/Caused by|\n +at /)
  })
})

describe('what the browser loads', () => {
  test('is at most 1.5 kB, gzipped, with a template', async () => {
    const root = site({
      'main.js': "export { default } from './a.mustache'",
      'a.mustache': 'Hello {{name}}',
    })
    const { code } = await bundle(root)
    const small = (await minify('main.js', code, { module: true })).code
    expect(zlib.gzipSync(small).length).toBeLessThanOrEqual(1500)
    expect(small).not.toMatch(/\beval\b|new Function/)
    expect(parseSync('main.js', small).errors).toEqual([])
  })
})
