import { describe, expect, it } from 'vitest'
import { mergeConfig } from '../../src/config/merge.ts'
import { readConfig } from '../../src/config/read.ts'

const read = (code: string): ReturnType<typeof readConfig> =>
  readConfig(code, { file: '/site/main.js' })

describe('a configuration', () => {
  it('is found in every form', () => {
    for (const code of [
      "require.config({ baseUrl: 'js' })",
      "requirejs.config({ baseUrl: 'js' }); require(['a'])",
      "require({ baseUrl: 'js' }, ['a'], function () {})",
      "requirejs({ baseUrl: 'js' })",
      "var require = { baseUrl: 'js' }",
      "window.require = { baseUrl: 'js' }",
      "var config = { baseUrl: 'js' }\nrequire.config(config)",
      '(function () { window.requirejs.config({ baseUrl: `js` }) })()',
    ]) {
      expect([code, read(code)?.config]).toEqual([code, { baseUrl: 'js' }])
    }
  })

  it('is not found where there is none', () => {
    expect(read("define({ baseUrl: 'js' })")).toBeUndefined()
    expect(
      read("(function (require) { require.config({ baseUrl: 'js' }) })(other)"),
    ).toBeUndefined()
  })

  it('is merged from several calls, as at run time', () => {
    const found = read(
      "require.config({ paths: { a: 'x', b: 'y' } }); require.config({ paths: { b: 'z' }, waitSeconds: 3 })",
    )
    expect(found?.config).toEqual({ paths: { a: 'x', b: 'z' }, waitSeconds: 3 })
  })

  it('keeps what is no literal as text', () => {
    const found = read(`require.config({
      urlArgs: 'v=' + Date.now(),
      paths: { a: 'lib/' + 'a', b: debug ? 'b' : 'b.min' },
      waitSeconds: -1, enforceDefine: !0,
      shim: { c: { deps: ['a'], exports: 'C', init: function (a) { return a } }, d: ['a'] },
      callback: () => go(),
      ...more
    })`)
    expect(found?.config).toEqual({
      paths: { a: 'lib/a' },
      waitSeconds: -1,
      enforceDefine: true,
      shim: { c: { deps: ['a'], exports: 'C', init: 'function (a) { return a }' }, d: ['a'] },
    })
    expect(found?.dynamic).toEqual({
      urlArgs: "'v=' + Date.now()",
      'paths.b': "debug ? 'b' : 'b.min'",
      'shim.c.init': 'function (a) { return a }',
      callback: '() => go()',
      '*': '...more',
    })
  })

  it('cannot reach a prototype', () => {
    const found = read("require.config({ '__proto__': { polluted: 1 }, paths: {} })")
    expect(({} as { polluted?: number }).polluted).toBeUndefined()
    expect(found?.config.paths).toEqual({})
  })
})

describe('merging', () => {
  it('goes as deep as RequireJS does', () => {
    expect(
      mergeConfig(
        {
          map: { '*': { a: 'b' } },
          config: { m: { x: 1 } },
          packages: ['p', { name: 'q' }],
          deps: ['a'],
        },
        {
          map: { '*': { c: 'd' }, e: { f: 'g' } },
          config: { m: { y: 2 } },
          packages: [{ name: 'p', main: 'm' }],
          deps: ['b'],
        },
      ),
    ).toEqual({
      map: { '*': { a: 'b', c: 'd' }, e: { f: 'g' } },
      config: { m: { x: 1, y: 2 } },
      packages: [{ name: 'q' }, { name: 'p', main: 'm' }],
      deps: ['b'],
    })
  })
})
