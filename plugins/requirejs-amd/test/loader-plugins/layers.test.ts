/** Loader plugins that keep count of layers: what they write into each, at its end, and beside it, compared with r.js. */
import { readFileSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { visit, type Visit } from '../build/page.ts'
import { Site } from '../build/site.ts'
import { useLoader } from '../runtime/fake-page.ts'

const require = createRequire(import.meta.url)

useLoader()

/** Files beside the main module of a package, below a folder of the site. */
function filesBeside(main: string, files: readonly string[], folder: string): [string, string][] {
  return files.map((file) => [`${folder}/${file}`, readFileSync(join(dirname(main), file), 'utf8')])
}

const requireCss = filesBeside(
  require.resolve('require-css/css.js'),
  ['css.js', 'css-builder.js', 'normalize.js'],
  'js/css',
)
const requireLess = filesBeside(
  require.resolve('@bracken/require-less/less.js'),
  ['less.js', 'less-builder.js', 'normalize.js'],
  'js/less',
)
const packages = "packages:[{name:'css',main:'css.js'},{name:'less',main:'less.js'}]"

/** A page where sheets and styles go into the trace. */
const dom = {
  text: `(function () {
    var create = document.createElement, append = document.head.appendChild
    document.documentElement = { style: { WebkitAppearance: '' } }
    document.createTextNode = function (text) { return text }
    document.createElement = function (name) {
      return name === 'style' ? { appendChild: function (text) { trace.push('style ' + text) } } : create(name)
    }
    document.head.appendChild = function (node) { return node.appendChild ? node : append(node) }
  })()`,
}

const open = (files: ReadonlyMap<string, string>, folder: string, id = 'main'): Promise<Visit> =>
  visit(files, [
    dom,
    { src: `${folder}lib/require.js`, main: `/${folder}${id}` },
    { text: `require.config({${packages}})` },
  ])

/** The site's two outputs: r.js's below `''`, ours below `js/`. */
async function outputs(
  files: Record<string, string>,
): Promise<{ theirs: Map<string, string>; own: Map<string, string> }> {
  using site = new Site(files)
  // As r.js finds packages beside itself.
  symlinkSync(
    join(dirname(require.resolve('requirejs/package.json')), '..'),
    `${site.root}/node_modules`,
  )
  const own = await site.ours()
  return { own, theirs: await site.rjs() }
}

describe('require-css', () => {
  const files = {
    ...Object.fromEntries(requireCss),
    'js/skin/a.css': 'b { background: url(img/a.png) }',
    'js/skin/img/a.png': '',
    'js/skin/b.css': 'i { content: "\\201C \'q\'" }',
    'js/view/part.js': "define(['css!../skin/b.css','css!skin/b'],function(){trace.push('part')})",
    'js/main.js': "define(['css!skin/a','view/part'],function(){trace.push('main')})",
  }
  const buildOf = (more: string): string =>
    `({baseUrl:'www/js',dir:'www-built',${packages},modules:[{name:'main'}],optimize:'none'${more}})`

  test.each([
    ['styles at the end of a layer', '', true],
    ['one style for each sheet, under its limit of selectors', ',IESelectorLimit:true', true],
    ['styles by modules', ',writeCSSModule:true', true],
    ['a file beside the layer', ',separateCSS:true', false],
  ])('writes %s', async (_, more, styles) => {
    const { own, theirs } = await outputs({ '/build.js': buildOf(more), ...files })
    expect(own.get('js/main.css')).toBe(theirs.get('main.css'))
    expect(own.has('js/main.css')).toBe(more.includes('separateCSS'))
    const page = await open(own, 'js/')
    expect(page.errors).toEqual([])
    expect(page.loaded).toEqual(['js/main.js'])
    expect(page.trace).toEqual((await open(theirs, '')).trace)
    expect(page.trace.some((entry) => String(entry).startsWith('style'))).toBe(styles)
  })

  test('leaves sheets to the page where it is told to', async () => {
    const build = buildOf(',buildCSS:false,separateCSS:true')
    const { own, theirs } = await outputs({ '/build.js': build, ...files })
    expect(own.get('js/main.css')).toBe(theirs.get('main.css'))
    expect(own.get('js/main.js')).not.toMatch(/define\(['"]css\/css!/)
    expect(theirs.get('main.js')).not.toMatch(/define\(['"]css\/css!/)
  })

  test('writes a file beside a single script', async () => {
    const { own, theirs } = await outputs({
      ...files,
      '/build.js': `({baseUrl:'www/js',out:'www/built/all.js',${packages},name:'main',separateCSS:true,optimize:'none'})`,
    })
    expect(theirs.size).toBe(0)
    expect(own.get('built/all.css')).toContain('url(../js/skin/img/a.png)')
  })
})

test('require-less compiles with the site’s own less, and shares its file with require-css', async () => {
  const { own, theirs } = await outputs({
    ...Object.fromEntries([...requireCss, ...requireLess]),
    '/build.js': `({baseUrl:'www/js',dir:'www-built',${packages},optimize:'none',optimizeCss:'none',separateCSS:true,
      paths:{here:'./skin'},modules:[{name:'exclude',create:true,include:['css/css','css/normalize','less/less','less/normalize']},
        {name:'one',exclude:['exclude']},{name:'two',exclude:['exclude','one']}]})`,
    'js/skin/colours.less': '@c: #123;',
    'js/skin/one.less': "@import 'colours'; b { color: @c; background: url(img/b.png) }",
    'js/skin/two.css': 'i { background: url(../img/i.png) }',
    'js/one.js': "define(['less!skin/one'],{})",
    'js/two.js': "define(['one','css!here/two','less!here/one'],{})",
  })
  for (const name of ['one', 'two']) {
    expect(own.get(`js/${name}.css`)).toBe(theirs.get(`${name}.css`))
  }
  expect(own.get('js/one.css')).toContain('color: #123')
  expect(own.get('js/two.js')).toContain('css/css!here/two')
})

describe('a builder of the site', () => {
  // It writes what it was told, and in which order.
  const list = `define(['module', './list-parts'], function (module, parts) {
    var names = [], config
    return {
      load: function (name, req, done, given) {
        config = given
        require.nodeRequire('fs').readFileSync(req.toUrl(name + '.txt'), 'utf8')
        done()
      },
      write: function (plugin, name, write, layer) {
        names.push(name)
        write.asModule(plugin + '!' + name, 'define(function(){return ' + JSON.stringify([name, layer.name, layer.path]) + '})')
      },
      onLayerEnd: function (write, layer) {
        var short = layer.path.slice(layer.path.lastIndexOf('/') + 1)
        write('trace.push(' + JSON.stringify([module.id, parts, layer.name, short, config.title].concat(names)) + ')')
        var said = names.join()
        process.nextTick(function () {
          require.nodeRequire('fs').writeFileSync(layer.path.replace(/js$/, 'list'), said)
        })
        names = []
      }
    }
  })`
  const files = {
    '/build.js':
      "({baseUrl:'www/js',dir:'www-built',optimize:'none',title:'t',modules:[{name:'one'},{name:'two',exclude:['one']}]})",
    'js/list.js':
      "define({pluginBuilder:'./list-builder',load:function(name,req,done){done([name])}})",
    'js/list-builder.js': list,
    'js/list-parts.js': "define(function(){return 'parts'})",
    'js/a.txt': '',
    'js/b.txt': '',
    'js/c.txt': '',
    'js/sub/x.js': "define(['list!../b'],function(b){return b})",
    'js/late.js': "define(['list!c'],function(c){trace.push(c)})",
    'js/one.js': "define(['list!a','sub/x'],function(a,b){trace.push(a,b)})",
    'js/two.js':
      "define(['one','list!c','list!a','require'],function(one,c,a,require){trace.push(c,a);require(['late'])})",
  }

  test('writes in the order of each layer, and at its end', async () => {
    const { own, theirs } = await outputs(files)
    for (const id of ['one', 'two']) {
      const ours = await open(own, 'js/', id)
      expect(ours.errors).toEqual([])
      expect(JSON.stringify(ours.trace)).toBe(JSON.stringify((await open(theirs, '', id)).trace))
      expect(own.get(`js/${id}.list`)).toBe(theirs.get(`${id}.list`))
    }
    expect(own.get('js/one.list')).toBe('a,b')
  })

  test('that fails at the end of a layer fails the build', async () => {
    using site = new Site({
      ...files,
      'js/list-builder.js': list.replace('var said', "throw new Error('no end'); var said"),
    })
    const { errors } = (await site.ours().catch((error: unknown) => error)) as { errors: unknown[] }
    expect(errors[0]).toMatchObject({
      pluginCode: 'REQUIREJS_AMD_PLUGIN',
      id: `${site.root}/www/js/list-builder.js`,
      message: expect.stringContaining(
        "The loader plugin 'list' failed at the end of layer 'one': no end.",
      ) as unknown,
    })
  })

  test('that fails later fails the build, too', async () => {
    using site = new Site({
      ...files,
      'js/list-builder.js': list.replace(
        'layer.path.replace',
        "('/elsewhere/' + layer.name).replace",
      ),
    })
    await expect(site.ours()).rejects.toThrow(
      /The loader plugin 'list' failed after the layers were written: \/elsewhere\/\w+ is not below the static root/,
    )
  })
})
