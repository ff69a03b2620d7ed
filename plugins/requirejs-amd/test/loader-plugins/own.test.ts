/** Loader plugins that a site wrote itself: `write` of theirs runs in the build, and reads nothing but static files. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createLogger } from 'vite'
import { describe, expect, test } from 'vitest'
import { visit } from '../build/page.ts'
import { Site } from '../build/site.ts'
import { useLoader } from '../runtime/fake-page.ts'
import { build, tags, traces } from './traces.ts'

const require = createRequire(import.meta.url)
const noext = readFileSync(require.resolve('requirejs-plugins/src/noext.js'), 'utf8')

useLoader()

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
      {
        customLogger: { ...createLogger('silent'), warn: (message) => void warnings.push(message) },
      },
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
    const customLogger = {
      ...createLogger('silent'),
      warn: (message: string) => void warnings.push(message),
    }
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
