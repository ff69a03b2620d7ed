import { readFileSync } from 'node:fs'
import {
  array,
  assert,
  asyncProperty,
  constantFrom,
  nat,
  oneof,
  string,
  stringMatching,
  tuple,
  uniqueArray,
} from 'fast-check'
import { parseSync } from 'vite'
import { describe, expect, test } from 'vitest'
import { link, type LinkInput, type LinkOptions } from '../../src/link/index.ts'
import { minifyScript } from '../../src/link/minify.ts'
import { absoluteId } from '../../src/link/module.ts'
import { newSyntax } from './es5.ts'
import { almond, requireJs, visit } from './page.ts'

const options: LinkOptions = {
  minify: true,
  map: false,
  licenses: true,
  sourceName: (file) => file,
}

function row(
  id: string,
  deps: readonly string[],
  factory: string,
  file = `/src/${id}.js`,
): LinkInput {
  const code = `define(${factory});\n`
  const origin = { file, code, offset: code.indexOf(factory), map: undefined }
  return { kind: 'row', id, deps, factory: [{ text: factory, origin }] }
}

describe('a table', () => {
  const graphs = tuple(
    uniqueArray(stringMatching(/^[a-z]{1,2}(\/[a-z ,|]{1,3}){0,2}$/), {
      minLength: 4,
      maxLength: 80,
    }),
    array(array(nat(), { maxLength: 5 }), { minLength: 80, maxLength: 80 }),
  ).map(([ids, wanted]) =>
    ids.map((id, at) => ({
      id,
      deps:
        at === 0 ? [] : [...new Set((wanted[at] ?? []).map((number) => ids[number % at] ?? ''))],
    })),
  )

  test('defines every module with its own ids and dependencies', async () => {
    await assert(
      asyncProperty(graphs, async (rows) => {
        const inputs = rows.map(({ id, deps }) =>
          row(id, [...deps, 'outside'], `function(){return ${id.length}}`),
        )
        const { code } = await link('t.js', inputs, options)
        const seen: unknown[] = []
        // oxlint-disable-next-line typescript/no-implied-eval -- the test runs what it made
        new Function('define', code)((id: string, deps: string[], factory: () => number) =>
          seen.push([id, deps, factory()]),
        )
        expect(seen).toEqual(rows.map(({ id, deps }) => [id, [...deps, 'outside'], id.length]))
      }),
      { numRuns: 60 },
    )
  })

  test('numbers far beyond one digit come back', async () => {
    const ids = Array.from({ length: 4000 }, (_, at) => `m${at}`)
    const inputs = ids.map((id, at) =>
      row(id, at > 2 ? [`m${at >> 1}`, `m${at - 1}`, `m${4000 - at}`] : [], '{}'),
    )
    const { code } = await link('t.js', inputs, options)
    const seen: [string, string[]][] = []
    // oxlint-disable-next-line typescript/no-implied-eval -- the test runs what it made
    new Function('define', code)((id: string, deps: string[]) => seen.push([id, deps]))
    expect(seen[3999]).toEqual(['m3999', ['m1999', 'm3998', 'm1']])
    expect(seen[3]).toEqual(['m3', ['m1', 'm2', 'm3997']])
  })

  test('runs under require.js and almond in the order of plain named defines', async () => {
    const rows = [
      row('a', [], "function(){trace.push('a');return 1}"),
      row('b', ['a'], "function(a){trace.push('b');return a+1}"),
      row('unused', ['a'], "function(a){trace.push('unused')}"),
      row('c', ['exports', 'd'], "function(exports,d){trace.push('c');exports.d=d}"),
      row(
        'd',
        ['c', 'require'],
        "function(c,require){trace.push('d');return function(){return require('c').d!==undefined}}",
      ),
      row(
        'e',
        ['require', 'exports', 'module', 'b'],
        "function(r,e,m){trace.push(m.id+r('b'));e.ok=true}",
      ),
    ]
    const start = "require(['e','c'],function(e,c){trace.push(e.ok,typeof c.d)})"
    for (const loader of [requireJs, almond]) {
      const results = []
      for (const minify of [true, false]) {
        const { code } = await link('t.js', rows, { ...options, minify })
        expect(code.includes('define("a"')).toBe(!minify)
        results.push((await visit({}, [{ text: loader }, { text: code }, { text: start }])).trace)
      }
      expect(results[0]).toEqual(results[1])
      expect(results[0]).toHaveLength(7)
    }
  })
})

