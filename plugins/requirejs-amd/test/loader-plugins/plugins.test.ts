/** Loader plugins of the time: what goes into layers, and what the page then does, compared with r.js's output under require.js. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createServer } from 'vite'
import { describe, expect, test } from 'vitest'
import { requirejsAmd } from '../../src/index.ts'
import { visit } from '../build/page.ts'
import { Site } from '../build/site.ts'
import { useLoader } from '../runtime/fake-page.ts'
import { build, tags, traces } from './traces.ts'

const require = createRequire(import.meta.url)
const json = readFileSync(require.resolve('requirejs-plugins/src/json.js'), 'utf8')
const domReady = readFileSync(require.resolve('requirejs-domready/domReady.js'), 'utf8')
const css = readFileSync(require.resolve('require-css/css.js'), 'utf8')

useLoader()

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
