import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { transform } from 'lightningcss'
import { expect, test } from 'vitest'
import { minify } from '../src/minify/index.ts'
import { type Node, parse } from '../src/minify/parse.ts'
import { yui } from '../src/minify/yui.ts'
import type { Minifier } from '../src/options.ts'
import { bootstrapDir, ycssminDir } from './project.ts'

const root = import.meta.dirname

async function small(
  css: string,
  minifier: Minifier,
  legacyHacks: 'keep' | 'strip' = 'keep',
): Promise<string> {
  const { code } = await minify({ css, file: '/x.css', minifier, legacyHacks, root })
  return code
}

const HACKS = `.a { margin: 1px; *margin: 2px; color: red; _height: 1%; width: 10px\\9; }
.b { filter: progid:DXImageTransform.Microsoft.gradient(startColorstr='#FF0000', endColorstr='#00ff00', GradientType=0); zoom: 1 }
.c { *zoom: 1 }
.d { *display: inline; display: block; filter: alpha(opacity=50); }
@media \\0screen { .e { color: red } }
.f { width: expression(document.body.clientWidth > 800 ? "800px" : "auto"); }`

test('lightningcss keeps every legacy hack, after the property it overrides', async () => {
  expect(await small(HACKS, 'lightningcss')).toBe(
    [
      '.a{color:red;margin:1px;*margin:2px;_height:1%;width:10px\\9}',
      ".b{zoom:1;filter:progid:DXImageTransform.Microsoft.gradient(startColorstr='#FF0000', endColorstr='#00ff00', GradientType=0)}",
      '.c{*zoom:1}',
      '.d{*display:inline;display:block;filter:alpha(opacity=50)}',
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

test('lightningcss says where it does not understand', async () => {
  await expect(
    small('.a {\n  color: red;\n  }}\n.b { : ; { }', 'lightningcss'),
  ).rejects.toMatchObject({
    code: 'LESS_YUI_MINIFY',
    place: { file: '/x.css', line: expect.any(Number) as number },
    frame: expect.stringContaining('^') as string,
  })
})

test('false leaves the text alone', async () => {
  expect(await small(HACKS, false)).toBe(HACKS)
})

const FILES = path.join(ycssminDir, 'tests/files')
const PAIRS = readdirSync(FILES).filter((name) => name.endsWith('.css'))

test("yui-exact gives ycssmin's 46 expected outputs byte for byte", async () => {
  expect(PAIRS).toHaveLength(46)
  const different: string[] = []
  for (const name of PAIRS) {
    const css = readFileSync(path.join(FILES, name), 'utf8')
    const wanted = readFileSync(path.join(FILES, `${name}.min`), 'utf8').trim()
    if ((await small(css, 'yui-exact')).trim() !== wanted) different.push(name)
  }
  expect(different).toEqual([])
})

test('yui gives what ycssmin gives, but for the ledger', () => {
  const ledger = JSON.parse(readFileSync(new URL('ledger.json', import.meta.url), 'utf8')) as {
    ycssmin: Record<string, string>
  }
  const different = PAIRS.filter((name) => {
    const wanted = readFileSync(path.join(FILES, `${name}.min`), 'utf8').trim()
    return yui(readFileSync(path.join(FILES, name), 'utf8')).trim() !== wanted
  })
  expect(different).toEqual(Object.keys(ledger.ycssmin).sort())
})

/** What has to survive: every declaration with its value, white space and the spelling of numbers and colours aside. */
function declarations(css: string, nodes: readonly Node[] = parse(css), at = ''): string[] {
  return nodes.flatMap((node) => {
    if (node.kind === 'rule') {
      return declarations(css, node.body, `${at}${node.prelude.replace(/\s+/g, '')}{`)
    }
    if (node.kind !== 'declaration') return []
    const value = node.value
      .toLowerCase()
      .replace(/\/\*.*?\*\//gs, '')
      .replace(/\s+/g, '')
    return [`${at}${node.name.toLowerCase()}:${value}`]
  })
}

/** Modern CSS that the old compressors broke. */
const TORTURE = `
:root { --gap: 0px; --empty: ; --json: { "a": [1, 2] }; --shadow: 0 0 0 0 red }
.a { width: calc(1px + var(--gap)); margin: calc(0px - (1rem * 2)); flex: 1 1 0%; color: #AABBCCDD }
.b { width: clamp(1rem, 0.5rem + 2vw, 3rem); inset: max(0px, env(safe-area-inset-top)); }
@container side (min-width: 400px) and (not (max-width: 0px)) { .c { color: red } }
@layer base, components;
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
    '@layer base, components;',
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

test('lightningcss gets modern CSS as it is: there are no hacks in it', async () => {
  const { code } = transform({ filename: 'x.css', code: Buffer.from(TORTURE), minify: true })
  expect(await small(TORTURE, 'lightningcss')).toBe(Buffer.from(code).toString())
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

test.each(['yui', 'lightningcss'] as const)(
  '%s minifies its own output to itself',
  async (mode) => {
    const once = await small(mode === 'yui' ? TORTURE : HACKS, mode)
    expect(await small(once, mode)).toBe(once)
  },
)

test('yui loses no declaration of bootstrap, hacks or the torture set', () => {
  const file = path.join(bootstrapDir, 'dist/css/bootstrap.css')
  for (const css of [HACKS, TORTURE, readFileSync(file, 'utf8')]) {
    const normal = (list: string[]): string[] =>
      list.map((line) =>
        line
          .replace(/(?<![\d.\w#-])0(?:px|em|pt|%)(?![\w-])/g, '0')
          .replace(/(?<![\d.])0+(?=\.\d)/g, '')
          .replace(/#(\w)\1(\w)\2(\w)\3(?!\w)/g, '#$1$2$3')
          .replace(/((?:border|outline|background)[\w-]*:)none/, '$10')
          .replace(/(position|origin):00$/, '$1:0'),
      )
    expect(normal(declarations(yui(css)))).toEqual(normal(declarations(css)))
  }
})

test('yui takes linear time on a 5 MB sheet with data URIs', () => {
  const css = `.a { background: url(data:font/woff;base64,${'A'.repeat(5000)}) }\n.b { color: #FF0000; margin: 0px 0px }\n`
  const big = css.repeat(1000)
  const started = performance.now()
  expect(yui(big).length).toBeGreaterThan(5_000_000)
  expect(performance.now() - started).toBeLessThan(5000)
})
