/** Loader plugins: what goes into layers, and what the page then does, compared with r.js's output under require.js. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Derivation, KovuPluginApi } from '@kovu/protocol'
import { createServer, type Plugin } from 'vite'
import { describe, expect, test } from 'vitest'
import { requirejsAmd } from '../../src/index.ts'
import { visit } from '../build/page.ts'
import { Site } from '../build/site.ts'
import { useLoader } from '../runtime/fake-page.ts'
import { live } from '../semantics/ways.ts'

const require = createRequire(import.meta.url)
const json = readFileSync(require.resolve('requirejs-plugins/src/json.js'), 'utf8')
const noext = readFileSync(require.resolve('requirejs-plugins/src/noext.js'), 'utf8')
const domReady = readFileSync(require.resolve('requirejs-domready/domReady.js'), 'utf8')
const css = readFileSync(require.resolve('require-css/css.js'), 'utf8')

useLoader()

const build = "({baseUrl:'www/js',dir:'www-built',modules:[{name:'main'}],optimize:'none'})"
const tags = [{ src: 'js/lib/require.js', main: '/js/main' }]

/** The trace of a page whose `data-main` is `js/main`: unbuilt (and, the same, in development), after r.js, and after our build. */
async function traces(
  files: Record<string, string>,
  rjs = true,
): Promise<{ unbuilt: unknown; theirs: unknown; own: unknown; loaded: readonly string[] }> {
  using site = new Site({ '/build.js': build, ...files })
  const own = await visit(await site.ours(), tags)
  expect(own.errors).toEqual([])
  const theirs = rjs
    ? await visit(await site.rjs(), [{ src: 'lib/require.js', main: '/main' }])
    : own
  const unbuilt = await visit(site.sources(), tags)
  const development = await live(site, tags)
  expect(development.errors).toEqual([])
  expect(development.trace).toEqual(unbuilt.trace)
  return {
    unbuilt: unbuilt.trace,
    theirs: theirs.trace,
    own: own.trace,
    loaded: own.loaded,
  }
}

describe('json!', () => {
  test('has its values in the layer', async () => {
    const files = {
      'js/json.js': json,
      'js/data.json': '{"a":[1,{"b":null}],"__proto__":{"c":"</script>\u2028"}}',
      'js/main.js':
        "define(['json!data.json','json!./data.json'],function(data){trace.push(JSON.stringify(data))})",
    }
    const { own, unbuilt, loaded } = await traces(files)
    expect(own).toEqual(['{"a":[1,{"b":null}],"__proto__":{"c":"</script>\u2028"}}'])
    expect(own).toEqual(unbuilt)
    expect(loaded).toEqual(['js/main.js'])
  })

  test('that is none is an error in its file', async () => {
    using site = new Site({
      '/build.js': build,
      'js/json.js': json,
      'js/data.json': '{"a":}',
      'js/main.js': "define(['json!data.json'],{})",
    })
    await expect(site.ours()).rejects.toThrow(/The resource 'json!data\.json' has no value/)
  })
})

describe('i18n!', () => {
  // As the i18n plugin does it: the bundle first, then its parts.
  const i18n = `define(['module'], function (module) {
    return { load: function (name, req, onload, config) {
      var locale = (config.config && config.config.i18n && config.config.i18n.locale) || config.locale || 'fr'
      var parts = /(^.*(^|\\/)nls(\\/|$))([^\\/]*)/.exec(name)
      req([name], function (master) {
        var wanted = ['root', locale].filter(function (part) { return master[part] === true }).map(function (part) { return parts[1] + part + '/' + parts[4] })
        req(wanted, function () {
          var all = {}
          ;[master.root, master[locale]].concat([].slice.call(arguments)).forEach(function (part) { if (typeof part === 'object') for (var key in part) all[key] = part[key] })
          onload(all)
        })
      })
    } }
  })`
  const files = {
    'js/i18n.js': i18n,
    'js/main.js': "define(['i18n!nls/words'],function(words){trace.push(words.hi,words.bye)})",
    'js/nls/words.js': 'define({root:true,fr:true,de:true})',
    'js/nls/root/words.js': "define({hi:'hi',bye:'bye'})",
    'js/nls/fr/words.js': "define({hi:'salut'})",
    'js/nls/de/words.js': "define({hi:'hallo'})",
  }

  test('has its bundle and the root in the layer; the page loads its language', async () => {
    const { own, unbuilt, loaded } = await traces(files, false)
    expect(own).toEqual(['salut', 'bye'])
    expect(own).toEqual(unbuilt)
    expect(loaded).toEqual(['js/main.js', 'js/nls/fr/words.js'])
  })

  test('has the language of the build in the layer', async () => {
    const { own, unbuilt, loaded } = await traces(
      {
        ...files,
        '/build.js': build.replace('baseUrl:', "config:{i18n:{locale:'de'}},baseUrl:"),
        'js/main.js': `require.config({config:{i18n:{locale:'de'}}});${files['js/main.js']}`,
      },
      false,
    )
    expect(own).toEqual(['hallo', 'bye'])
    expect(own).toEqual(unbuilt)
    expect(loaded).toEqual(['js/main.js'])
  })
})

