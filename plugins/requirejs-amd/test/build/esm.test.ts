/** ES modules and AMD modules in one graph, built. */
import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping'
import { describe, expect, test } from 'vitest'
import { almond, visit } from './page.ts'
import { Site } from './site.ts'

const build = "({baseUrl:'www/js',dir:'www-built',modules:[{name:'main'}],optimize:'none'})"

const files = {
  '/build.js': build,
  'js/main.js':
    "require(['island','counter','other','value'],function(island,counter,other,value){trace.push(island.default,island.fromAmd,counter.get(),other,value);counter.add();trace.push(counter.n,island.seen());island.later().then(function(m){trace.push(m.default)})})",
  'js/island.ts':
    "import amd, { name } from './amd'\nimport { n, add } from './counter'\nimport * as all from 'plain'\nconst greeting: string = 'hi ' + name\nadd()\nexport default greeting\nexport const fromAmd = [amd.name, all.default.k, all.k, amd === (all.default as any).amd]\nexport const seen = () => n\nexport const later = () => import('./lazy')\n",
  'js/lazy.ts': "import amd from './amd'\nexport default 'lazy ' + amd.name\n",
  'js/counter.js': 'export let n = 0\nexport function add() { n++ }\nexport const get = () => n\n',
  'js/amd.js':
    "define(['./plain'],function(){trace.push('amd');return {name:'amd',default:'not this'}})",
  'js/plain.js': "define(['require','exports'],function(require,exports){exports.k='k'})",
  'js/other.mjs':
    "const other = ['other']\nexport { other as 'module.exports' }\nexport const unseen = 1\n",
  'js/value.js': "define(['other'],function(other){return other[0]})",
}

const tags = [{ src: 'js/lib/require.js', main: '/js/main' }]

describe('an AMD entry that reaches ES modules', () => {
  test('gets them in its layer, as classic scripts', async () => {
    using site = new Site(files)
    const out = await site.ours()
    const page = await visit(out, tags)
    expect(page.errors).toEqual([])
    expect(page.trace).toEqual([
      'amd',
      'hi amd',
      ['amd', 'k', 'k', false],
      1,
      ['other'],
      'other',
      2,
      2,
      'lazy amd',
    ])
    expect(page.loaded).toEqual(['js/main.js', 'js/_kovu/esm/lazy.js'])
  })

  test('whatever package.json says of the sources, the output is the same', async () => {
    const outputs = []
    for (const type of ['', ', "type": "commonjs"', ', "type": "module"']) {
      using site = new Site({ ...files, '/package.json': `{ "name": "site"${type} }` })
      const out = await site.ours()
      outputs.push([...out].filter(([name]) => name.endsWith('/main.js') || name.includes('_kovu')))
    }
    expect(outputs[0]?.map(([name]) => name)).toEqual([
      'js/main.js',
      'js/_kovu/esm/counter.js',
      'js/_kovu/esm/lazy.js',
      'js/_kovu/esm/js/other.js',
    ])
    expect(outputs[1]).toEqual(outputs[0])
    expect(outputs[2]).toEqual(outputs[0])
  })

  test('leaves no chunk behind that only AMD modules need', async () => {
    using site = new Site(files)
    const out = await site.ours()
    expect([...out.keys()].filter((name) => name.startsWith('assets/'))).toEqual([])
  })

  test('a map leads to the TypeScript it was', async () => {
    using site = new Site(files)
    const out = await site.ours({}, { build: { sourcemap: true } })
    const code = out.get('js/main.js') ?? ''
    const map = new TraceMap(JSON.parse(out.get('js/main.js.map') ?? '{}') as never)
    const before = code.slice(0, code.indexOf('hi ')).split('\n')
    const at = { line: before.length, column: before.at(-1)?.length ?? 0 }
    const found = originalPositionFor(map, at)
    expect(found.source).toContain('island.ts')
    expect(found.line).toBe(4)
  })

  test('can be required elsewhere by their ids', async () => {
    using site = new Site(files)
    const page = await visit(await site.ours(), [
      { src: 'js/lib/require.js' },
      {
        text: "require.config({baseUrl:'/js'});require(['island'],function(i){trace.push(i.default)})",
      },
    ])
    expect(page.errors).toEqual([])
    expect(page.trace).toEqual(['amd', 'hi amd'])
  })

  test('in a single file too', async () => {
    using site = new Site({
      ...files,
      '/build.js':
        "({baseUrl:'www/js',name:'lib/almond',include:['main'],insertRequire:['main'],out:'www/all.js',optimize:'none'})",
      'js/lib/almond.js': almond,
    })
    const out = await site.ours()
    const page = await visit(out, [{ src: 'all.js' }])
    expect(page.trace.slice(0, 4)).toEqual(['amd', 'hi amd', ['amd', 'k', 'k', false], 1])
  })
})

