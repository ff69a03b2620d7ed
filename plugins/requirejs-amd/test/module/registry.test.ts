import { readFileSync } from 'node:fs'
import { createRequire, SourceMap } from 'node:module'
import vm from 'node:vm'
import { describe, expect, it } from 'vitest'
import { analyze } from '../../src/module/analyze.ts'
import { toRegistry, type RegistryOptions } from '../../src/module/registry.ts'
import type { ModuleRecord } from '../../src/types.ts'

const require = createRequire(import.meta.url)
const almond = readFileSync(require.resolve('almond'), 'utf8')

function record(code: string, id = 'a'): ModuleRecord {
  const analysis = analyze(code, { file: `/site/${id}.js` })
  const file = `/site/${id}.js`
  const names = { id, publicName: `${id}.js`, file, source: file, watch: [file] }
  return { ...names, kind: analysis.kind, code, analysis, deps: [], nestedDeps: [] }
}

/** Runs modules one after the other in one script, as a layer does, and gives a module's value. */
function run(
  id: string,
  ...modules: readonly (readonly [code: string, id: string, options?: RegistryOptions])[]
): unknown {
  const sandbox = vm.createContext({ setTimeout })
  vm.runInContext(almond, sandbox)
  const script = modules
    .map(([code, of, options]) => toRegistry(record(code, of), options).code)
    .join('')
  vm.runInContext(script, sandbox)
  return vm.runInContext(`require(${JSON.stringify(id)})`, sandbox)
}

describe('a module in a layer', () => {
  it('has its id and is otherwise the same text', () => {
    const { code } = toRegistry(record("/* own */ define(['b'], function (b) {\n  return b\n});\n"))
    expect(code).toBe("/* own */ define('a', ['b'], function (b) {\n  return b\n});\n\n")
  })

  it('gives its value', () => {
    expect(
      run('a', ['define({ b: 1 })', 'b'], ["define(['b'], function (b) { return b.b + 1 })", 'a']),
    ).toBe(2)
  })

  it('keeps a name of its own and defines the id of its file beside it', () => {
    expect(run('named', ["define('named', 5)", 'a'])).toBe(5)
    expect(run('a', ["define('named', 5)", 'a'])).toBeUndefined()
    expect(run('a', ["define('named', 5); Global = 6", 'a', { shim: { exports: 'Global' } }])).toBe(
      6,
    )
  })

  it('in CommonJS form gets the dependencies that RequireJS would scan', () => {
    const code =
      "define(function (require, exports, module) { exports.value = require('b') + module.id })"
    expect(toRegistry(record(code)).code).toContain(
      "define('a', ['require', 'exports', 'module', 'b'], function",
    )
    expect(run('a', ["define('b', function () { return 'b' })", 'b'], [code, 'a'])).toEqual({
      value: 'ba',
    })
  })

  it('with require calls only runs, and then has an id without a value', () => {
    expect(
      run('a', ["log = []; require(['b'], function () {})", 'a'], ["define('b', {})", 'b']),
    ).toBeUndefined()
  })

  it('ends its statement whatever the source ends with', () => {
    const parts = [
      ['define(1)', 'a'],
      ['define(2) // no end;', 'b'],
      ['(function () { define(3) })()', 'c'],
    ] as const
    expect(run('c', ...parts)).toBe(3)
  })

  it('stays strict alone, and does not make its neighbours strict', () => {
    const strict =
      "'use strict'\ndefine(function () { return (function () { return this })() === undefined })"
    const sloppy = 'define(function () { return (function () { return this })() !== undefined })'
    expect(run('a', [strict, 'a'], [sloppy, 'b'])).toBe(true)
    expect(run('b', [strict, 'a'], [sloppy, 'b'])).toBe(true)
    const declaring = `'use strict'\nvar helper = 1\ndefine(function () { return (function () { return this })() === undefined })`
    expect(run('a', [declaring, 'a'])).toBe(true)
    expect(run('c', [declaring, 'a'], ['define(function () { return helper })', 'c'])).toBe(1)
  })

  it('loses the name of its own source map', () => {
    expect(toRegistry(record('define(1)\n//# sourceMappingURL=a.js.map\n')).code).not.toContain(
      'sourceMappingURL',
    )
  })

  it('maps every token to its place', () => {
    const code = "define(['b'], function (b) {\n  return function (require) { return b }\n})\n"
    const out = toRegistry(record(code))
    const map = new SourceMap(out.map as never)
    const lines = code.split('\n')
    let tokens = 0
    for (const [line, text] of out.code.split('\n').entries()) {
      for (const { index, 0: word } of text.matchAll(/[a-z]+/g)) {
        const entry = map.findEntry(line, index)
        if (!('originalLine' in entry) || text.startsWith("'a'", index - 1)) continue
        expect(lines[entry.originalLine]?.slice(entry.originalColumn)).toMatch(
          new RegExp(`^${word}\\b`),
        )
        tokens++
      }
    }
    expect(tokens).toBeGreaterThan(8)
    expect(out.map?.sources).toEqual(['/site/a.js'])
  })

  it('leads to the template that it was made from, whatever its map calls it', () => {
    const map = {
      version: 3 as const,
      sources: ['/site/a.js'],
      sourcesContent: ['{{name}}'],
      names: [],
      mappings: 'AAAA',
    }
    const out = toRegistry({ ...record('define(1)\ndefine(2)'), map })
    expect(out.map).toMatchObject({ sources: ['/site/a.js'], sourcesContent: ['{{name}}'] })
  })

  it('that is a classic script or an ES module is refused', () => {
    for (const code of ['window.x = 1', 'export default 1', 'define(unknown, function () {})']) {
      expect(() => toRegistry(record(code))).toThrow(
        expect.objectContaining({ code: 'REQUIREJS_AMD_UNSUPPORTED' }),
      )
    }
  })

  it('made of a text is that text', () => {
    const text = 'it\'s "quoted"\n\u2028</script>\\'
    const sandbox = vm.createContext({})
    vm.runInContext(
      almond +
        toRegistry({ ...record('', 'x'), kind: 'resource', code: JSON.stringify(text) }).code,
      sandbox,
    )
    expect(vm.runInContext("require('x')", sandbox)).toBe(text)
  })
})
