/** Resources that another plugin compiles: `hgn!`, `less!`, `tpl!`. */
import { readFileSync } from 'node:fs'
import type { Derivation, KovuPluginApi } from '@kovu/protocol'
import type { Plugin } from 'vite'
import { describe, expect, test } from 'vitest'
import { visit } from '../build/page.ts'
import { Site } from '../build/site.ts'
import { useLoader } from '../runtime/fake-page.ts'
import { live } from '../semantics/ways.ts'
import { build, tags } from './traces.ts'

useLoader()

describe('beside plugins that compile', () => {
  const compile: Plugin = {
    name: 'compiles',
    api: {
      kovu: {
        derives: [
          derivation(
            '.mustache',
            '.js',
            (text) =>
              `define({text:${JSON.stringify(text)},render:function(data){return this.text.replace('{{name}}',data.name)}})`,
          ),
          derivation('.less', '.css', (text) => text.replace('@c', 'red')),
        ],
      },
    } satisfies KovuPluginApi,
  }

  test('hgn! gives the compiled template, and less! a link to the sheet', async () => {
    using site = new Site({
      '/build.js': build,
      'js/hgn.js': "define({load:function(){throw new Error('not needed')}})",
      'js/less.js': "define({load:function(){throw new Error('not needed')}})",
      'js/t/hello.mustache': 'hello {{name}}',
      'js/style/main.less': 'b { color: @c }',
      'js/main.js':
        "define(['hgn!t/hello','less!style/main'],function(hello){trace.push(hello({name:'you'}),hello.text,typeof hello.template.render)})",
    })
    const out = await site.ours({}, { plugins: [compile] })
    const scripts = [
      {
        text: "var add=document.head.appendChild;document.head.appendChild=function(node){return node.rel?trace.push(node.rel+' '+node.href):add(node)}",
      },
      ...tags,
    ]
    const page = await visit(out, scripts)
    for (const { errors, trace } of [page, await live(site, scripts, new Map(), [compile])]) {
      expect(errors).toEqual([])
      expect(trace).toEqual([
        'stylesheet /js/style/main.css',
        'hello you',
        'hello {{name}}',
        'function',
      ])
    }
    expect(page.loaded).toEqual(['js/main.js'])
  })

  const tpl = {
    '/build.js': build,
    'js/t/hello.mustache': 'hello {{name}}',
    'js/t/bye.mustache': 'bye {{name}}',
    'js/main.js':
      "define(['tpl!t/hello','tpl!./t/bye.mustache'],function(hello,bye){trace.push(hello({name:'you'}),bye({name:'me'}),typeof hello.template)})",
  }

  test('tpl! is what they compile, where the site has no plugin of that name', async () => {
    using site = new Site(tpl)
    const page = await visit(await site.ours({}, { plugins: [compile] }), tags)
    for (const { errors, trace } of [page, await live(site, tags, new Map(), [compile])]) {
      expect(errors).toEqual([])
      expect(trace).toEqual(['hello you', 'bye me', 'object'])
    }
    expect(page.loaded).toEqual(['js/main.js'])
  })

  test('tpl! is the site’s own plugin, where it has one', async () => {
    using site = new Site({
      ...tpl,
      'js/tpl.js':
        "define({load:function(name,req,done){done(function(data){return 'own '+name+' '+data.name})}})",
    })
    const page = await visit(await site.ours({}, { plugins: [compile] }), tags)
    for (const { errors, trace } of [page, await live(site, tags, new Map(), [compile])]) {
      expect(errors).toEqual([])
      expect(trace).toEqual(['own t/hello you', 'own t/bye.mustache me', 'undefined'])
    }
  })
})

function derivation(from: string, to: string, make: (text: string) => string): Derivation {
  return {
    from,
    to,
    pipeline: false,
    publish: 'all',
    preferSource: true,
    render: (source) =>
      Promise.resolve({ code: make(readFileSync(source, 'utf8')), watch: [source] }),
  }
}
