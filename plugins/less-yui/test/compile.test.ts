import { chmodSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import { expect, test, vi } from 'vitest'
import { LessYuiError } from '../src/error.ts'
import type { Less } from '../src/lessc/implementation.ts'
import { resolveOptions } from '../src/options.ts'
import type { LessYuiOptions } from '../src/options.ts'
import { Sheets } from '../src/sheets/sheets.ts'
import { type Project, project } from './support/project.ts'

function sheets(
  { root }: Project,
  options: LessYuiOptions = {},
  more: Partial<ConstructorParameters<typeof Sheets>[0]> = {},
): Sheets {
  return new Sheets({
    options: resolveOptions(options),
    root,
    roots: [root],
    cacheDir: undefined,
    sourceMap: false,
    resident: false,
    warn: () => {},
    ...more,
  })
}

test('refuses an import outside of the project, unless its folder is allowed', async () => {
  const outside = project({ 'lib/x.less': '.x { color: red }' })
  const site = project({
    'css/main.less': `.a{color:red}\n@import "${outside.file('lib/x.less')}";`,
  })
  const source = site.file('css/main.less')
  await expect(sheets(site).compile(source)).rejects.toMatchObject({
    code: 'LESS_YUI_OUTSIDE',
    message: expect.stringContaining('`roots`') as string,
    place: { file: source, line: 2 },
  })
  const allowed = sheets(site, {}, { roots: [site.root, outside.root] })
  expect((await allowed.compile(source)).css).toContain('.x')
  const asked = sheets(site, {}, { moreRoots: () => Promise.resolve([outside.root]) })
  expect((await asked.compile(source)).css).toContain('.x')
})

test('a symbolic link does not lead outside either, nor does (optional) or data-uri()', async () => {
  const outside = project({ 'x.less': '.x{color:red}', 'x.svg': '<svg/>' })
  const site = project({
    'a.less': '@import "link/x";',
    'b.less': `@import (optional) "${outside.file('x.less')}";`,
    'c.less': `.c { background: data-uri("${outside.file('x.svg')}") }`,
  })
  symlinkSync(outside.root, site.file('link'))
  for (const name of ['a.less', 'b.less', 'c.less']) {
    await expect(sheets(site).compile(site.file(name))).rejects.toMatchObject({
      code: 'LESS_YUI_OUTSIDE',
    })
  }
})

test('says where a file is not UTF-8', async () => {
  const site = project({
    'main.less': '@import "latin";',
    'latin.less': Buffer.from('.a {\n  content: "caf\u00e9";\n}', 'latin1'),
  })
  await expect(sheets(site).compile(site.file('main.less'))).rejects.toMatchObject({
    code: 'LESS_YUI_ENCODING',
    place: { file: site.file('latin.less'), line: 2, column: 15 },
  })
})

test('accepts a byte order mark', async () => {
  const site = project({ 'main.less': '\uFEFF@import "b";', 'b.less': '\uFEFF.b{color:red}' })
  expect((await sheets(site).compile(site.file('main.less'))).css).toBe('.b {\n  color: red;\n}\n')
})

test('an import cycle ends', async () => {
  const site = project({
    'once.less': '@import "two"; .one{color:red}',
    'two.less': '@import "once"; .two{color:red}',
    'many.less': '@import (multiple) "again"; .m{color:red}',
    'again.less': '@import (multiple) "many"; .n{color:red}',
  })
  expect((await sheets(site).compile(site.file('once.less'))).css).toContain('.two')
  await expect(sheets(site).compile(site.file('many.less'))).rejects.toMatchObject({
    code: 'LESS_YUI_CYCLE',
    message: expect.stringContaining('(multiple)') as string,
  })
})

test('a missing import, an unreadable file and a folder are import errors', async () => {
  const site = project({
    'a.less': '.a{color:red}\n@import "nowhere";',
    'c.less': '@import "folder.less";',
  })
  mkdirSync(site.file('folder.less'))
  for (const [name, line] of [
    ['a.less', 2],
    ['c.less', 1],
  ] as const) {
    await expect(sheets(site).compile(site.file(name))).rejects.toMatchObject({
      code: 'LESS_YUI_IMPORT',
      place: { file: site.file(name), line },
    })
  }
  if (process.getuid?.() === 0) return // root may read anything
  site.write('secret.less', '')
  chmodSync(site.file('secret.less'), 0)
  await expect(sheets(site).compile(site.file('secret.less'))).rejects.toMatchObject({
    code: 'LESS_YUI_IMPORT',
  })
})

test('inline JavaScript is an error while it is disabled', async () => {
  const site = project({ 'a.less': '.a {\n  width: `1 + 1`;\n}' })
  await expect(sheets(site).compile(site.file('a.less'))).rejects.toMatchObject({
    code: 'LESS_YUI_SYNTAX',
    place: { line: 2 },
    message: expect.stringMatching(/javascript/i) as string,
  })
  const old = sheets(site, { lessVersion: '1.x' })
  expect((await old.compile(site.file('a.less'))).css).toContain('width: 2')
})

test('any bytes give a sheet or a located error', async () => {
  const site = project({})
  const inputs = ['', ';', '}', '{', '@', '@import', '.a{', '"', '/*', '\0', '@x: ~`', '.a{b:c}}']
  const strange: unknown[] = []
  for (const text of inputs) {
    site.write('any.less', text)
    const outcome = await sheets(site)
      .compile(site.file('any.less'))
      .then(
        () => 'sheet',
        (error: unknown) => error,
      )
    if (outcome !== 'sheet' && !(outcome instanceof LessYuiError)) strange.push([text, outcome])
  }
  expect(strange).toEqual([])
})

test('a 5 MB sheet is rendered', async () => {
  const rules = Array.from(
    { length: 20_000 },
    (_, index) => `.a${index} { color: red; content: "${'x'.repeat(250)}" }\n`,
  )
  const site = project({ 'big.less': rules.join('') })
  const { css } = await sheets(site).compile(site.file('big.less'))
  expect(css.length).toBeGreaterThan(5_000_000)
}, 60_000)

test('keeps a sheet on disk until a file of its import closure changes', async () => {
  const site = project({
    'main.less': '@import "a"; @import (optional) "later";',
    'a.less': '@import "b";',
    'b.less': '.b{color:red}',
  })
  const cacheDir = site.file('cache')
  const source = site.file('main.less')
  const render = async (options: LessYuiOptions = {}): Promise<string> => {
    const fresh = sheets(site, options, { cacheDir })
    const less = (await fresh.implementation()).less as Less
    const spy = vi.spyOn(less, 'render')
    const { css } = await fresh.compile(source)
    const count = spy.mock.calls.length
    spy.mockRestore()
    return `${count} ${css.replaceAll(/\s+/g, '')}`
  }
  expect(await render()).toBe('1 .b{color:red;}')
  expect(await render()).toBe('0 .b{color:red;}')
  site.write('b.less', '.b{color:blue}')
  expect(await render()).toBe('1 .b{color:blue;}')
  site.write('later.less', '.later{color:red}')
  expect(await render()).toBe('1 .b{color:blue;}.later{color:red;}')
  expect(await render({ less: { globalVars: { x: '1' } } })).toMatch(/^1 /)
  expect(await render({ cache: false })).toMatch(/^1 /)
  expect(readdirSync(cacheDir)).toHaveLength(2)
})

test('parses what has not changed once, and renders what has', async () => {
  const site = project({
    'one.less': '@import "vars"; @import "mixins"; .one { .box() }',
    'two.less': '@import "vars"; @import "mixins"; .two { .box() }',
    'vars.less': '@c: red; @import "more";',
    'more.less': '@w: 1px;',
    'mixins.less': '.box() { color: @c; width: @w; &:hover { color: darken(@c, 10%) } }',
  })
  const all = sheets(site, { cache: false })
  const render = async (name: string): Promise<string> =>
    (await all.compile(site.file(name))).css.replaceAll(/\s+/g, '')
  expect(await render('one.less')).toBe('.one{color:red;width:1px;}.one:hover{color:#cc0000;}')
  expect(await render('two.less')).toBe('.two{color:red;width:1px;}.two:hover{color:#cc0000;}')
  site.write('more.less', '@w: 2px;')
  expect(await render('one.less')).toBe('.one{color:red;width:2px;}.one:hover{color:#cc0000;}')
  site.write('vars.less', '@c: blue; @w: 3px;')
  expect(await render('two.less')).toBe('.two{color:blue;width:3px;}.two:hover{color:#0000cc;}')
  site.write('mixins.less', '.box() { color: @nope }')
  await expect(render('one.less')).rejects.toMatchObject({ code: 'LESS_YUI_SYNTAX' })
  site.write('mixins.less', '.box() { color: @c }')
  expect(await render('one.less')).toBe('.one{color:blue;}')
})

test('keeps nothing on disk that depends on more than files', async () => {
  const site = project({
    'a.less': '.a { width: `Date.now()` }',
    'b.less': '@plugin "p"; .b { width: p() }',
    'p.js': 'functions.add("p", () => 3)',
  })
  const cacheDir = site.file('cache')
  mkdirSync(cacheDir)
  const old = sheets(site, { lessVersion: '1.x' }, { cacheDir })
  await old.compile(site.file('a.less'))
  const { css } = await old.compile(site.file('b.less'))
  expect(css).toContain('width: 3')
  expect(old.dependants(site.file('p.js'))).toEqual([site.file('b.less')])
  expect(readdirSync(cacheDir)).toEqual([])
})

test('tells each warning of less once, unless less is to be quiet', async () => {
  const site = project({ 'a.less': '.a { background: data-uri("none.png") }' })
  const warn = vi.fn<(message: string) => void>()
  const loud = sheets(site, { cache: false }, { warn })
  await loud.compile(site.file('a.less'))
  await loud.compile(site.file('a.less'))
  expect(warn).toHaveBeenCalledTimes(1)
  await sheets(site, { less: { quiet: true } }, { warn }).compile(site.file('a.less'))
  expect(warn).toHaveBeenCalledTimes(1)
})

test('says where a division that an old less would have done is none any more', async () => {
  const site = project({
    'a.less': '@import "part"; .b { width: (@w / 2); font: 12px/1.5 serif }',
    'part.less': '@w: 20px;\n.a {\n  color: red; margin: 0 @w / 2;\n}',
    'fine.less': `.a { font: 12px/1.5 serif; grid-area: 1 / 2 / 3 / 4; grid-row: 1 / 2; aspect-ratio: 16 / 9; border-radius: 1px / 2px;
      background: url(a/1/2.png) 0 / 2px; color: rgb(0 0 0 / 50%); width: calc(100% / 3); margin: 0 /* 1 / 2 */ 1px; height: 3px\\0/;
      @media (min-aspect-ratio: 16/9) { top: 0 } content: "a; width: 1 / 2;" }
      .width\\:1\\/2 { left: 50% }`,
  })
  const warn = vi.fn<(message: string) => void>()
  await sheets(site, {}, { warn }).compile(site.file('a.less'))
  expect(warn.mock.calls).toEqual([
    [
      expect.stringContaining(
        `${site.file('part.less')}:3:15: \`margin: 0 20px / 2\` is not divided`,
      ),
    ],
  ])
  warn.mockClear()
  await sheets(site, {}, { warn }).compile(site.file('fine.less'))
  for (const options of [
    { lessVersion: '1.x' },
    { less: { math: 'always' } },
    { less: { math: 'strict' } },
  ] as const)
    await sheets(site, options, { warn }).compile(site.file('a.less'))
  expect(warn).not.toHaveBeenCalled()
})

test('uses the less given as an object, and refuses what is none', async () => {
  const site = project({ 'a.less': '.a{width:1px+1}' })
  const { less } = await sheets(site).implementation()
  const given = sheets(site, { implementation: less })
  expect((await given.compile(site.file('a.less'))).css).toContain('width: 2px')
  await expect(
    sheets(site, { implementation: {} }).compile(site.file('a.less')),
  ).rejects.toMatchObject({ code: 'LESS_YUI_IMPLEMENTATION' })
  await expect(
    sheets(site, { implementation: 'no-less' }).compile(site.file('a.less')),
  ).rejects.toThrow('`npm install -D less`')
  await expect(
    sheets(site, { implementation: 'less-1.7.4' }).compile(site.file('a.less')),
  ).rejects.toThrow('`npm install -D less-1.7.4@npm:less@1.7.4`')
})
