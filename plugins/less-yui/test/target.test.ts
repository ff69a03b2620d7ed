import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { KovuApi, TargetContext } from '@kovu/protocol'
import { expect, test } from 'vitest'
import { kovu } from './support/kovu.ts'
import { type Project, project } from './support/project.ts'

const SITE = {
  'css/main.less':
    '@import "a.less";\n.main { color: @c; *zoom: 1; background: url(../img/b.png?x#y) }\n',
  'css/a.less': '@c: #ff0000;\n.a { background: url(../img/a.png) }\n',
  'img/a.png': 'a'.repeat(5000),
  'img/b.png': 'b'.repeat(5000),
}

test('derives: gives peers the final bytes and what to watch', async () => {
  const site = project(SITE)
  const { derives = [] } = await kovu(site)
  expect(derives).toMatchObject([
    { from: '.less', to: '.css', pipeline: true, publish: 'mentioned', preferSource: true },
  ])
  const derived = await derives[0]?.render(site.file('css/main.less'))
  expect(derived?.code).toBe(
    '.a{background:url(../img/a.png)}.main{color:red;*zoom:1;background:url(../img/b.png?x#y)}',
  )
  expect(derived?.map).toBeUndefined()
  expect(derived?.watch).toEqual([site.file('css/main.less'), site.file('css/a.less')])
})

test('derives: an error is located', async () => {
  const site = project({ 'x.less': '.x { color: @nope }' })
  const { derives = [] } = await kovu(site)
  await expect(derives[0]?.render(site.file('x.less'))).rejects.toMatchObject({
    pluginCode: 'LESS_YUI_SYNTAX',
    plugin: 'less-yui',
    id: site.file('x.less'),
    loc: { line: 1, column: 12 },
    frame: expect.stringContaining('^') as string,
  })
})

test('derives: the source map leads through the minifier to the .less files', async () => {
  const site = project(SITE)
  const { derives = [] } = await kovu(site, {}, { sourcemap: true })
  const { map = '{}' } = (await derives[0]?.render(site.file('css/main.less'))) ?? {}
  const { sources, mappings } = JSON.parse(map) as { sources: string[]; mappings: string }
  expect(sources.map((source) => path.basename(source))).toEqual(
    expect.arrayContaining(['a.less', 'main.less']),
  )
  expect(mappings).not.toBe('')
})

test("derives: the project's PostCSS runs after LESS and before minifying, with its map", async () => {
  const postcss = {
    postcssPlugin: 'prefix',
    Declaration: (node: { prop: string }) => {
      if (node.prop === 'color') node.prop = 'outline-color'
    },
  }
  const site = project(SITE)
  const css = { postcss: { plugins: [postcss] } }
  const { derives = [] } = await kovu(site, {}, { sourcemap: true, css })
  const derived = await derives[0]?.render(site.file('css/main.less'))
  expect(derived?.code).toContain('*zoom:1')
  expect(derived?.code).toContain('outline-color:red}')
  const { sources } = JSON.parse(derived?.map ?? '{}') as { sources: string[] }
  expect(sources.map((source) => path.basename(source))).toEqual(
    expect.arrayContaining(['a.less', 'main.less']),
  )
})

/** What the `kovu` command gives a target. */
function run({ root }: Project): TargetContext & { inputs: string[]; outputs: string[] } {
  const inputs: string[] = []
  const outputs: string[] = []
  const log = { info: (): void => {}, warn: (): void => {}, error: (): void => {} }
  return {
    root,
    mode: 'production',
    force: false,
    signal: new AbortController().signal,
    log,
    input: (what) => void inputs.push(what),
    output: (file) => void outputs.push(file),
    build: () => Promise.resolve(true),
    inputs,
    outputs,
  }
}

test('the css target writes the entries under their names and records what it read', async () => {
  const site = project(SITE)
  const { targets } = await kovu(site, { entries: 'css/m*.less' }, { sourcemap: true })
  const context = run(site)
  await targets?.css?.run(context)
  const file = site.file('node_modules/.kovu/css/css/main.css')
  expect(readFileSync(file, 'utf8')).toMatch(
    /zoom:1;[^}]*\}\n\/\*# sourceMappingURL=main\.css\.map \*\/\n$/,
  )
  expect(context.outputs).toEqual([file, `${file}.map`])
  expect([...new Set(context.inputs)]).toEqual([
    'glob:css/m*.less',
    site.file('css/main.less'),
    site.file('css/a.less'),
  ])
})

test('the css target writes what a Django project mentions, under public names', async () => {
  const site = project({
    'media/main/css/kovu.less': '.k{color:red}',
    'media/main/css/_part.less': '.p{color:red}',
  })
  const file = (name: string): string => site.file(`media/${name}`)
  const names = ['main/css/kovu.less', 'main/css/_part.less']
  const statics: KovuApi = {
    statics: () =>
      Promise.resolve({
        url: '/static/',
        root: undefined,
        roots: [{ dir: site.file('media'), prefix: '' }],
        find: () => undefined,
        findDerived: () => undefined,
        nameOf: () => undefined,
        list: () => names.map((name) => [name, file(name)] as const),
        mentions: (name) => name === 'main/css/kovu.css',
      }),
  }
  const peer = { name: 'statics', api: { kovu: statics } }
  const { targets } = await kovu(site, {}, { plugins: [peer] })
  const context = run(site)
  await targets?.css?.run(context)
  expect(context.outputs).toEqual([site.file('node_modules/.kovu/css/main/css/kovu.css')])
  expect(context.inputs).toContain('glob:media/**/*.less')
})

test('the css target keeps what it wrote when a sheet fails', async () => {
  const site = project(SITE)
  const { targets } = await kovu(site, { entries: ['css/main.less'] })
  await targets?.css?.run(run(site))
  site.write('css/a.less', '.a {')
  await expect(targets?.css?.run(run(site))).rejects.toThrow(/a\.less:1/)
  expect(existsSync(site.file('node_modules/.kovu/css/css/main.css'))).toBe(true)
})

test('the css target refuses an entry that matches nothing', async () => {
  const site = project(SITE)
  const { targets } = await kovu(site, { entries: ['css/mian.less'] })
  await expect(targets?.css?.run(run(site))).rejects.toMatchObject({ code: 'LESS_YUI_OPTION' })
})

test('derives: what is minified already is taken from the disk, until its text changes', async () => {
  const site = project(SITE)
  const render = async (): Promise<string | undefined> => {
    const { derives = [] } = await kovu(site, { minify: 'yui' })
    return (await derives[0]?.render(site.file('css/main.less')))?.code
  }
  const first = await render()
  const folder = site.file('node_modules/.vite/kovu/less-yui')
  const name = readdirSync(folder).find((file) => file.startsWith('main.css-')) ?? ''
  const kept = JSON.parse(readFileSync(path.join(folder, name), 'utf8')) as { code: string }
  expect(kept.code).toBe(first)
  writeFileSync(path.join(folder, name), JSON.stringify({ ...kept, code: '.kept{}' }))
  expect(await render()).toBe('.kept{}')
  site.write('css/a.less', '@c: #0000ff;')
  expect(await render()).toBe('.main{color:#00f;*zoom:1;background:url(../img/b.png?x#y)}')
  writeFileSync(path.join(folder, name), 'not whole')
  expect(await render()).toContain('color:#00f')
})