test('domReady! runs as ever', async () => {
  const { own, theirs } = await traces({
    'js/domReady.js': domReady,
    'js/main.js': "define(['domReady!'],function(doc){trace.push(doc===document)})",
  })
  expect(own).toEqual([true])
  expect(own).toEqual(theirs)
})

test('optional! has a module that is there in the layer, and misses none that is not', async () => {
  const optional = `define({ load: function (name, req, onload) {
    req([name], onload, function (error) { req.undef && req.undef(name); onload(null) })
  } })`
  using site = new Site({
    '/build.js': build,
    'js/optional.js': optional,
    'js/there.js': "define(function(){return 'there'})",
    'js/main.js':
      "define(['optional!there','optional!gone'],function(there,gone){trace.push(there,gone)})",
  })
  const page = await visit(await site.ours(), tags)
  expect(page.trace).toEqual(['there', null])
  expect(page.loaded).toEqual(['js/main.js', 'js/gone.js'])
})

describe('a plugin of the site itself', () => {
  // Compiles in a build, so that a page with a strict policy needs no eval.
  const tpl = `define(['text', 'module'], function (text, module) {
    var buildMap = {}
    var compile = function (source) { return 'function(name){return ' + JSON.stringify(source).replace('%', '"+name+"') + '}' }
    return {
      load: function (name, req, onload, config) {
        text.get(req.toUrl(name + '.tpl'), function (source) {
          if (config.isBuild) { buildMap[name] = compile(source); onload() }
          else onload(Function('return ' + compile(source))())
        }, onload.error)
      },
      write: function (plugin, name, write) {
        if (name in buildMap) write.asModule(plugin + '!' + name, 'define(["helper"],function(helper){var f=' + buildMap[name] + ';f.by=helper;return f})')
      }
    }
  })`
  const files = {
    'js/tpl.js': tpl,
    'js/helper.js': "define(function(){return 'helper'})",
    'js/view/a.tpl': 'hello %',
    'js/view/a.js': "define(['tpl!./a'],function(a){return a})",
    'js/main.js': "define(['view/a'],function(a){trace.push(a('you'),a.by)})",
  }

  test('writes its resources into the layer, as under r.js', async () => {
    const { own, theirs, loaded } = await traces(files)
    expect(own).toEqual(['hello you', 'helper'])
    expect(own).toEqual(theirs)
    expect(loaded).toEqual(['js/main.js'])
  })

  test('has its own modules, whichever of them come at the same time', async () => {
    const { own, theirs } = await traces({
      ...files,
      'js/one.js': "define(['tpl!view/a'],function(){return 'one'})",
      'js/two.js': "define(['one'],function(one){return 'two of '+one})",
      'js/three.js': "define(function(){return 'three'})",
      'js/made.js': `define(['three','two','text'],function(three,two){return {
        load:function(name,req,done,config){done(config.isBuild?undefined:[name,two,three])},
        write:function(plugin,name,write){write.asModule(plugin+'!'+name,'define(function(){return '+JSON.stringify([name,two,three])+'})')}
      }})`,
      'js/main.js': "define(['made!x'],function(x){trace.push(x)})",
    })
    expect(JSON.stringify(own)).toBe('[["x","two of one","three"]]')
    expect(JSON.stringify(own)).toBe(JSON.stringify(theirs))
  })

  test('that fails is told of, and loads them in the page', async () => {
    using site = new Site({
      '/build.js': build,
      ...files,
      'js/tpl.js': tpl
        .replace('write: function', 'writing: 1, write: function')
        .replace(
          'var compile',
          "if (typeof window === 'undefined') throw new Error('not here'); var compile",
        ),
    })
    const warnings: string[] = []
    const out = await site.ours(
      {},
      { customLogger: { ...silent, warn: (message) => void warnings.push(message) } },
    )
    expect(warnings.join('\n')).toContain(
      "The loader plugin 'tpl' cannot write 'view/a' into a layer: not here.",
    )
    const page = await visit(out, tags)
    expect(page.trace).toEqual(['hello you', undefined])
  })

  test('is not written where it is left out as a stub', async () => {
    const { own, loaded } = await traces({
      ...files,
      '/build.js': build.replace('modules:', "stubModules:['tpl','text'],modules:"),
    })
    expect(own).toEqual(['hello you', 'helper'])
    expect(loaded).toEqual(['js/main.js'])
  })

  test('reads nothing but static files', async () => {
    const prying = `define({
      load: function (name, req, onload, config) {
        if (!config.isBuild) return onload(name)
        var said = [req.toUrl('../../secret.txt'), '/etc/passwd', 'secret.txt'].map(function (path) {
          try { return require.nodeRequire('fs').readFileSync(path) } catch (error) { return error.message }
        })
        ;['child_process', '../../secret', 'requirejs/../../secret'].forEach(function (name) {
          try { require.nodeRequire(name) } catch (error) { said.push(error.message) }
        })
        onload.error(new Error(said.join(', ')))
      },
      write: function () {}
    })`
    using site = new Site({
      '/build.js': build,
      '/secret.txt': 'secret',
      'js/pry.js': prying,
      'js/main.js': "define(['pry!a'],{})",
    })
    const warnings: string[] = []
    const customLogger = { ...silent, warn: (message: string) => void warnings.push(message) }
    await site.ours({}, { customLogger })
    expect(warnings).toEqual([
      "The loader plugin 'pry' cannot write 'a' into a layer: there is no static file js/../../secret.txt, there is no static file /etc/passwd, there is no static file secret.txt, loader plugins have no Node module 'child_process' here, loader plugins have no Node module '../../secret' here, loader plugins have no Node module 'requirejs/../../secret' here. It will load it in the browser.",
    ])
  })

  test('that only makes URLs runs as ever', async () => {
    const { own, unbuilt } = await traces({
      ...files,
      'js/noext.js': noext,
      'js/main.js':
        "define(['noext!/js/server/view','view/a'],function(x,a){trace.push(a('you'))})",
      'js/server/view': "trace.push('server')",
    })
    expect(own).toEqual(['server', 'hello you'])
    expect(own).toEqual(unbuilt)
  })
})

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

