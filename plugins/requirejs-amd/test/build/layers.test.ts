/** Layers of a build file. */
import { describe, expect, test } from 'vitest'
import { requireJs, visit, type ScriptTag } from './page.ts'
import { expectSameInAllWays, say, type Case } from '../semantics/ways.ts'
import { Site } from './site.ts'

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
}

describe('classic scripts', () => {
  const jquery =
    "(function(global,factory){factory(global)})(window,function(w){var jq={fn:{}};w.jQuery=jq;if(typeof define==='function'&&define.amd){define('jquery',[],function(){return jq;})}});"
  const files = {
    'js/jquery.js': jquery,
    'js/plugin.js': 'jQuery.fn.plugin=1;trace.push("plugin "+(this===window));var Top="top"',
    'js/starts.js': "Starts=3;require(['beside'],function(b){trace.push(b)})",
    'js/aside.js': "Aside=2;define('beside',[],function(){return 'beside'});",
    'js/more.js': 'jQuery.fn.more=jQuery.fn.plugin+Aside+Starts // without an end',
    'js/plain.js': "define(function(){window.Plain='plain';return 1});",
    'js/late.js': 'trace.push("late "+Plain)',
  }
  const shim =
    "{plugin:{deps:['jquery'],exports:'jQuery.fn.plugin'},aside:{exports:'Aside'},starts:['aside'],more:['plugin','aside','starts'],late:['plain']}"

  test('are in the layer where what they need has run by then, as after r.js', async () => {
    using site = new Site({
      ...files,
      'js/main.js':
        "define(['more','plugin'],function(m,p){trace.push(typeof m,p,jQuery.fn.more,Top)})",
      '/build.js': `({appDir:'www',baseUrl:'js',dir:'www-built',shim:${shim},modules:[{name:'all',create:true,include:['more','plugin']},{name:'main',exclude:['all']}]})`,
    })
    const page: readonly ScriptTag[] = [
      {
        text: `var require={baseUrl:'js',bundles:{all:['jquery','plugin','more','aside','beside','starts']},shim:${shim}}`,
      },
      { src: 'js/lib/require.js' },
      { text: "require(['main'])" },
    ]
    const rjs = await visit(await site.rjs(), page)
    const output = await site.ours()
    for (const loader of [[], [['js/lib/require.js', requireJs] as const]]) {
      const own = await visit(new Map([...output, ...loader]), page)
      expect(own.errors).toEqual([])
      expect(own.loaded).toEqual(['js/main.js', 'js/all.js'])
      expect(own.trace).toEqual(rjs.trace)
      expect(own.trace).toEqual(['plugin true', 'undefined', 1, 6, 'top', 'beside'])
    }
  })

  test('let pages have the layer for its modules, if they only make values', async () => {
    const open = async (old: string): Promise<readonly string[]> => {
      using site = new Site({
        'js/old.js': old,
        'js/part.js': "define(['old'],function(old){return old.value})",
        'js/main.js': "define(['old','part'],{})",
        '/build.js':
          "({appDir:'www',baseUrl:'js',dir:'www-built',shim:{old:{exports:'Old'}},modules:[{name:'main'}]})",
      })
      const page = await visit(await site.ours(), [
        { text: "var require={baseUrl:'js',shim:{old:{exports:'Old'}}}" },
        { src: 'js/lib/require.js' },
        { text: "require(['part'],function(part){trace.push(part)})" },
      ])
      expect(page.errors).toEqual([])
      expect(page.trace).toEqual([1])
      return page.loaded
    }
    expect(await open('var Old={value:[1].length}')).toEqual(['js/main.js'])
    expect(await open('var Old={value:1};start();function start(){}')).toEqual([
      'js/part.js',
      'js/main.js',
    ])
  })

  test('stay files where what they need has not', async () => {
    await expectSameInAllWays({
      files: {
        ...files,
        'js/main.js': "require.config(CONFIG);require(['late'],function(){trace.push('main')})",
      },
      config: `{shim:${shim}}`,
      withoutRjs: 'its script runs before the module that it needs',
    })
  })

  test('stay files in layers that no build file asks for', async () => {
    using site = new Site({
      ...files,
      'js/main.js': "require.config({shim:{plugin:['jquery']}});require(['plugin'])",
    })
    const out = await site.ours({ build: [], config: 'www/js/main.js', entries: 'main' })
    expect(out.get('js/main.js')).toContain('jquery')
    expect(out.get('js/main.js')).not.toContain('Top')
  })
})

describe('unbuilt, in development, after r.js and after our build:', () => {
  test.each(Object.entries(cases))('%s', { timeout: 60_000 }, async (_, one) => {
    await expectSameInAllWays(one)
  })
})

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
