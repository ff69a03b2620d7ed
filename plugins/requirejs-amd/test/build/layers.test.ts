import { describe, expect, test } from 'vitest'
import { requireJs, visit, type ScriptTag } from './page.ts'
import { Site } from './site.ts'

interface Case {
  readonly files: Readonly<Record<string, string>>
  readonly modules: string
  /** Further keys of the build file. */
  readonly keys?: string
  readonly config?: string
  readonly page?: readonly ScriptTag[]
}

const say = (what: string): string => `trace.push(${JSON.stringify(what)});`

/** Sites that behave the same unbuilt, after r.js and after us. */
const cases: Readonly<Record<string, Case>> = {
  'layers that exclude a common one': {
    modules:
      "[{name:'common',include:['shared']},{name:'main',include:['extra'],exclude:['common']}]",
    files: {
      'js/common.js': `define(['shared'],function(s){${say('common')}return {s:s}});`,
      'js/shared.js': `define(function(){${say('shared')}return {n:1}});`,
      'js/extra.js': `define(['shared'],function(s){${say('extra')}});`,
      'js/main.js': `require(['common'],function(){require(['page'],function(p){trace.push(p.n,require.defined('extra'))})});`,
      'js/page.js': `define(['shared','./extra'],function(s){${say('page')}s.n++;return s});`,
    },
  },
  'plain data-main with definitions in every form': {
    modules: "[{name:'main'}]",
    files: {
      'js/main.js':
        "require(['deps','bare','object','sugar','named/by','umd','self','undef','a/rel'],function(){trace.push([].slice.call(arguments).map(function(v){return typeof v==='function'?v():v}))})",
      'js/deps.js': `'use strict';define(['object','module'],function(o,module){${say('deps')}return [o.k,module.id,this===undefined]})`,
      'js/bare.js': `define(function(){${say('bare')}return 0})`,
      'js/object.js': 'define({"k":"v"});',
      'js/sugar.js': `define(function(require,exports,module){var o=require('object');if(false){require('late')}exports.id=module.id;exports.o=o;${say('sugar')}});`,
      'js/late.js': `define([],function(){${say('late')}});`,
      'js/named/by.js': `define('other',[],function(){return 'other'});define('named/by',['other'],function(o){${say('named')}return o+'!'});`,
      'js/umd.js': `(function(root,factory){if(typeof define==='function'&&define.amd){define(['object'],factory)}else{root.umd=factory()}}(this,function(o){${say('umd')}return function(){return o.k}}));`,
      'js/self.js': `define(['exports','require'],function(exports,require){${say('self')}exports.url=require.toUrl('./self.css').split('/').pop()});`,
      'js/undef.js': `define(['bare'],function(b){${say('undef')}});`,
      'js/a/rel.js': `define(['./b','../bare'],function(b,bare){${say('a/rel')}return b+bare});`,
      'js/a/b.js': `define(function(require){${say('a/b')}return require('../deps')[0]});`,
    },
  },
  'cycles, live exports and late requires': {
    modules: "[{name:'main'}]",
    files: {
      'js/main.js':
        "define(['a','c'],function(a,c){trace.push(a.b(),typeof c.seen,c.late().name)});",
      'js/a.js': `define(['b','exports'],function(b,exports){${say('a')}exports.b=function(){return b.name};exports.name='a'});`,
      'js/b.js': `define(['a'],function(a){${say('b')}return {name:'b',saw:typeof a}});`,
      'js/c.js': `define(['require','d'],function(require,d){${say('c')}return {name:'c',seen:d.c,late:d.late}});`,
      'js/d.js': `define(['require','c'],function(require,c){${say('d')}return {c:c,late:function(){return require('c')}}});`,
    },
  },
  'paths, packages, map and text': {
    modules: "[{name:'main'}]",
    config:
      "{paths:{lib:'vendor/lib-1.0'},packages:['pkg',{name:'other',location:'vendor/other',main:'start'}],map:{'*':{old:'new'},'new':{old:'old'}},config:{conf:{n:42}}}",
    files: {
      'js/main.js':
        "require.config(CONFIG);require(['lib','pkg','other','pkg/sub','user','conf','text!t/a.html','text!t/b.html!strip','tree/leaf'],function(){trace.push([].slice.call(arguments))})",
      'js/vendor/lib-1.0.js': `define(function(){${say('lib')}return 'lib'});`,
      'js/pkg/main.js': `define(['./sub','module'],function(s,m){${say('pkg')}return m.id+s});`,
      'js/pkg/sub.js': `define(['module'],function(m){return m.id});`,
      'js/vendor/other/start.js': `define(['./more','module'],function(more,m){return m.id+more});`,
      'js/vendor/other/more.js': `define(['module'],function(m){return m.id});`,
      'js/user.js': `define(['old'],function(old){return old});`,
      'js/new.js': `define(['old','module'],function(old,m){return m.id+' over '+old});`,
      'js/old.js': `define(function(){return 'old'});`,
      'js/conf.js': `define(['module'],function(m){return m.config().n});`,
      'js/tree/leaf.js': `define(['text!./leaf.html','text!../t/a.html'],function(a,b){return a+b});`,
      'js/tree/leaf.html': '<b>"leaf"\u2028</b>\n',
      'js/t/a.html': "<i>it's `a` ${x}</i>",
      'js/t/b.html': '<html><body class="x">\n<p>b</p>\n</body></html>',
    },
  },
  'shimmed scripts': {
    modules: "[{name:'main'}]",
    config:
      "{shim:{first:{exports:'First.deep'},second:{deps:['first'],exports:'Second'},plain:['second','amd'],inited:{deps:['amd'],exports:'Inited',init:function(amd){return window.Inited+amd}}}}",
    files: {
      'js/main.js':
        "require.config(CONFIG);require(['second','first','plain','inited','user'],function(){trace.push([].slice.call(arguments))})",
      'js/first.js': 'var First={deep:"deep"};trace.push("first",this===window);',
      'js/second.js': 'Second="second"+First.deep;trace.push("second");',
      'js/plain.js': 'trace.push("plain "+Second);',
      'js/inited.js': 'window.Inited="inited";',
      'js/amd.js': "define(function(){return 'amd'});",
      'js/user.js': "define(['first','amd'],function(f,a){return f+a});",
    },
  },
  'modules required late': {
    modules: "[{name:'main'}]",
    files: {
      'js/main.js':
        "define(['now'],function(now){trace.push('main');setTimeout(function(){require(['late/a'],function(a){trace.push(a);var n='b';require(['late/'+n],function(b){trace.push(b)},function(){trace.push('err')})})},1)});",
      'js/now.js': `define(function(){${say('now')}return {}});`,
      'js/late/a.js': `define(['now','./shared'],function(n,s){${say('late/a')}return 'a'+s});`,
      'js/late/b.js': `define(['./shared'],function(s){${say('late/b')}return 'b'+s});`,
      'js/late/shared.js': `define(function(){${say('late/shared')}return 's'});`,
    },
  },
  'includes that nobody requires, and created layers': {
    modules:
      "[{name:'all',create:true,include:['a','b'],excludeShallow:['c']},{name:'main',exclude:['all'],insertRequire:['never']}]",
    files: {
      'js/main.js':
        "require(['all','a'],function(all,a){trace.push(typeof all,a,require.specified('b'),require.defined('b'))});",
      // Unbuilt, a created layer has no file: the page has a stand-in.
      'js/all.js': 'define({});',
      'js/a.js': `define(['c'],function(c){${say('a')}return c});`,
      'js/b.js': `define(['a'],function(){${say('b')}});`,
      'js/c.js': `define(function(){${say('c')}return 'c'});`,
      'js/never.js': `define(function(){});`,
    },
  },
  'a module that an application holds, wanted by a page without that application': {
    modules: "[{name:'main',include:['tool','started']},{name:'quiet',include:['part']}]",
    page: [
      { text: "var require={baseUrl:'js'}" },
      { src: 'js/lib/require.js' },
      { text: "require(['tool','part','started'],function(t,p){trace.push(t,p)})" },
    ],
    files: {
      'js/main.js': `require(['tool'],function(){${say('the application')}});`,
      'js/tool.js': `define(['text!./tool.txt'],function(t){${say('tool')}return 'tool '+t});`,
      'js/tool.txt': 'text',
      'js/started.js': `define('started',function(){${say('started')}});require(['tool'],function(){${say('start')}});`,
      'js/quiet.js': `define(['part'],function(){${say('quiet')}});`,
      'js/part.js': `define(function(){${say('part')}return 'part'});`,
    },
  },
  'an inline require after plain script tags': {
    modules: "[{name:'common',include:['x']},{name:'page',exclude:['common']}]",
    page: [
      { text: "var require={baseUrl:'js'}" },
      { src: 'js/lib/require.js' },
      {
        text: "require(['common'],function(){require(['page','x'],function(p,x){trace.push(p,x)})})",
      },
    ],
    files: {
      'js/common.js': `define(['x'],function(x){${say('common')}});`,
      'js/x.js': `define(function(){${say('x')}return 'x'});`,
      'js/page.js': `define(['x'],function(x){${say('page')}return 'page '+x});`,
    },
  },
}

