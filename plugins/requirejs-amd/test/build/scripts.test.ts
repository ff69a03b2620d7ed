import { readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { describe, expect, test } from 'vitest'
import { newSyntax } from './es5.ts'
import { almond, requireJs, visit } from './page.ts'
import { readTree, Site } from './site.ts'

const require = createRequire(import.meta.url)

const sources: Readonly<Record<string, string>> = {
  'js/almond.js': almond,
  'js/config.js':
    "require.config({shim:{first:{exports:'First'},inited:{deps:['first'],exports:'Inited',init:function(first){return first+'inited'}},plain:['inited']}});",
  'js/widget.js':
    "define(['require','./part','text!./t.html','inited','real','exports'],function(require,part,t,inited,real,exports){trace.push('widget',part.n,t,inited,real);exports.start=function(){trace.push('started');require(['lazy'],function(l){trace.push(l)})}});",
  'js/part.js':
    "'use strict';define(function(require,exports,module){trace.push('part');exports.n=module.id});",
  'js/t.html': '<p class="t">\n  it\'s\n</p>',
  'js/first.js': 'var First="first";trace.push("first script")',
  'js/inited.js': 'var Inited="Inited";trace.push("inited script") // no newline at the end',
  'js/plain.js': 'function Plain(){return First}',
  'js/real.js': "define('real',[],function(){return 'real'});",
  'js/lazy.js': "define(['plain'],function(){return typeof Plain});",
}

const start = { text: "require(['widget'],function(w){w.start()})" }

async function both(site: Site): Promise<{ rjs: string; ours: string }> {
  const built = `${site.root}/www/js/built.js`
  await site.rjs()
  const rjs = readFileSync(built, 'utf8')
  rmSync(built)
  const ours = (await site.ours()).get('js/built.js') ?? ''
  expect(ours).not.toBe('')
  return { rjs, ours }
}

describe('a single file', () => {
  const keys =
    "baseUrl:'www/js',mainConfigFile:'www/js/config.js',out:'www/js/built.js',findNestedDependencies:true"
  test.each([
    [
      'almond, wrapped',
      "name:'almond',include:['widget'],insertRequire:['widget'],wrap:true",
      [{}],
    ],
    [
      'almond, minified',
      "name:'almond',include:['widget'],insertRequire:['widget'],optimize:'uglify'",
      [{}, start],
    ],
    ['almond, readable', "name:'almond',include:['widget'],optimize:'none'", [{}, start]],
    [
      'almond, wrapped by texts',
      "name:'almond',include:['widget'],wrap:{start:'(function(W){W.early=1;',end:'W.widget=require(\"widget\")})(window);'}",
      [{}, { text: 'trace.push(early);widget.start()' }],
    ],
    ['require.js included', "name:'lib/require',include:['widget'],optimize:'none'", [{}, start]],
    [
      'modules only, after require.js',
      "name:'widget',optimize:'uglify'",
      [{ text: requireJs }, {}, start],
    ],
    ['stubbed text', "name:'widget',stubModules:['text']", [{ text: requireJs }, {}, start]],
    [
      'includes without a name',
      "include:['widget','plain'],insertRequire:['plain']",
      [{ text: requireJs }, {}, start],
    ],
    [
      'a created module',
      "name:'made',create:true,include:['widget']",
      [
        { text: requireJs },
        {},
        { text: "require(['made','widget'],function(m,w){trace.push(typeof m);w.start()})" },
      ],
    ],
    [
      'an excluded part',
      "name:'widget',exclude:['first'],excludeShallow:['part']",
      [
        { text: `var require={baseUrl:'js'}` },
        { text: requireJs },
        { src: 'js/first.js' },
        {},
        start,
      ],
    ],
  ])('of %s does what that of r.js does', async (_, more, page) => {
    using site = new Site({ ...sources, '/build.js': `({${keys},${more}})` })
    const { rjs, ours } = await both(site)
    const [a, b] = await Promise.all(
      [rjs, ours].map((built) =>
        visit(
          { ...sources, 'js/lib/require.js': requireJs, built },
          page.map((tag) => (Object.keys(tag).length === 0 ? { src: 'built' } : tag)),
        ),
      ),
    )
    expect(b?.errors).toEqual(a?.errors)
    expect(JSON.stringify(b?.trace)).toBe(JSON.stringify(a?.trace))
    expect(b?.loaded).toEqual(a?.loaded)
    expect(b?.trace.length).toBeGreaterThan(3)
    expect(newSyntax(ours)).toEqual([])
  })

  test('smaller than r.js with its minifier', async () => {
    using site = new Site({
      ...sources,
      '/build.js': `({${keys},name:'almond',include:['widget'],optimize:'uglify',wrap:true})`,
    })
    const { rjs, ours } = await both(site)
    expect(ours.length).toBeLessThan(rjs.length * 1.02)
  })

  test('outside every static folder is an error that names the option', async () => {
    using site = new Site({
      ...sources,
      '/build.js': "({baseUrl:'www/js',name:'part',out:'../elsewhere.js'})",
    })
    await expect(site.ours()).rejects.toThrow(/`out` .*elsewhere\.js\) is below no folder/)
  })
})

