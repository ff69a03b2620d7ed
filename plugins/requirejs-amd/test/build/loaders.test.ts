/** Which loader a build writes in the place of require.js, and that its pages do what they do under require.js. */
import type { Plugin, Rolldown } from 'vite'
import { describe, expect, test } from 'vitest'
import { useLoader } from '../runtime/fake-page.ts'
import { visit, type ScriptTag, type Visit } from './page.ts'
import { Site } from './site.ts'

useLoader()

const files = {
  '/build.js':
    "({baseUrl:'www/js',dir:'www-built',modules:[{name:'main'},{name:'page',exclude:['main']}],paths:{lib:'vendor/lib'}})",
  'js/main.js':
    "require.config({paths:{lib:'vendor/lib'}});define('never',[],function(){trace.push('never')});define(['./app/a','lib','exports'],function(a,lib,exports){trace.push('main '+a+lib);exports.name='main'})",
  'js/app/a.js':
    "define(function(require,exports,module){var b=require('./b');module.exports='a'+b.name+module.id})",
  'js/app/b.js': "define(['exports','./a'],function(exports,a){exports.name='b'+a})",
  'js/vendor/lib.js':
    "(function(root,factory){typeof define==='function'&&define.amd?define([],factory):root.lib=factory()})(this,function(){return 'lib'})",
  'js/page.js':
    "define(['main','require'],function(main,require){trace.push('page '+main.name);return function(){require(['./late'],function(late){trace.push(late)})}})",
  'js/late.js': "define(['app/b'],function(b){return 'late '+b.name})",
}

/** A page's scripts, under the names that its templates would render. */
type Tags = (final: (name: string) => string) => ScriptTag[]

const tags: Record<string, Tags> = {
  'data-main': (final) => [
    { src: final('js/lib/require.js'), main: final('js/main.js') },
    {
      text: "require(['page'],function(page){page();try{require('late')}catch(e){trace.push(e.message.split('\\n')[0])}},function(e){trace.push(e.message)})",
    },
  ],
  inline: (final) => [
    { text: "var require={waitSeconds:20,deps:['early']}" },
    { src: final('js/lib/require.js') },
    { text: "define('early',[],function(){trace.push('early')})" },
    { text: "require.config({baseUrl:'js'});require(['main','page'],function(m,p){p()})" },
  ],
}

/** What the page did, without URLs. */
function told({ trace, errors }: Visit): unknown {
  return { trace, errors: errors.map(String) }
}

async function pages(
  site: Site,
  page: Tags,
): Promise<{ before: unknown; after: Visit; complete: boolean }> {
  const before = told(
    await visit(
      site.sources(),
      page((name) => name),
    ),
  )
  const { files: built, names } = await site.hashed()
  const after = await visit(
    built,
    page((name) => names.get(name) ?? name),
  )
  return { before, after, complete: !names.has('_kovu/require.js') }
}

describe('a site whose modules all stand in layers', () => {
  test.each(Object.entries(tags))(
    'gets the core, and a page with %s does the same',
    async (_, page) => {
      using site = new Site(files)
      const { before, after, complete } = await pages(site, page)
      expect(complete).toBe(false)
      expect(told(after)).toEqual(before)
      expect(after.trace.length).toBeGreaterThan(3)
      expect(after.loaded.some((url) => url.startsWith('_kovu/require'))).toBe(false)
    },
  )

  test('gets the complete loader when a page asks for what no build can see', async () => {
    using site = new Site({
      ...files,
      'js/other.js':
        "define(['require','main'],function(require,main){return 'other than '+main.name})",
    })
    const { before, after, complete } = await pages(site, (final) => [
      { src: final('js/lib/require.js'), main: final('js/main.js') },
      { text: "require(['other'],function(o){trace.push(o)})" },
      {
        text: "require.config({config:{'app/c':{x:1}}});define('app/c',['module','./b'],function(m,b){trace.push(m.config().x+b.name)});require(['app/c'])",
      },
    ])
    expect(complete).toBe(false)
    const sorted = (one: unknown): unknown => (one as { trace: unknown[] }).trace.map(String).sort()
    expect(sorted(after)).toEqual(sorted(before))
    expect(after.errors).toEqual([])
    expect(after.loaded.filter((url) => url.startsWith('_kovu/require'))).toHaveLength(1)
  })

  test.each(['a script of its own', 'the page itself'])(
    'gets the core, which may stand among others in %s',
    async (where) => {
      using site = new Site(files)
      const { files: built, names } = await site.hashed()
      const concatenated = ['js/lib/require.js', 'js/main.js', 'js/page.js']
        .map((name) => built.get(names.get(name) ?? name))
        .join('\n;')
      const served = new Map([...built].map(([name, text]) => [`static/${name}`, text]))
      served.set('static/CACHE/js/all.js', concatenated)
      const { trace, loaded, errors } = await visit(served, [
        where === 'the page itself' ? { text: concatenated } : { src: 'static/CACHE/js/all.js' },
        { text: "require(['page'],function(page){page()})" },
      ])
      expect(errors).toEqual([])
      expect(trace).toEqual([
        'main ab[object Object]app/alib',
        'page main',
        'late b[object Object]',
      ])
      expect(loaded).toEqual([`static/${names.get('js/late.js')}`])
    },
  )

  test('says what is wrong when the complete loader does not come', async () => {
    using site = new Site(files)
    const { files: built, names } = await site.hashed()
    built.delete(names.get('_kovu/require.js') ?? '')
    const { errors } = await visit(built, [
      { src: names.get('js/lib/require.js') ?? '' },
      { text: "require(['nowhere'])" },
    ])
    expect(errors.map(String)).toEqual([
      expect.stringMatching(/^Error: _kovu\/require\.[0-9a-f]{12}\.js has not been loaded$/),
    ])
  })
})