const MAIN: readonly ScriptTag[] = [{ src: 'js/lib/require.js', main: 'js/main' }]

describe.each(Object.entries(cases))(
  '%s',
  (_, { files, modules, keys = '', config = '{}', page = MAIN }) => {
    const filled = Object.fromEntries(
      Object.entries(files).map(([name, text]) => [name, text.replace('CONFIG', () => config)]),
    )
    const buildFile = (extra: string): string => {
      const main = files['js/main.js']?.includes('CONFIG') ? "mainConfigFile:'www/js/main.js'," : ''
      return `({appDir:'www',baseUrl:'js',dir:'www-built',optimize:'none',${main}modules:${modules},${keys}${extra}})`
    }

    test('behaves as the sources do, under our loader and under require.js', async () => {
      using site = new Site({ ...filled, '/build.js': buildFile('') })
      const values = (trace: readonly unknown[]): unknown[] => JSON.parse(JSON.stringify(trace))
      const sorted = (trace: readonly unknown[]): string[] =>
        trace.map((entry) => JSON.stringify(entry) ?? '').sort()

      const before = await visit(site.sources(), page)
      expect(before.errors).toEqual([])
      expect(before.trace.length).toBeGreaterThan(1)
      // The network decides the order of unbuilt modules; in layers it is r.js's.
      const rjs = await visit(await site.rjs(), page)
      expect.soft(sorted(rjs.trace), 'r.js').toEqual(sorted(before.trace))
      const expected = values(rjs.trace)

      const readable = await site.ours()
      const small = await site.ours({
        // oxlint-disable-next-line typescript/no-implied-eval -- a build file is an expression
        build: new Function(`return ${buildFile("optimize:'uglify'")}`)(),
      })
      for (const [name, output] of Object.entries({ readable, small })) {
        const own = await visit(output, page)
        expect.soft(own.errors, `${name}, our loader`).toEqual([])
        expect.soft(values(own.trace), `${name}, our loader`).toEqual(expected)
        const stock = await visit(new Map([...output, ['js/lib/require.js', requireJs]]), page)
        expect.soft(values(stock.trace), `${name}, require.js`).toEqual(expected)
      }

      const { files: hashed, names } = await site.hashed()
      const hash = (name: string | undefined): string => names.get(name ?? '') ?? ''
      const tags = page.map((tag) => ({
        ...tag,
        ...(tag.src === undefined ? {} : { src: hash(tag.src) }),
        ...(tag.main === undefined ? {} : { main: hash(`${tag.main}.js`) }),
      }))
      const own = await visit(hashed, tags)
      expect.soft(own.errors, 'hashed').toEqual([])
      expect.soft(values(own.trace), 'hashed').toEqual(expected)

      // Django keeps the files under their own names too; stock require.js asks for those.
      const kept = [...names].map(([name, final]) => [name, hashed.get(final) ?? ''] as const)
      const loader = [hash('js/lib/require.js'), requireJs] as const
      const stock = await visit(new Map([...hashed, ...kept, loader]), tags)
      expect.soft(stock.errors, 'hashed, require.js').toEqual([])
      expect.soft(values(stock.trace), 'hashed, require.js').toEqual(expected)
    })
  },
)

test('an empty input is a build of layers alone, whatever pages lie in the folder', async () => {
  using site = new Site({
    'js/main.js': 'define(function () {})',
    '/index.html': '<p>not of this site</p>',
    '/build.js': "({appDir:'www',baseUrl:'js',dir:'www-built',modules:[{name:'main'}]})",
  })
  const pages = (out: Map<string, string>): string[] =>
    [...out.keys()].filter((name) => name.endsWith('.html'))
  expect(pages(await site.ours())).toEqual(['index.html'])
  const out = await site.ours({}, { build: { rolldownOptions: { input: [] } } })
  expect(pages(out)).toEqual([])
  expect(out.get('js/main.js')).toContain('define(')
})
