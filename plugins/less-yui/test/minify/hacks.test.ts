import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { bootstrapDir } from '../support/project.ts'
import { minified as small } from '../support/minified.ts'

const HACKS = `.a { margin: 1px; *margin: 2px; color: red; _height: 1%; width: 10px\\9; }
.b { filter: progid:DXImageTransform.Microsoft.gradient(startColorstr='#FF0000', endColorstr='#00ff00', GradientType=0); zoom: 1 }
.c { *zoom: 1 }
.d { *display: inline; display: block; filter: alpha(opacity=50); }
@media \\0screen { .e { color: red } }
.f { width: expression(document.body.clientWidth > 800 ? "800px" : "auto"); }`

test('lightningcss keeps every legacy hack, after the property it overrides', async () => {
  expect(await small(HACKS, 'lightningcss')).toBe(
    [
      '.a{margin:1px;*margin:2px;color:red;_height:1%;width:10px\\9}',
      ".b{filter:progid:DXImageTransform.Microsoft.gradient(startColorstr='#FF0000', endColorstr='#00ff00', GradientType=0);zoom:1}",
      '.c{*zoom:1}',
      '.d{*display:inline;filter:alpha(opacity=50);display:block}',
      '@media \\0screen{.e{color:red}}',
      '.f{width:expression(document.body.clientWidth > 800 ? "800px" : "auto")}',
    ].join(''),
  )
})

test('lightningcss strips them on demand, and nothing else', async () => {
  expect(await small(HACKS, 'lightningcss', 'strip')).toBe(
    '.a{color:red;margin:1px}.b{zoom:1}.d{display:block}',
  )
})

/** What lightningcss alone would make of each is wrong; `undefined`: it stays as it is. */
const FRAGILE: readonly [why: string, css: string, kept?: string][] = [
  ['a colour for browsers without rgba()', '.a{color:#333;color:rgba(0,0,0,.5)}'],
  [
    'a background for browsers without gradients',
    '.a{background-color:#333;background:linear-gradient(red,#00f)}',
  ],
  [
    'a fallback in a rule of its own',
    '.a{color:#333}.a{color:rgba(0,0,0,.5)}',
    '.a{color:#333;color:rgba(0,0,0,.5)}',
  ],
  ['an important fallback', '.a{color:#333!important;color:rgba(0,0,0,.5)!important}'],
  ['a fallback for calc()', '.a{width:90%;width:calc(100% - 10px)}'],
  [
    'the direction of an old gradient',
    '.a{background-image:-webkit-linear-gradient(left,red,blue)}',
  ],
  [
    'a gradient with its stops in disorder',
    '.a{background-image:linear-gradient(0deg,red 100%,blue 0%)}',
  ],
  [
    'media queries as every browser reads them',
    '@media (min-width:768px) and (max-width:900px){.a{color:red}}',
  ],
  ['transparency as every browser reads it', '.a{color:rgba(0,0,0,.5)}'],
  ['resolutions as every browser reads them', '@media (min-resolution:1.5dppx){.a{color:red}}'],
  ['a placeholder of Internet Explorer', '.a:-ms-input-placeholder{color:red}'],
  ['a placeholder of an old Firefox', '.a:-moz-placeholder{color:red}'],
  ['a placeholder of Edge', '.a::-ms-input-placeholder{color:red}'],
  ['full screen of an old WebKit', '.a:-webkit-full-screen{color:red}.a:fullscreen{color:red}'],
  ['a number that is no length', '.a{height:1.5715}'],
  ['a size of monospace text', '.a{font-family:monospace,monospace}'],
  ['a selector that no browser reads', '.a:after .b{color:red}'],
  ['a media query of Internet Explorer 9', '@media screen and (min-width:0\\0){.a{color:red}}'],
  ['a value of Internet Explorer alone', '.a{color:red!ie}'],
  [
    'a declaration among good ones that has no value',
    '.a{color:red;width:}b{c:d}',
    '.a{color:red;width:}b{c:d}',
  ],
  ['a character set', '@charset "utf-8";\n.a:before{content:"»"}'],
]

test.each(FRAGILE)('lightningcss keeps %s', async (_why, css, kept = css) => {
  expect(await small(css, 'lightningcss')).toBe(kept)
  // And strips nothing of it that is not for Internet Explorer alone.
  const forIE = /\\0|!ie/.test(css)
  expect(await small(css, 'lightningcss', 'strip')).toBe(forIE ? '' : kept)
})

test('equal hacks do not stand in the way of merging', async () => {
  expect(await small('.a { *zoom: 1 }\n.b { *zoom: 1 }', 'lightningcss')).toBe('.a,.b{*zoom:1}')
})

test('lightningcss says where there is something that is no rule at all', async () => {
  await expect(
    small('.a {\n  color: red;\n  }}\n.b { c: d }', 'lightningcss'),
  ).rejects.toMatchObject({
    code: 'LESS_YUI_MINIFY',
    place: { file: '/x.css', line: 3 },
    frame: expect.stringContaining('^') as string,
  })
})

test('false leaves the text alone', async () => {
  expect(await small(HACKS, false)).toBe(HACKS)
})

test('lightningcss loses no hack of bootstrap', async () => {
  const css = readFileSync(path.join(bootstrapDir, 'dist/css/bootstrap.css'), 'utf8')
  const count = (text: string): number[] =>
    [/\\9/g, /progid:/g, /alpha\(opacity/g, /filter:/g].map((hack) => text.match(hack)?.length ?? 0)
  expect(count(css)[0]).toBeGreaterThan(0)
  const out = await small(css, 'lightningcss')
  expect(count(out)).toEqual(count(css))
  expect(out.length).toBeLessThan(css.length * 0.85)
})