describe('the minifier', () => {
  test.each([
    'jquery/dist/jquery.js',
    'underscore/underscore-umd.js',
    'lodash-amd/main.js',
    'requirejs/require.js',
    'almond/almond.js',
  ])('leaves %s in ES5', async (name) => {
    const source = readFileSync(
      new URL(`../../../../node_modules/${name}`, import.meta.url),
      'utf8',
    )
    expect(newSyntax(source)).toEqual([])
    const { code } = await minifyScript(name, source, false)
    expect(newSyntax(code)).toEqual([])
    expect(code.length).toBeLessThan(source.length / 2)
  })

  test('strings keep every character', async () => {
    await assert(
      asyncProperty(
        oneof(
          string({ unit: 'binary' }),
          string({
            unit: constantFrom(
              '"',
              "'",
              '`',
              '$',
              '{',
              '}',
              '\\',
              '\n',
              '\r',
              '\u2028',
              '\0',
              '1',
              '</script',
            ),
          }),
        ),
        async (text) => {
          const literal = JSON.stringify(text)
            .replaceAll('\u2028', '\\u2028')
            .replaceAll('\u2029', '\\u2029')
          const { code } = await minifyScript('s.js', `value(${literal})`, false)
          expect(newSyntax(code)).toEqual([])
          let seen: unknown
          // oxlint-disable-next-line typescript/no-implied-eval -- the test runs what it made
          new Function('value', code)((value: unknown) => (seen = value))
          expect(seen).toBe(text)
        },
      ),
    )
  })

  test('leaves templates and shorthand of newer scripts with their meaning', async () => {
    const source = 'var a=1,{length}="abc";out({a,length},`x${a}`,String.raw`\\n`,(({b=2})=>b)({}))'
    const { code } = await minifyScript('s.js', source, false)
    let seen: unknown
    // oxlint-disable-next-line typescript/no-implied-eval -- the test runs what it made
    new Function('out', code)((...values: unknown[]) => (seen = values))
    expect(seen).toEqual([{ a: 1, length: 3 }, 'x1', '\\n', 2])
  })

  test('keeps global names', async () => {
    const { code } = await minifyScript(
      's.js',
      'var Global = 1; function Other(argument) { return argument }',
      false,
    )
    expect(code).toMatch(/var Global/)
    expect(code).toMatch(/function Other/)
  })
})

describe('a linked file', () => {
  test('keeps licence comments once, in front, unless told otherwise', async () => {
    const text =
      '/*! first */\ndefine("a",[],function(){});\n/** @license second */\ndefine("b",[],function(){/*! first */});'
    const inputs: LinkInput[] = [{ kind: 'text', parts: [{ text, origin: undefined }] }]
    const kept = await link('t.js', inputs, options)
    expect(kept.code).toMatch(/^\/\*! first \*\/\n\/\*\* @license second \*\/\ndefine/)
    expect(kept.code.match(/first/g)).toHaveLength(1)
    expect((await link('t.js', inputs, { ...options, licenses: false })).code).not.toMatch(
      /first|second/,
    )
  })

  test('a syntax error names the source and the place in it', async () => {
    const rows = ['a', 'b', 'c', 'd', 'e'].map((id) =>
      row(id, [], id === 'c' ? 'function(){\n  var x = ;\n}' : 'function(){}'),
    )
    await expect(link('t.js', rows, options)).rejects.toMatchObject({
      code: 'REQUIREJS_AMD_SYNTAX',
      place: { file: '/src/c.js', offset: 'define(function(){\n  var x = '.length },
    })
  })

  test('parses as a script', async () => {
    const { code } = await link(
      't.js',
      ['a', 'b', 'c', 'd'].map((id) => row(id, ['x'], '{"k":1}')),
      options,
    )
    expect(parseSync('t.js', code, { sourceType: 'script' }).errors).toEqual([])
    expect(newSyntax(code)).toEqual([])
  })
})

test('relative ids become what RequireJS would make of them before its map', () => {
  expect(absoluteId('./c', 'a/b')).toBe('a/c')
  expect(absoluteId('../c/./d', 'a/b/e')).toBe('a/c/d')
  expect(absoluteId('../../c', 'a/b')).toBe('../../c')
  expect(absoluteId('c', 'a/b')).toBe('c')
  expect(absoluteId('text!./t.html', 'a/b')).toBe('text!a/t.html')
  expect(absoluteId('tpl!./t.html', 'a/b')).toBe('tpl!./t.html')
})

test('the map of a derived module leads to what a person edits', async () => {
  const code = 'define([], function(){return made_of_it()});\n'
  const map = {
    version: 3 as const,
    sources: ['t.mustache'],
    sourcesContent: ['{{made}}'],
    names: [],
    // Column 30, `made_of_it`, is column 2 of the template.
    mappings: '8BAAE',
  }
  const factory = code.slice(code.indexOf('function'), -3)
  const origin = { file: '/www/t/t.js', code, offset: code.indexOf(factory), map }
  const inputs: LinkInput[] = [
    { kind: 'row', id: 't', deps: [], factory: [{ text: factory, origin }] },
  ]
  for (const minify of [true, false]) {
    const linked = await link('main.js', inputs, { ...options, minify, map: true })
    expect(linked.map?.sources).toEqual(['/www/t/t.mustache'])
    expect(linked.map?.sourcesContent).toEqual(['{{made}}'])
  }
})
