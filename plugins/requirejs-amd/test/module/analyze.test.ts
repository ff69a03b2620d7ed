import { describe, expect, it } from 'vitest'
import { analyze } from '../../src/module/analyze.ts'
import type { Analysis } from '../../src/types.ts'

const read = (code: string): Analysis => analyze(code, { file: '/site/a.js' })
const only = (code: string): Analysis['defines'][number] => {
  const { kind, defines } = read(code)
  expect(kind).toBe('amd')
  expect(defines).toHaveLength(1)
  const [call] = defines
  if (!call) throw new Error('no define call')
  return call
}
const idsOf = (list: readonly { id: string }[] | undefined): string[] | undefined =>
  list?.map(({ id }) => id)

describe('define', () => {
  it('is read with dependencies and a factory', () => {
    const call = only("define(['b', './c'], function (b, c) {})")
    expect(call).toMatchObject({ anonymous: true, id: undefined, insertAt: 7, computedDeps: false })
    expect(idsOf(call.deps)).toEqual(['b', './c'])
  })

  it('is read with a name', () => {
    expect(only("define('a', ['b'], function () {})")).toMatchObject({ anonymous: false, id: 'a' })
    expect(only('define(`a`, {})')).toMatchObject({ anonymous: false, id: 'a' })
  })

  it('is read with an object, a value or nothing but a factory', () => {
    expect(only('define({ a: 1 })')).toMatchObject({
      anonymous: true,
      deps: undefined,
      sugar: undefined,
    })
    expect(only('define(function () {})')).toMatchObject({ anonymous: true, sugar: undefined })
    expect(only('define(value)')).toMatchObject({ anonymous: true, computedDeps: false })
    expect(only('define((b) => b, 1)').anonymous).toBe(true)
  })

  it('is read with dependencies in a variable', () => {
    const call = only("var deps = ['b', 'c']; define(deps, function (b, c) {})")
    expect(call.anonymous).toBe(true)
    expect(idsOf(call.deps)).toEqual(['b', 'c'])
  })

  it('is read with a factory in a variable', () => {
    const call = only("function factory(require) { return require('b') }\ndefine(factory)")
    expect(idsOf(call.sugar)).toEqual(['b'])
  })

  it('says when dependencies are computed', () => {
    expect(only("define(['a'].concat(more), function () {})")).toMatchObject({
      anonymous: true,
      computedDeps: true,
    })
    expect(only("define(['a', more], function () {})").computedDeps).toBe(true)
  })

  it('is not moved when its first argument may be a name', () => {
    const analysis = read('define(unknown, function () {})')
    expect(analysis).toMatchObject({ kind: 'script', callsDefine: true, defines: [] })
  })

  it('may stand several times in one file', () => {
    const { defines } = read("define('a', {}); define('b', ['a'], function (a) {})")
    expect(defines.map(({ id }) => id)).toEqual(['a', 'b'])
  })

  it('inside a factory is none of the file', () => {
    const code = "define('a', [], function () { function f() { define('inner', {}) } })"
    expect(read(code).defines.map(({ id }) => id)).toEqual(['a'])
  })
})

describe('the CommonJS form', () => {
  it('gives the literal require calls, conditional and nested ones too', () => {
    const call = only(`define(function (require, exports, module) {
      var b = require('b')
      if (x) { exports.c = function () { return require("./c") } }
      require(computed); require('b'); foo.require('d') // require('e')
    })`)
    expect(idsOf(call.sugar)).toEqual(['b', './c'])
    expect(call.sugarParams).toBe(3)
  })

  it('is read as RequireJS reads it: by name, wherever the call stands', () => {
    expect(idsOf(only("define(function (r) { if (x) r('b') })").sugar)).toEqual([])
    const code = "define(function (require) { (function (require) { require('./own') })(bundle) })"
    expect(idsOf(only(code).sugar)).toEqual(['./own'])
    const text = `define(function (require) { return "a require('in/text')" + 'http://x' + require('b') })`
    expect(idsOf(only(text).sugar)).toEqual(['in/text', 'b'])
  })

  it('places each id', () => {
    const code = "define(function (require) { /* require('a') */ return require( 'b' ) })"
    const [b] = only(code).sugar ?? []
    expect(code.slice(b?.start, b?.end)).toBe("'b'")
  })

  it('is not meant when the factory takes nothing', () => {
    expect(only("define(function () { require('b') })").sugar).toBeUndefined()
  })
})