describe('a build', () => {
  test('of a missing module fails with the chain of ids', async () => {
    using site = new Site({
      'js/main.js': "define(['a'],function(){});",
      'js/a.js': "define(['./sub/nowhere'],function(){});",
      '/build.js': "({appDir:'www',baseUrl:'js',dir:'www-built',modules:[{name:'main'}]})",
    })
    await expect(site.ours()).rejects.toThrow(/sub\/nowhere[^]*main[^]*a/)
  })

  test('places a syntax error in its source', async () => {
    using site = new Site({
      'js/main.js': "define(['a'],function(){});",
      'js/a.js': 'define(function () {\n  return (;\n});\n',
      '/build.js': "({appDir:'www',baseUrl:'js',dir:'www-built',modules:[{name:'main'}]})",
    })
    await expect(site.ours()).rejects.toMatchObject({
      errors: [{ loc: { file: expect.stringMatching(/js\/a\.js$/), line: 2 } }],
    })
  })

  test('runs onBuildRead, onBuildWrite and pragmas', async () => {
    using site = new Site({
      'js/main.js': "define(['a'],function(a){trace.push(a)});",
      'js/a.js':
        "wrapped(function(){\n//>>excludeStart('off', pragmas.off);\ntrace.push('debug');\n//>>excludeEnd('off');\nreturn 'VALUE'});",
      '/build.js':
        "({appDir:'www',baseUrl:'js',dir:'www-built',pragmas:{off:true},modules:[{name:'main'}],onBuildRead:function(id,path,text){return text.replace('wrapped','define')},onBuildWrite:function(id,path,text){return text.replace('VALUE','written '+id)}})",
    })
    const page = [{ src: 'js/lib/require.js', main: 'js/main' }]
    expect((await visit(await site.ours(), page)).trace).toEqual(['written a'])
  })

  test('writes maps that lead to the sources', async () => {
    const tree = Object.fromEntries(
      Array.from({ length: 6 }, (_, at) => [
        `js/m${at}.js`,
        `/* a comment\n of two lines */ define([${at > 0 ? `'m${at - 1}'` : ''}], function (dependency) {\n  'use strict';\n  var local_${at} = "text ${at}";\n  return function exported_${at}(parameter) { return missing_${at}.property_${at} + local_${at} + parameter + dependency };\n});\n`,
      ]),
    )
    using site = new Site({
      ...tree,
      'js/umd.js': readFileSync(require.resolve('underscore/underscore-umd.js'), 'utf8'),
      'js/main.js': "require(['m5','umd'],function(m,unique_name){m(unique_name)});",
      '/build.js': "({appDir:'www',baseUrl:'js',dir:'www-built',modules:[{name:'main'}]})",
    })
    for (const minify of [true, false]) {
      const output = await site.ours({}, { build: { sourcemap: true, minify } })
      const code = output.get('js/main.js') ?? ''
      expect(code).toMatch(/\n\/\/# sourceMappingURL=main\.js\.map\n$/)
      const map = JSON.parse(output.get('js/main.js.map') ?? '')
      const checked = checkMap(code, map)
      expect(checked.wrong).toEqual([])
      expect(checked.right).toBeGreaterThan(300)
      expect(map.sources).toContain('../../www/js/m0.js')
      expect(checked.names).toContain('property_3')
    }
  })

  test('alone, brings along what may be loaded by itself', async () => {
    using site = new Site({
      '/js/main.js': "require(['a','old'],function(a){trace.push(a,Old);require(['b'])});",
      '/js/a.js': "define(['text!./a.txt'],function(t){return t});",
      '/js/a.txt': 'text',
      '/js/old.js': 'Old = 1',
      '/js/b.js': "define(['a'],function(a){trace.push('b'+a)});",
      '/js/text.js': 'define({load:function(){}});',
      '/build.js': "({baseUrl:'js',dir:'built',shim:{old:{}},modules:[{name:'main'}]})",
    })
    await site.ours({}, { publicDir: false })
    const output = readTree(`${site.root}/out`)
    expect([...output.keys()].sort()).toEqual([
      'js/a.js',
      'js/a.txt',
      'js/b.js',
      'js/lib/require.js',
      'js/main.js',
      'js/old.js',
      'js/text.js',
    ])
    const page = [{ src: 'js/lib/require.js', main: 'js/main' }]
    expect((await visit(output, page)).trace).toEqual(['text', 1, 'btext'])
  })

  test('needs no entry of Vite’s own', async () => {
    using site = new Site({
      'js/main.js': 'define({})',
      '/build.js': "({appDir:'www',baseUrl:'js',dir:'www-built',modules:[{name:'main'}]})",
    })
    await site.ours()
    const made = [...readTree(`${site.root}/out`).keys()].sort()
    expect(made).toEqual(['_kovu/require.js', 'js/lib/require.js', 'js/main.js', 'js/text.js'])
  })
})

/** Compares every mapped word of the output that the minifier does not rename with the word at its source. */
function checkMap(
  code: string,
  map: { mappings: string; sources: string[]; sourcesContent: string[] },
): { right: number; wrong: string[]; names: Set<string> } {
  const lines = code.split('\n')
  const contents = map.sourcesContent.map((text) => text.split('\n'))
  const wrong: string[] = []
  const names = new Set<string>()
  let right = 0
  decode(map.mappings).forEach((segments, line) => {
    for (const [column, source, fromLine, fromColumn] of segments) {
      if (source === undefined) continue
      const property = /^\.?([\w$]{6,})/.exec(lines[line]?.slice(column) ?? '')?.[1]
      if (property === undefined || /^(?:function|return|define|typeof|switch)$/.test(property))
        continue
      const text = contents[source]?.[fromLine ?? 0]?.slice(fromColumn) ?? ''
      names.add(property)
      if (new RegExp(`^[).'"{]*${property.replaceAll('$', '\\$')}`).test(text)) right++
      else wrong.push(`${property} ≠ ${text.slice(0, 30)}`)
    }
  })
  return { right, wrong, names }
}

function decode(mappings: string): number[][][] {
  const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
  const state = [0, 0, 0, 0, 0]
  return mappings.split(';').map((line) => {
    state[0] = 0
    return line
      .split(',')
      .filter(Boolean)
      .map((segment) => {
        let field = 0
        let value = 0
        let shift = 0
        const out: number[] = []
        for (const char of segment) {
          const digit = digits.indexOf(char)
          value += (digit & 31) << shift
          shift += 5
          if (digit & 32) continue
          state[field] = (state[field] ?? 0) + (value & 1 ? -(value >> 1) : value >> 1)
          out.push(state[field] ?? 0)
          field++
          value = shift = 0
        }
        return out
      })
  })
}

test('a data-main that names the single file finds it under its hashed name', async () => {
  using site = new Site({
    ...sources,
    '/build.js':
      "({baseUrl:'www/js',mainConfigFile:'www/js/config.js',name:'widget',out:'www/js/widget.min.js'})",
  })
  const { files, names } = await site.hashed()
  const built = names.get('js/widget.min.js') ?? ''
  expect(built).toMatch(/\.[0-9a-f]{12}\.js$/)
  const page = [{ src: names.get('js/lib/require.js') ?? '', main: 'js/widget.min' }, start]
  const { loaded, trace, errors } = await visit(files, page)
  expect(errors).toEqual([])
  expect(loaded).toContain(built)
  expect(trace).toContain('widget')
})
