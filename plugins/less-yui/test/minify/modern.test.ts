import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { yui } from '../../src/minify/yui.ts'
import { chromiumPath, useBrowser } from '../support/browser.ts'
import { differences, forOldBrowsers } from '../support/cascade.ts'
import { minified as small } from '../support/minified.ts'

/** Modern CSS that the old compressors broke. */
const TORTURE = `
:root { --gap: 0px; --empty: ; --json: { "a": [1, 2] }; --shadow: 0 0 0 0 red }
.a { width: calc(1px + var(--gap)); margin: calc(0px - (1rem * 2)); flex: 1 1 0%; color: #AABBCCDD }
.b { width: clamp(1rem, 0.5rem + 2vw, 3rem); inset: max(0px, env(safe-area-inset-top)); }
@container side (min-width: 400px) and (not (max-width: 0px)) { .c { color: red } }
@layer components, base;
@layer base { .d { color: red } body :focus { color: red } }
@media (400px <= width <= 700px) { .e { color: red } }
@supports (display: grid) and (not (display: inline-grid)) { .f { float: none } }
@scope (.card) to (.content) { img { border: 1px solid } }
.g { & :hover { color: red } &:is(a, b) + .h { color: blue } .i > & { color: red } }
.j :is(h1, h2) :where(.k, .l) { color: red }
.m { background: url("data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 8 8'%3E%3C/svg%3E") }
.n { background: url(data:image/svg+xml;charset=utf8,%3Csvg%3E) no-repeat }
@font-face { font-family: "X  Y"; src: url(a.woff2) format("woff2"); unicode-range: U+0025-00FF, u+4?? }
.o::after { content: "  /* no comment */  \\"{}; "; transition: all 0s; animation: fa-spin 2s infinite }
@keyframes fa-spin { 0% { transform: rotate(0deg) } 100% { transform: rotate(359deg) } }
.p { grid-template: [a] "b  c" 0px / auto; color: rgb(100%, 0%, 0%); background: rgb(0 0 0 / 50%) }
.q { font: 0.8em/1.2 "A B", serif !important; margin: -0.5px }
`

test('yui breaks no modern CSS', () => {
  const out = yui(TORTURE)
  for (const part of [
    '--gap:0px',
    '--empty:;',
    '--json:{ "a": [1, 2] }',
    '--shadow:0 0 0 0 red',
    'calc(1px + var(--gap))',
    'calc(0px - (1rem * 2))',
    'flex:1 1 0%',
    '#AABBCCDD',
    'clamp(1rem,0.5rem + 2vw,3rem)',
    'max(0px,env(safe-area-inset-top))',
    '@container side (min-width: 400px) and (not (max-width: 0px)){',
    '@layer components, base;',
    'body :focus{',
    '@media (400px <= width <= 700px){',
    'and (not (display: inline-grid)){',
    '@scope (.card) to (.content){',
    '& :hover{',
    '&:is(a, b)+.h{',
    '.i>&{',
    '.j :is(h1, h2) :where(.k, .l){',
    "xmlns='http://www.w3.org/2000/svg' viewBox='0 0 8 8'%3E",
    'url(data:image/svg+xml;charset=utf8,%3Csvg%3E)',
    'unicode-range:U+0025-00FF,u+4??',
    '"  /* no comment */  \\"{}; "',
    'all 0s',
    '0%{',
    '"b  c" 0px / auto',
    'rgb(100%,0%,0%)',
    'rgb(0 0 0 / 50%)',
    'font:.8em/1.2 "A B",serif!important',
    'margin:-.5px',
  ]) {
    expect(out).toContain(part)
  }
})

test.each(['yui', 'lightningcss'] as const)(
  '%s minifies its own output to itself',
  async (mode) => {
    const once = await small(TORTURE, mode)
    expect(await small(once, mode)).toBe(once)
  },
)