describe('UMD', () => {
  const shapes: Record<string, [code: string, deps: string[] | undefined]> = {
    'with a factory argument': [
      `(function (factory) {
        if (typeof define === 'function' && define.amd) { define(['jquery'], factory) }
        else if (typeof exports === 'object') { factory(require('jquery')) }
        else { factory(jQuery) }
      }(function ($) {}))`,
      ['jquery'],
    ],
    'with root and factory': [
      `(function (root, factory) {
        if (typeof define === 'function' && define.amd) define(['exports', 'b'], factory)
        else factory((root.x = {}), root.b)
      }(this, function (exports, b) {}))`,
      ['exports', 'b'],
    ],
    'as a conditional expression': [
      `(function (global, factory) {
        typeof exports === 'object' && typeof module !== 'undefined' ? module.exports = factory() :
        typeof define === 'function' && define.amd ? define(factory) :
        (global = global || self, global.x = factory());
      }(this, (function () { 'use strict'; return 1 })));`,
      undefined,
    ],
    'with define as a parameter': [
      `(function (define) { define(['b'], function (b) {}) })(
        typeof define === 'function' && define.amd ? define : function (deps, factory) { factory() })`,
      ['b'],
    ],
    'with define under another name': [
      "(function (def) { def(['b'], function () {}) })(window.define)",
      ['b'],
    ],
    'within a called function': [
      ";(function () { var _ = {}; if (typeof define == 'function' && define.amd) { define(function () { return _ }) } }).call(this)",
      undefined,
    ],
    'in the factory of a wrapper': [
      `(function (global, factory) {
        if (typeof module === 'object') { module.exports = factory(global, true) } else { factory(global) }
      })(typeof window !== 'undefined' ? window : this, function (window) {
        if (typeof define === 'function' && define.amd) define([], function () { return 1 })
      })`,
      [],
    ],
  }
  for (const [name, [code, deps]] of Object.entries(shapes)) {
    it(`is understood ${name}`, () => {
      const call = only(code)
      expect(call.anonymous).toBe(true)
      expect(idsOf(call.deps)).toEqual(deps)
    })
  }

  it('with a parameter named define that is something else is a script', () => {
    const code =
      "(function (define) { define('x', 1) })(function (key, value) { table[key] = value })"
    expect(read(code)).toMatchObject({ kind: 'script', callsDefine: false })
  })

  it('with amdefine is a module', () => {
    const code =
      "if (typeof define !== 'function') { var define = require('amdefine')(module) }\ndefine(function (require) { require('b') })"
    expect(idsOf(only(code).sugar)).toEqual(['b'])
  })
})

describe('require', () => {
  it('with an array is told apart by when it runs', () => {
    const { kind, requires, nested } = read(`
      require(['a', 'b'], function () { require(['c']) }, function () {})
      ;(function () { requirejs(['d']) })()
      function later() { window.require(['e', f]) }`)
    expect(kind).toBe('main')
    expect(requires.map(({ deps, errback }) => [idsOf(deps), errback])).toEqual([
      [['a', 'b'], true],
      [['d'], false],
    ])
    expect(nested.map(({ deps, computed }) => [idsOf(deps), computed])).toEqual([
      [['c'], false],
      [['e'], true],
    ])
  })

  it('of a factory is known as local', () => {
    const { nested } = read("define(['require'], function (req) { req(['./a']) })")
    expect(nested.map(({ local }) => local)).toEqual([true])
    expect(read("require(['a'])").requires.map(({ local }) => local)).toEqual([false])
  })

  it('gives the paths of toUrl', () => {
    expect(idsOf(read("define(function (require) { require.toUrl('./a.png') })").toUrls)).toEqual([
      './a.png',
    ])
  })
})

describe('a source', () => {
  it('with import or export is an ES module', () => {
    expect(read("import a from 'a'\ndefine(a)").kind).toBe('esm')
  })

  it('without any of it is a script', () => {
    expect(read('window.x = 1').kind).toBe('script')
    expect(read('with (x) { y() } // define').kind).toBe('script')
  })

  it('that does not parse is an error with its place', () => {
    expect(() => read("define(['a'], function () {\n  var = 1\n})")).toThrow(
      expect.objectContaining({
        code: 'REQUIREJS_AMD_SYNTAX',
        place: expect.objectContaining({ offset: 34 }) as unknown,
      }),
    )
  })

  it('in sloppy mode only is read too', () => {
    expect(read('define(function () { with (x) { return 010 } })').kind).toBe('amd')
  })
})
