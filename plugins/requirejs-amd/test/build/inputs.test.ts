/** What a build reads, what it leaves to the page, and pages that take the built file or the sources. */
import { symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { createLogger, type Plugin } from 'vite'
import { expect, test } from 'vitest'
import { live } from '../semantics/ways.ts'
import { almond, visit, type ScriptTag } from './page.ts'
import { Site } from './site.ts'

const require = createRequire(import.meta.url)

const tags = [{ src: 'js/lib/require.js', main: 'js/main' }]

test('the build file and all that it and its modules read are inputs of the build', async () => {
  using site = new Site({
    '/build.js':
      "({appDir:'www',baseUrl:'js',dir:'www-built',mainConfigFile:'www/js/config.js',wrap:{startFile:'licence.txt',end:''},modules:[{name:'main'}]})",
    '/licence.txt': '/* licence */',
    'js/config.js': "require.config({paths:{moved:'deep/moved'}})",
    'js/list.js':
      "define({load:function(name,req,done){require.nodeRequire('fs').readFileSync(req.toUrl(name+'.txt'),'utf8');done()},write:function(plugin,name,write){write.asModule(plugin+'!'+name,'define(1)')}})",
    'js/read.txt': 'read by a loader plugin',
    'js/sheet.js':
      "define({load:function(name,req,done){require.nodeRequire('less');done()},write:function(plugin,name,write){write.asModule(plugin+'!'+name,'define(1)')}})",
    'js/skin/main.less': '@import "deep/part"',
    'js/skin/deep/part.less': '',
    'js/t.html': '<b></b>',
    'js/deep/moved.js': 'define({})',
    'js/unread.js': 'define({})',
    'js/main.js': "define(['moved','text!t.html','list!read','sheet!skin/main'],{})",
  })
  // As the site has its packages.
  symlinkSync(
    join(dirname(require.resolve('requirejs/package.json')), '..'),
    `${site.root}/node_modules`,
  )
  const inputs: string[] = []
  // Rolldown does not tell plugins what is watched.
  const watch: Plugin = {
    name: 'watch',
    configResolved({ plugins }) {
      const own = plugins.find(({ name }) => name === 'requirejs-amd:build') as unknown as Hooks
      for (const key of ['buildStart', 'generateBundle'] as const) {
        const hook = own[key]
        own[key] = function (...given) {
          const add = this.addWatchFile
          this.addWatchFile = (file) => {
            inputs.push(file.replace(`${site.root}/`, ''))
            add.call(this, file)
          }
          return hook.apply(this, given)
        }
      }
    },
  }
  await site.ours({}, { plugins: [watch] })
  const wanted = [
    'main.js',
    'deep/moved.js',
    't.html',
    'read.txt',
    'config.js',
    'skin/deep/part.less',
  ]
  expect(inputs).toEqual(
    expect.arrayContaining(['build.js', 'licence.txt', ...wanted.map((name) => `www/js/${name}`)]),
  )
  expect(inputs).not.toContain('www/js/unread.js')
})

test('texts stay files where a build file says so', async () => {
  using site = new Site({
    '/build.js':
      "({appDir:'www',baseUrl:'js',dir:'www-built',inlineText:false,modules:[{name:'main'}]})",
    'js/t.html': '<b>text</b>',
    'js/main.js': "define(['text!t.html'],function(t){trace.push(t)})",
  })
  const rjs = await visit(await site.rjs(), tags)
  const out = await site.ours()
  const own = await visit(out, tags)
  expect(own.trace).toEqual(['<b>text</b>'])
  expect(own.trace).toEqual(rjs.trace)
  expect(own.loaded).toEqual(rjs.loaded)
  expect(out.get('js/main.js')).not.toContain('<b>')
})

test('combined files that another plugin publishes stay, which a warning says', async () => {
  using site = new Site({
    '/build.js':
      "({appDir:'www',baseUrl:'js',dir:'www-built',removeCombined:true,modules:[{name:'main'}]})",
    'js/a.js': 'define({})',
    'js/main.js': "define(['a'],{})",
  })
  const warnings: string[] = []
  const customLogger = {
    ...createLogger('silent'),
    warn: (message: string) => void warnings.push(message),
  }
  const { names } = await site.hashed({}, { customLogger })
  expect(names.has('js/a.js')).toBe(true)
  expect(warnings.join('\n')).toContain('`removeCombined` has no effect')
})

test('a page takes the sources while its developers work, and the built file afterwards', async () => {
  using site = new Site({
    '/build.js':
      "({baseUrl:'www/js',mainConfigFile:'www/js/main.js',name:'lib/almond',include:['main','tool'],insertRequire:['main'],out:'www/js/built.js'})",
    'js/lib/almond.js': almond,
    'js/main.js':
      "require.config({paths:{moved:'deep/moved'}});require(['moved','text!t.txt'],function(m,t){trace.push(m,t)})",
    'js/deep/moved.js': "define(function(){return 'moved'})",
    'js/tool.js':
      "define('tool',['moved'],function(m){return {use:function(){return 'tool of '+m}}})",
    'js/t.txt': 'text',
  })
  // {% if debug %} … {% else %} … {% endif %}
  const use = { text: "require(['tool'],function(tool){trace.push(tool.use())})" }
  const debug: readonly ScriptTag[] = [
    { src: 'js/lib/require.js', main: 'js/main' },
    { text: 'require.config({baseUrl:"js",paths:{moved:"deep/moved"}})' },
    use,
  ]
  const expected = ['moved', 'text', 'tool of moved']
  const sorted = (entries: readonly unknown[]): unknown[] => entries.map(String).sort()
  for (const page of [await visit(site.sources(), debug), await live(site, debug)]) {
    expect(page.errors).toEqual([])
    expect(sorted(page.trace)).toEqual(sorted(expected))
  }
  const built: readonly ScriptTag[] = [{ src: 'js/built.js' }, use]
  await site.rjs()
  const rjs = await visit(site.sources(), built)
  const own = await visit(await site.ours(), built)
  expect(own.errors).toEqual([])
  expect(own.trace).toEqual(rjs.trace)
  expect(sorted(own.trace)).toEqual(sorted(expected))
  expect(own.loaded).toEqual([])
})

type Hook = (this: { addWatchFile: (file: string) => void }, ...given: unknown[]) => unknown

interface Hooks {
  buildStart: Hook
  generateBundle: Hook
}