describe('a build takes the complete loader for', () => {
  const more: Record<string, Record<string, string>> = {
    'a shim': {
      'js/page.js':
        "require.config({shim:{'vendor/old':{exports:'Old'}}});define(['main','vendor/old'],function(m,old){trace.push(old);return function(){}})",
      'js/vendor/old.js': "var Old = 'old'",
    },
    map: {
      'js/page.js':
        "require.config({map:{page:{'app/b':'app/c'}}});define(['app/b'],function(b){trace.push(b);return function(){}})",
      'js/app/c.js': 'define({c:1})',
    },
    'module.config()': {
      'js/page.js':
        "require.config({config:{page:{x:1}}});define(['module'],function(m){trace.push(m.config().x);return function(){}})",
    },
    'a loader plugin': {
      'js/page.js': "define(['text!./t.txt'],function(t){trace.push(t);return function(){}})",
      'js/t.txt': 'text',
    },
    'require.toUrl() by another name': {
      'js/page.js':
        "define(['require'],function(r){trace.push(/t\\.txt$/.test(r.toUrl('./t.txt')));return function(){}})",
    },
    'a script elsewhere': {
      '/build.js':
        "({baseUrl:'www/js',dir:'www-built',modules:[{name:'main'},{name:'page'}],paths:{lib:'empty:'}})",
      'js/main.js': "define(['app/a','lib'],function(){trace.push('main')})",
    },
    'a template that reads requirejs.s': {
      '/templates/base.html': '<script>console.log(requirejs.s.contexts._.config.baseUrl)</script>',
    },
    'a page script that undefines modules': {
      'js/plain.js': 'window.again=function(id){require.undef(id);require([id])}',
    },
    bundlesConfigOutFile: {
      '/build.js':
        "({baseUrl:'www/js',dir:'www-built',modules:[{name:'main'},{name:'page',exclude:['main']}],paths:{lib:'vendor/lib'},bundlesConfigOutFile:'main.js'})",
    },
  }

  test.each(Object.entries(more))('%s', async (_, changed) => {
    using site = new Site({ ...files, ...changed })
    const { names } = await site.hashed()
    expect(names.has('_kovu/require.js')).toBe(false)
  })

  test('what a text says, which is an input of the build', async () => {
    using site = new Site({ ...files, '/templates/page.html': '', 'js/plain.js': 'plain()' })
    const inputs: string[] = []
    const watch: Plugin = {
      name: 'watch',
      configResolved({ plugins }) {
        const own = plugins.find(({ name }) => name === 'requirejs-amd:build') as unknown as {
          generateBundle: (this: Rolldown.PluginContext, ...given: unknown[]) => unknown
        }
        const hook = own.generateBundle
        own.generateBundle = function (...given) {
          this.addWatchFile = (file) => void inputs.push(file.replace(`${site.root}/`, ''))
          return hook.apply(this, given)
        }
      },
    }
    expect((await site.ours({}, { plugins: [watch] })).has('_kovu/require.js')).toBe(true)
    expect(inputs).toEqual(expect.arrayContaining(['templates/page.html', 'www/js/plain.js']))
    site.write({ '/templates/page.html': '<script>requirejs.undef("main")</script>' })
    expect((await site.ours()).has('_kovu/require.js')).toBe(false)
  })

  test('a build that does not minify', async () => {
    using site = new Site(files)
    const out = await site.ours({}, { build: { minify: false } })
    expect(out.has('_kovu/require.js')).toBe(false)
    expect((await site.ours()).has('_kovu/require.js')).toBe(true)
  })
})