test('css! is the page’s own plugin, or a link where there is none', async () => {
  const files = {
    '/build.js': build,
    'js/style/main.css': 'b { color: red }',
    'js/main.js': "define(['css!style/main'],function(){trace.push('main')})",
  }
  using bare = new Site(files)
  const link = { text: 'document.head.appendChild=function(link){trace.push(link.href)}' }
  expect((await visit(await bare.ours(), [link, ...tags])).trace).toEqual([
    '/js/style/main.css',
    'main',
  ])
  using own = new Site({ ...files, 'js/css.js': css })
  expect((await own.ours()).get('js/main.js')).toContain('"css"')
})

test('what a plugin loads in the page has its hashed name', async () => {
  using site = new Site({
    '/build.js': build,
    'js/sheet.js': "define({load:function(name,req,done){done(req.toUrl(name+'.css'))}})",
    'js/raw.js': 'define({load:function(name,req,done){done(req.toUrl(name))}})',
    'js/style/main.css': 'b { color: red }',
    'js/data.bin': 'data',
    'js/main.js':
      "define(['sheet!style/main','raw!data.bin'],function(sheet,data){trace.push(sheet,data)})",
  })
  const { files, names } = await site.hashed()
  const page = await visit(files, [
    { src: names.get('js/lib/require.js') ?? '', main: `/${names.get('js/main.js')}` },
  ])
  expect(page.errors).toEqual([])
  expect(page.trace).toEqual(
    ['js/style/main.css', 'js/data.bin'].map((name) => `http://page.test/${names.get(name)}`),
  )
})

test('in development, resources are in the layer too', async () => {
  using site = new Site({
    'js/json.js': json,
    'js/data.json': '{"a":1}',
    'js/optional.js': 'define({load:function(){}})',
    'js/there.js': 'define({})',
    'js/main.js': "define(['json!data.json','optional!there'],{})",
  })
  const server = await createServer({
    root: `${site.root}/www`,
    configFile: false,
    logLevel: 'silent',
    server: { host: '127.0.0.1', port: 0, watch: null, hmr: false, ws: false },
    optimizeDeps: { noDiscovery: true },
    plugins: [requirejsAmd()],
  })
  try {
    await server.listen()
    const headers = { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'script' }
    const response = await fetch(`${server.resolvedUrls?.local[0]}js/main.js?amd=main`, { headers })
    const layer = await response.text()
    expect(layer).toContain(`define('json!data.json', [], function () { return {"a":1}; })`)
    expect(layer).toContain("define('there', {})")
  } finally {
    await server.close()
  }
})

const silent = {
  hasWarned: false,
  info() {},
  warn() {},
  warnOnce() {},
  error() {},
  clearScreen() {},
  hasErrorLogged: () => false,
}

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
