import { readFileSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import type { Derivation } from '@kovu/protocol'
import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping'
import { expect, test } from 'vitest'
import { lessYui } from '../src/index.ts'
import { compile } from '../src/lessc/compile.ts'
import { type Node, parse } from '../src/minify/parse.ts'
import { kovu } from './support/kovu.ts'
import { bootstrapDir, built, link, project, serve } from './support/project.ts'
import { load } from './support/versions.ts'

/** Every rule has a selector of its own, which stands in one line of one source. */
const SITE = {
  'css/main.less': `@import "parts/a.less";
.first {
  color: @c; *zoom: 1;
  .second { color: #333; color: rgba(0, 0, 0, .5) }
}
@media print {
  .third { .mixin(); user-select: none }
}
`,
  'css/parts/a.less': `@c: red;
.mixin() {
  filter: progid:DXImageTransform.Microsoft.gradient(startColorstr='#FF0000',
    endColorstr='#00ff00');
}
.fourth::placeholder {
  background: -webkit-linear-gradient(top, red, blue);
  user-select: none;
}

.fifth { width: 1px }
.sixth { *width: 2px }
`,
}
const AUTOPREFIXER = `import autoprefixer from 'autoprefixer'
export default { plugins: [autoprefixer({ overrideBrowserslist: ['firefox 40', 'safari 10'] })] }
`
const require = createRequire(import.meta.url)
const autoprefixerDir = path.dirname(require.resolve('autoprefixer/package.json'))

/** Where a map says that each rule comes from: `file:line` by selector, for selectors that stand there once. */
function places(code: string, map: string): Map<string, string> {
  const trace = new TraceMap(map)
  const starts = [0]
  for (let at = code.indexOf('\n'); at >= 0; at = code.indexOf('\n', at + 1)) starts.push(at + 1)
  const found = new Map<string, string>()
  const visit = (nodes: readonly Node[]): void => {
    for (const node of nodes) {
      if (node.kind !== 'rule') continue
      const { start, prelude, body } = node
      if (prelude.startsWith('@')) {
        visit(body)
        continue
      }
      const line = starts.findLastIndex((offset) => offset <= start)
      const column = start - (starts[line] ?? 0)
      const { source, line: from } = originalPositionFor(trace, { line: line + 1, column })
      const name = prelude.replaceAll(/\s*([,>+~])\s*/g, '$1').replaceAll('::', ':')
      found.set(name, found.has(name) ? 'twice' : `${source}:${from}`)
    }
  }
  visit(parse(code))
  return found
}

async function rendered(
  derives: readonly Derivation[],
  source: string,
): Promise<{ code: string; map: string }> {
  const derived = await derives[0]?.render(source)
  if (derived?.map === undefined) throw new Error('no source map')
  return { code: derived.code, map: derived.map }
}

/** What less itself says. */
async function wanted(source: string): Promise<Map<string, string>> {
  const job = { source, less: {}, sourceMap: true, roots: undefined }
  const { css, map = '{}' } = await compile(await load('4.9.1'), job)
  return places(css, map)
}

/** The rules of one sheet that lead elsewhere than in the other, of those that both have once. */
function misled(
  made: Map<string, string>,
  truth: Map<string, string>,
): { wrong: string[]; right: number } {
  const common = [...made].filter(
    ([name, place]) => place !== 'twice' && truth.has(name) && truth.get(name) !== 'twice',
  )
  const wrong = common.filter(([name, place]) => truth.get(name) !== place)
  return {
    wrong: wrong.map(([name, place]) => `${name}: ${place} instead of ${truth.get(name)}`),
    right: common.length - wrong.length,
  }
}

test.each([
  ['lightningcss', false],
  ['lightningcss', true],
  ['yui', false],
  ['yui', true],
  [false, false],
  [false, true],
] as const)('minify %j, autoprefixer %j: every rule leads to its line', async (minify, postcss) => {
  const site = project(SITE)
  if (postcss) {
    symlinkSync(autoprefixerDir, site.file('node_modules/autoprefixer'))
    site.write('postcss.config.js', AUTOPREFIXER)
  }
  const { derives = [] } = await kovu(site, { minify }, { sourcemap: true })
  const { code, map } = await rendered(derives, site.file('css/main.less'))
  expect(code.includes('-moz-user-select')).toBe(postcss)
  expect(code.includes('.fourth::-moz-placeholder')).toBe(postcss)
  expect(code).toContain('*zoom:'.concat(minify === false ? ' 1' : '1'))
  const truth = await wanted(site.file('css/main.less'))
  expect(truth.get('.first .second')).toBe(`${site.file('css/main.less')}:2`)
  expect(truth.get('.sixth')).toBe(`${site.file('css/parts/a.less')}:12`)
  expect(misled(places(code, map), truth)).toEqual({ wrong: [], right: 6 })
  const { sources, sourcesContent } = JSON.parse(map) as Record<string, string[]>
  const changed = (sources ?? []).filter(
    (source, index) =>
      source.endsWith('.less') && sourcesContent?.[index] !== readFileSync(source, 'utf8'),
  )
  expect(changed).toEqual([])
})

test.each(['lightningcss', 'yui'] as const)(
  '%s: so does every rule of bootstrap',
  async (minify) => {
    const bootstrap = path.join(bootstrapDir, 'less/bootstrap.less')
    const site = project({})
    const options = { minify, roots: [bootstrapDir] }
    const { derives = [] } = await kovu(site, options, { sourcemap: true })
    const { code, map } = await rendered(derives, bootstrap)
    const { wrong, right } = misled(places(code, map), await wanted(bootstrap))
    expect(wrong).toEqual([])
    expect(right).toBeGreaterThan(800)
  },
  120_000,
)

test.each(['link', 'import'])('in development too, by %s', async (way) => {
  const site = project(SITE)
  symlinkSync(autoprefixerDir, site.file('node_modules/autoprefixer'))
  site.write('postcss.config.js', AUTOPREFIXER)
  const { server } = await serve(site, { css: { devSourcemap: true }, plugins: [lessYui()] })
  const answer =
    way === 'link'
      ? await link(server, '/css/main.css')
      : ((await server.transformRequest('/css/main.css'))?.code ?? '')
  const text = way === 'link' ? answer : cssIn(answer)
  const data = /sourceMappingURL=data:application\/json;base64,([\w+/=]+)/.exec(text)?.[1] ?? ''
  const map = Buffer.from(data, 'base64').toString()
  const truth = await wanted(site.file('css/main.less'))
  expect(misled(places(text, map), truth)).toEqual({ wrong: [], right: 6 })
})

/** The sheet in the module that Vite makes of it. */
function cssIn(code: string): string {
  return JSON.parse(/__vite__css = ("(?:\\.|[^"\\])*")/.exec(code)?.[1] ?? '""') as string
}

test.each([
  ['lightningcss', true],
  ['yui', 'inline'],
  [false, 'hidden'],
] as const)('in a build of Vite too: minify %j, sourcemap %j', async (minify, sourcemap) => {
  const image = 'a'.repeat(5000)
  const site = project({
    ...SITE,
    'css/second.less':
      '.seventh {\n  background: url(a.png);\n}\n.eighth { width: 8px; background: url(a.png) }\n',
    'css/a.png': image,
    'css/plain.css': '.plain { color: red }',
    'main.js': "import './css/main.less'\nimport './css/plain.css'\nimport './css/second.less'",
  })
  symlinkSync(autoprefixerDir, site.file('node_modules/autoprefixer'))
  site.write('postcss.config.js', AUTOPREFIXER)
  const output = await built(site, {
    plugins: [lessYui({ minify })],
    build: { sourcemap, rolldownOptions: { input: 'main.js' } },
  })
  const name = Object.keys(output).find((file) => file.endsWith('.css')) ?? ''
  const code = output[name] ?? ''
  expect(code).toContain('-moz-user-select')
  const url = /sourceMappingURL=(\S+)/.exec(code)?.[1]
  expect(url?.replace(/,.*/, '')).toBe(
    {
      true: `${name.replace(/.*\//, '')}.map`,
      inline: 'data:application/json;base64',
      hidden: undefined,
    }[String(sourcemap)],
  )
  const map =
    sourcemap === 'inline'
      ? Buffer.from(url?.replace(/.*,/, '') ?? '', 'base64').toString()
      : (output[`${name}.map`] ?? '{}')
  const truth = new Map([
    ...(await wanted(site.file('css/main.less'))),
    ...(await wanted(site.file('css/second.less'))),
  ])
  const made = new Map(
    [...places(code, map)].map(([rule, place]) => [
      rule,
      path.join(site.file('dist/assets'), place),
    ]),
  )
  expect(misled(made, truth)).toEqual({ wrong: [], right: 8 })
})
