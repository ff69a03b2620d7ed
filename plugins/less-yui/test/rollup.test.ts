import path from 'node:path'
import { rollup } from 'rollup'
import { expect, test } from 'vitest'
import { lessYui } from '../src/index.ts'
import { bootstrapDir, lessDir, project } from './support/project.ts'

const SITE = {
  'css/main.less':
    '@import "a.less";\n.main { color: @c; *zoom: 1; background: url(../img/b.png?x#y) }\n',
  'css/a.less': '@c: #ff0000;\n.a { background: url(../img/a.png) }\n',
  'img/a.png': 'a'.repeat(5000),
  'img/b.png': 'b'.repeat(5000),
}

test('plain Rollup: an import is the URL of an asset, an input is its sheet', async () => {
  const site = project({
    ...SITE,
    'index.js': "export { default } from './css/main.css'",
  })
  const implementation = path.dirname(path.dirname(bootstrapDir)) + '/node_modules/less'
  const bundle = await rollup({
    input: { index: site.file('index.js'), a: site.file('css/a.less') },
    plugins: [lessYui({ implementation, roots: [site.root] }) as never],
  })
  const { output } = await bundle.generate({ format: 'es', assetFileNames: '[name][extname]' })
  expect(output.map(({ fileName }) => fileName).sort()).toEqual(['a.css', 'index.js', 'main.css'])
  expect(output[0].code).toContain("new URL('main.css', import.meta.url)")
})

test('plain Rollup: an error has its place, minify and hacks mean what they mean', async () => {
  const site = project({ ...SITE, 'index.js': "import './css/main.less'" })
  const options = { implementation: lessDir, roots: [site.root], minify: 'yui' } as const
  const build = async (): Promise<unknown[]> => {
    const bundle = await rollup({
      input: site.file('index.js'),
      plugins: [lessYui(options) as never],
    })
    expect(bundle.watchFiles).toContain(site.file('css/a.less'))
    const { output } = await bundle.generate({ format: 'es', assetFileNames: '[name][extname]' })
    return output.flatMap((file) => (file.type === 'asset' ? file.source : []))
  }
  expect(await build()).toEqual([
    '.a{background:url(../img/a.png)}.main{color:#f00;*zoom:1;background:url(../img/b.png?x#y)}',
  ])
  site.write('css/a.less', '@c: red;\n.a { color: @nope }')
  await expect(build()).rejects.toMatchObject({
    pluginCode: 'LESS_YUI_SYNTAX',
    loc: { file: site.file('css/a.less'), line: 2 },
  })
})