describe('npm packages', () => {
  const packages = {
    '/package.json': '{"name":"site","dependencies":{"cjs":"1","esm":"1","umd":"1"}}',
    '/node_modules/cjs/package.json': '{"name":"cjs","main":"index.js"}',
    '/node_modules/cjs/index.js':
      "module.exports = function () { return 'cjs' }; module.exports.esm = require('umd')",
    '/node_modules/esm/package.json': '{"name":"esm","type":"module","exports":"./index.js"}',
    '/node_modules/esm/index.js':
      "import cjs from 'cjs'\nexport const one = cjs\nexport default 'esm'\n",
    '/node_modules/umd/package.json': '{"name":"umd","main":"index.js"}',
    '/node_modules/umd/index.js':
      "'use strict';(function(root,factory){if(typeof define==='function'&&define.amd){define([],factory)}else if(typeof exports==='object'){module.exports=factory()}else{root.umd=factory()}}(this,function(){return 'umd'}))",
  }

  test('are one instance for AMD and ES modules, and never see the page’s define', async () => {
    using site = new Site({
      ...packages,
      '/build.js': build,
      'js/main.js':
        "require(['cjs','esm','island'],function(cjs,esm,island){trace.push(cjs(),cjs.esm,esm.default,esm.one===cjs,island.cjs===cjs)})",
      'js/island.tsx': "import cjs from 'cjs'\nimport umd from 'umd'\nexport { cjs, umd }\n",
    })
    const page = await visit(await site.ours(), tags)
    expect(page.errors).toEqual([])
    expect(page.trace).toEqual(['cjs', 'umd', 'esm', true, true])
  })

  test('that the site does not depend on are missing modules', async () => {
    using site = new Site({
      ...packages,
      '/package.json': '{"name":"site"}',
      '/build.js': build,
      'js/main.js': "require(['cjs'])",
    })
    await expect(site.ours()).rejects.toThrow("No static file js/cjs.js for the module 'cjs'")
  })

  test('yield to AMD modules of the same id', async () => {
    using site = new Site({
      ...packages,
      '/build.js': build,
      'js/main.js': "require(['cjs','island'],function(cjs,island){trace.push(cjs,island.cjs)})",
      'js/cjs.js': "define(function(){return 'static'})",
      'js/island.ts': "export { default as cjs } from 'cjs'\n",
    })
    const page = await visit(await site.ours(), tags)
    expect(page.trace).toEqual(['static', 'static'])
  })
})

describe('ES modules that stay ES modules', () => {
  const shared = {
    '/build.js': build,
    'js/main.js': "require(['island','amd'],function(island){trace.push(island)})",
    'js/amd.js': "define(function(){return 'amd'})",
    'js/island.js': "import './style.css'\nimport amd from 'amd'\nexport default amd\n",
    'js/style.css': 'b { color: red }',
  }

  test("with `format: 'esm'` a layer loads them by import()", async () => {
    using site = new Site(shared)
    const out = await site.ours({ format: 'esm' })
    const layer = out.get('_kovu/es/js/main.js') ?? ''
    const chunk = /"kovu-esm!([^"]+)"/.exec(layer)?.[1] ?? ''
    expect(out.get(chunk)).toMatch(/await \w+\(.kovu-amd:amd.\)/)
    expect(layer).toContain("import(new URL(requirejs.toUrl('../' + name)")
    expect(out.has(/'\.\.\/(assets\/[^']+\.css)'/.exec(layer)?.[1] ?? '')).toBe(true)
  })

  test('a module script and an AMD module share one', async () => {
    using site = new Site({
      ...shared,
      '/page.html': '<script type="module" src="/www/js/page.js"></script>',
      'js/page.js': "import './island.js'\n",
    })
    const out = await site.ours(
      {},
      { build: { rolldownOptions: { input: `${site.root}/page.html` } } },
    )
    const chunk = /"kovu-esm!([^"]+)"/.exec(out.get('js/main.js') ?? '')?.[1] ?? ''
    expect(out.has(chunk)).toBe(true)
  })

  test('a single file cannot load them', async () => {
    using site = new Site({
      ...shared,
      '/build.js': "({baseUrl:'www/js',name:'main',out:'www/all.js'})",
    })
    await expect(site.ours({ format: 'esm' })).rejects.toThrow(
      'a single-file build has to run at once',
    )
  })
})

describe('what cannot be done', () => {
  test('`export *` from an AMD module is an error at its place', async () => {
    using site = new Site({
      '/build.js': build,
      'js/main.js': "require(['island'])",
      'js/amd.js': 'define({})',
      'js/island.ts': "export const a = 1\nexport * from './amd'\n",
    })
    await expect(site.ours()).rejects.toThrow(/known in the page only[^]*island\.ts:2:/)
  })

  test('top-level await needs `format: esm`', async () => {
    using site = new Site({
      '/build.js': build,
      'js/main.js': "require(['island'])",
      'js/island.ts': 'export const a = await Promise.resolve(1)\n',
    })
    await expect(site.ours()).rejects.toThrow("Set `format: 'esm'`")
    expect((await site.ours({ format: 'esm' })).get('_kovu/es/js/main.js')).toContain('kovu-esm!')
  })
})
