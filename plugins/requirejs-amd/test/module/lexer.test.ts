/** What the lexer reads is what the parser reads. */
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { array, assert, constantFrom, property, string, stringMatching, tuple } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readTree } from '../../src/module/analyze.ts'
import { readPlain } from '../../src/module/lexer.ts'

const require = createRequire(import.meta.url)

describe('a plain module', () => {
  test.each([
    "define(['a','b'],function(a,b){return a})",
    "define([], function () {\n  'use strict'\n  return 1\n});\n",
    "define('name', ['a'], function named(a) { return { b: 1 } });",
    '/* @license */ // more\ndefine( /* deps */ [ "a", // one\n \'b\', ] , function (a, b) { } ) ;',
    'define(function () { return {} })',
    "define(function (require, exports, module) { var a = require('a'), b = require( \"b\" ); exports.c = require('a') })",
    "define(function(require){ // require('no')\n return require('./x') })",
    "define(['a'], function (a) { return function () { return /[)}]/.test('})') } })",
    "define(['a'], function (a) { return `})${a}` })",
  ])('%# is read without a tree', (code) => {
    expect(readPlain(code)).toEqual(readTree(code, 'a.js'))
  })
})

describe('what is not plain', () => {
  test.each([
    "define(['a'],function(a){}); go({})",
    'define([],function(){},{})',
    "define(['a'],function(a){ require(['b']) })",
    "define(['require'],function(require){ require.toUrl('b') })",
    "define(function(req){ return req('a') })",
    'define(function(require){ return load(require) })',
    "define(name,['a'],function(a){})",
    "define(['a'+b],function(a){})",
    'define({})',
    'define([],()=>1)',
    "'use strict'; define([],function(){})",
    'var a; define([],function(){})',
    'define([],function(){ if (define.amd) {} })',
    'define([],function(){ return {',
    'define([],function(){ return 1 2 })',
    'define([],function(a = {}){})',
    'define([],function(){}.bind({}))',
    "define(['\\x61'],function(){})",
    'export default 1; define([],function(){})',
  ])('is left to the parser: %s', (code) => {
    expect(readPlain(code)).toBeUndefined()
  })
})

test('they agree on whatever is plain', () => {
  const id = stringMatching(/^[\w./!-]{1,8}$/)
  const body = array(
    constantFrom(
      'return a;',
      "'use strict';",
      "var s='})';",
      '/* }) */',
      '// })\n',
      'if(a){b()}',
      'x=/[})]/;',
      "require('z');",
      '`${1}`;',
      '{',
      '}',
      ')',
    ),
    { maxLength: 6 },
  )
  const module = tuple(
    array(id, { maxLength: 3 }),
    body,
    constantFrom('', ';', '\n', ' // end', '/* end */', '});'),
    string(),
  )
  assert(
    property(module, ([deps, statements, end, comment]) => {
      const code = `/*${comment.replaceAll('*/', '')}*/define([${deps.map((dep) => `'${dep}'`).join()}],function(a){${statements.join('')}})${end}`
      const plain = readPlain(code)
      const read = plain && readTree(code, 'a.js')
      expect(plain).toEqual(read)
    }),
    { numRuns: 2_000 },
  )
})

test.each([
  "/* defineA */ define(['a'], function (a) {})",
  "// ['a'] is undefined\ndefine(['a'], function (a) {})",
  `define(/* ['a'] */ '[]', /* ['a'] */ ['a'], function (a) {})`,
  `define("['a']", ['a'], function (a) {})`,
])('they agree on the places in %s', (code) => {
  expect(readPlain(code)).toEqual(readTree(code, 'a.js'))
})

test('they agree on jQuery and lodash, most of whose modules are plain', () => {
  const roots = [
    join(dirname(require.resolve('jquery/package.json')), 'src'),
    dirname(require.resolve('lodash-amd/package.json')),
  ]
  const sources = roots.flatMap((root) =>
    readdirSync(root, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.js'))
      .map((name) => readFileSync(join(root, name), 'utf8')),
  )
  const plain = sources.filter((code) => readPlain(code))
  for (const code of plain) expect(readPlain(code)).toEqual(readTree(code, 'a.js'))
  expect(plain.length / sources.length).toBeGreaterThan(0.6)
})
