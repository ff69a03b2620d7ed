/** What the scan finds in minified scripts is what their trees hold. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { array, assert, constantFrom, letrec, nat, oneof, property, tuple } from 'fast-check'
import { minifySync, parseSync } from 'vite'
import { describe, expect, test } from 'vitest'
import { newerSyntaxInTree } from '../../src/link/newer-syntax.ts'
import { scanNewerSyntax } from '../../src/link/scan.ts'

const require = createRequire(import.meta.url)

function minified(code: string, removeWhitespace = true): string {
  return minifySync('script.js', code, {
    module: false,
    compress: { target: 'es2015' },
    mangle: { toplevel: false },
    codegen: { legalComments: 'none', removeWhitespace },
  }).code
}

describe.each([
  'jquery/dist/jquery.js',
  'jquery/dist/jquery.slim.js',
  'lodash-amd/main.js',
  'underscore/underscore-umd.js',
  'requirejs/require.js',
  'requirejs/bin/r.js',
  'almond/almond.js',
  'requirejs-text/text.js',
])('%s', (name) => {
  const code = readFileSync(require.resolve(name), 'utf8').replace(/^#!.*/, '')

  test.each([true, false])('minified without white space: %s', (removeWhitespace) => {
    const small = minified(code, removeWhitespace)
    const found = scanNewerSyntax(small)
    expect(found === undefined).toBe(false)
    expect(found).toEqual(newerSyntaxInTree('script.js', small))
  })
})

describe('a script', () => {
  test.each([
    ['`a`', 1],
    ['return_(`a`)/b/c', 1],
    ['a={b,c:d?{e}:{f:g},h}', 3],
    ['switch(a){case b?c:d:{e}case`f`:{a,b}default:{c}}', 1],
    ['l:{a,b}for(;;){a,b}', 0],
    ['if(a)/`/.test(b);else/[`/]/.test(b)', 0],
    ['a=b\n/c/`d`.e', 1],
    ['a++/b/`c`', 1],
    ['a={get b(){return`c`},set b(c){},get:1,set:2,if:3,"d":{a}}', 2],
    ['var a=function(){}\n`b`', undefined],
    ['function a(){}/b/.test(`c`)', undefined],
    ['a=`b${c}`', undefined],
    ['a=()=>`b`', undefined],
    ['a=[...b]', undefined],
    ['a?.b', undefined],
    ['a?.5:`b`', 1],
    ['a??`b`', undefined],
    ['a={b(){}}', undefined],
    ['a={[b]:`c`}', undefined],
    ['({a=1}=b)', undefined],
    ['class A{}', undefined],
    ['function*a(){yield`b`}', undefined],
    ['async function a(){await`b`}', undefined],
    ['({a}=b)', 1],
    ['for(var a of{b}){}', undefined],
    ['a.class={b};a.of`c`', 1],
    ['do{a}while(b)/c/.test(`d`)', 1],
    ['try{a}catch(b){c}finally{d}', 0],
    ['a=1..b,c=.5,d=0x1e+{e}', 1],
    ['a/*`b`*/={b}//`c`', 1],
    ['a={\u00e9,b:\u00e9}', 1],
    ['a=\\u0061', undefined],
    ['throw{a}', 1],
    ['a:b:{c,d}', 0],
    ['a`b`', 0],
    ['a[b]`c`;(a)`c`', 0],
    ['return{a}', undefined],
  ])('%s', (code, count) => {
    const found = scanNewerSyntax(code)
    expect(found?.length).toBe(code.startsWith('return{') ? 1 : count)
    if (parseSync('a.js', code, { sourceType: 'script' }).errors.length > 0) return
    const tree = newerSyntaxInTree('a.js', code)
    expect(found ?? tree).toEqual(tree)
  })
})

test('whatever the minifier prints of ES5', () => {
  const name = constantFrom('a', 'b', 'c', 'get', 'set')
  const { statement } = letrec<{ statement: string; expression: string }>((tie) => ({
    expression: oneof(
      { depthSize: 'small' },
      name,
      constantFrom("'a`b'", '"it\'s"', "'${x}'", '/[`/}]/g', '1.5', 'this', '{}/1'),
      tuple(name, tie('expression')).map(
        ([key, value]) => `({${key}:${value},get z(){return ${key}},${key}1:${key}1})`,
      ),
      tuple(tie('expression'), tie('expression'), tie('expression')).map(
        ([test_, yes, no]) => `((${test_})?(${yes}):(${no}))`,
      ),
      tuple(tie('expression'), constantFrom('/', '+', '&&', 'in', ',', '<'), tie('expression')).map(
        ([left, sign, right]) => `((${left}) ${sign} (${right}))`,
      ),
      tuple(name, tie('expression')).map(([callee, value]) => `${callee}(${value})[${value}].if`),
      tie('statement').map((body) => `(function(a,b){${body}})`),
      name.map((value) => `${value}++`),
    ),
    statement: oneof(
      { depthSize: 'small' },
      tie('expression').map((value) => `x(${value});`),
      tie('expression').map((value) => `var q=${value};x(q);`),
      tuple(tie('expression'), tie('statement'), tie('statement')).map(
        ([value, yes, no]) => `if(${value}){${yes}}else{${no}}`,
      ),
      tuple(tie('expression'), tie('statement')).map(
        ([value, body]) => `switch(${value}){case ${value}:{${body}break}default:${body}}`,
      ),
      tuple(nat(), tie('expression'), tie('statement')).map(
        ([at, value, body]) => `l${at}:for(;${value};){${body}continue l${at}}`,
      ),
      tuple(tie('statement'), tie('statement')).map(
        ([body, caught]) => `try{${body}}catch(e){${caught}x({e:e})}`,
      ),
      tuple(tie('expression'), tie('statement')).map(
        ([value, body]) => `do{${body}}while(${value})`,
      ),
    ),
  }))
  let read = 0
  assert(
    property(array(statement, { minLength: 1, maxLength: 6 }), (body) => {
      const code = body.join('').replaceAll('{}/1', '({})/1')
      if (parseSync('a.js', code, { sourceType: 'script' }).errors.length > 0) return
      const small = minified(code)
      const found = scanNewerSyntax(small)
      if (found === undefined) return
      read++
      expect(found).toEqual(newerSyntaxInTree('a.js', small))
    }),
    { numRuns: 400 },
  )
  expect(read).toBeGreaterThan(50)
})