test('yui minifies a 5 MB sheet with data URIs', () => {
  const css = `.a { background: url(data:font/woff;base64,${'A'.repeat(5000)}) }\n.b { color: #FF0000; margin: 0px 0px }\n`
  const small = `.a{background:url(data:font/woff;base64,${'A'.repeat(5000)})}.b{color:#f00;margin:0}`
  expect(yui(css.repeat(1000))).toBe(small.repeat(1000))
})

/** Declarations of one family, so that their order matters, with hacks and fallbacks among them. */
const FAMILIES = [
  [
    'margin:1px',
    'margin:0 auto',
    'margin-left:2px',
    '*margin:3px',
    'margin:4px\\9',
    'margin-top:1rem',
  ],
  ['color:#333', 'color:rgba(0,0,0,.5)', '_color:red', 'color:red\\9', 'color:blue!important'],
  [
    'background:red',
    'background:url(x.png)',
    'background-image:-webkit-linear-gradient(top,red,blue)',
  ],
  [
    'background-color:#eee',
    'background-image:linear-gradient(red,blue)',
    'background-repeat:no-repeat',
  ],
  ['border:1px solid red', 'border-color:blue', 'border-top:0', '*border:0', 'border-radius:3px'],
  [
    '-webkit-border-radius:3px',
    '-moz-border-radius:3px',
    'border-style:dashed',
    'border-left-width:2px',
  ],
  [
    'width:100px',
    'width:calc(100% - 2px)',
    'height:1.5',
    '*width:1px',
    'width:0',
    'width:50%!important',
  ],
  [
    'filter:alpha(opacity=50)',
    'filter:none',
    'opacity:.5',
    'zoom:1',
    '*zoom:1',
    'text-shadow:0 1px 0 #fff',
  ],
  ['display:inline-block', '*display:inline', 'display:none', 'overflow:hidden', 'overflow-x:auto'],
  [
    'font:12px/1.5 a,b',
    'font-size:14px',
    'line-height:2',
    'font-weight:bold',
    'font-family:monospace,monospace',
  ],
  [
    'transition:opacity .2s',
    '-webkit-transition:opacity .2s',
    'flex:1 1 0%',
    'flex-grow:2',
    '-ms-flex:1',
  ],
  [
    'top:0',
    'right:0',
    'bottom:0',
    'left:0',
    'position:absolute',
    'left:auto',
    'padding:0 1px',
    '_padding:0',
  ],
]

describe.skipIf(!chromiumPath)('in Chromium', () => {
  const browser = useBrowser()

  test.each(['lightningcss', 'yui'] as const)('%s leaves modern CSS its meaning', async (mode) => {
    const page = await browser().newPage()
    const found = await differences(page, TORTURE, await small(TORTURE, mode))
    // `@layer components, base; @layer base {…}` needs to name `components` only.
    expect(found.filter((line) => !/^[-+] @: @layer components\b/.test(line))).toEqual([])
    await page.close()
  })

  test.each(['lightningcss', 'yui', 'yui-exact'] as const)(
    '%s keeps what wins, and what old browsers need, in any order of declarations',
    async (mode) => {
      const rule = fc
        .constantFrom(...FAMILIES)
        .chain((family) => fc.array(fc.constantFrom(...family), { minLength: 1, maxLength: 7 }))
      const rules = fc.sample(rule, { seed: 7, numRuns: 1500 })
      const css = rules.map((body, index) => `.r${index} { ${body.join('; ')} }\n`).join('')
      const out = await small(css, mode)
      const page = await browser().newPage()
      const lost = (await differences(page, css, out, mode !== 'lightningcss')).filter(
        (line) => !/border-image|background-position-y/.test(line),
      )
      const kept = await forOldBrowsers(page, out)
      for (const line of await forOldBrowsers(page, css)) if (!kept.has(line)) lost.push(line)
      expect(lost).toEqual([])
      await page.close()
    },
  )
})
