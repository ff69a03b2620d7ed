import { cpSync, mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { array, assert, asyncProperty, constantFrom, nat, record, uniqueArray } from 'fast-check'
import { expect, test } from 'vitest'
import { absoluteId } from '../../src/link/module.ts'
import { newSyntax } from './es5.ts'
import { visit, type Visit } from './page.ts'
import { Site } from './site.ts'

const require = createRequire(import.meta.url)
const MAIN = [{ src: 'js/lib/require.js', main: 'js/main' }]

/** A form in which a module is written, given its id, its dependencies and what it says. */
type Form = (id: string, deps: readonly string[], body: string) => string

const list = (deps: readonly string[]): string => deps.map((dep) => `'${dep}'`).join(',')
const names = (deps: readonly string[]): string => deps.map((_, at) => `d${at}`).join(',')
const values = (deps: readonly string[]): string => deps.map((_, at) => `d${at}`).join(',')

const forms: readonly Form[] = [
  (_, deps, body) =>
    `define([${list(deps)}],function(${names(deps)}){${body}return say([${values(deps)}])});`,
  (id, deps, body) =>
    `define('${id}',[${list(deps)}],function(${names(deps)}){${body}return say([${values(deps)}])});`,
  (_, deps, body) =>
    `define(function(require,exports){${deps.map((dep, at) => `var d${at}=require('${dep}');`).join('')}${body}exports.v=say([${values(deps)}])})`,
  (_, deps, body) =>
    `(function(factory){typeof define==='function'&&define.amd?define([${list(deps)}],factory):factory()})(function(${names(deps)}){${body}return say([${values(deps)}])})`,
  (_, deps, body) =>
    `'use strict'\ndefine(['exports'${deps.map((dep) => `,'${dep}'`).join('')}],function(exports${deps.map((_dep, at) => `,d${at}`).join('')}){${body}exports.v=say([${values(deps)}])})`,
  (_, deps, body) =>
    `var shared=1;define([${list(deps)}],function(${names(deps)}){${body}return function(){return say([${values(deps)}])}});`,
]

const graph = uniqueArray(
  record({ folder: constantFrom('', 'a/', 'a/b/', 'c/'), number: nat(99) }),
  { minLength: 2, maxLength: 14, selector: ({ folder, number }) => `${folder}m${number}` },
).chain((places) => {
  const ids = places.map(({ folder, number }) => `${folder}m${number}`)
  return record({
    form: array(nat(forms.length - 1), { minLength: ids.length, maxLength: ids.length }),
    // Mostly to earlier modules, at times to any: then there may be a cycle.
    deps: array(
      array(record({ to: nat(99), any: constantFrom(false, false, false, true) }), {
        maxLength: 4,
      }),
      {
        minLength: ids.length,
        maxLength: ids.length,
      },
    ),
    layered: array(constantFrom(true, false), { minLength: ids.length, maxLength: ids.length }),
  }).map(({ form, deps, layered }) => ({ ids, form, deps, layered }))
})

test('random graphs run as after r.js', { timeout: 120_000 }, async () => {
  await assert(
    asyncProperty(graph, async ({ ids, form, deps, layered }) => {
      const files = ids.map((id, at): [string, string] => {
        const own = [
          ...new Set(
            (deps[at] ?? []).flatMap(({ to, any }) => {
              const other = any ? ids[to % ids.length] : ids[at === 0 ? -1 : to % at]
              return other === undefined || other === id ? [] : [other]
            }),
          ),
        ]
        const write = forms[form[at] ?? 0] ?? forms[0]
        return [`js/${id}.js`, write?.(id, own, `trace.push('${id}');`) ?? '']
      })
      const wanted = ids.filter((_, at) => layered[at])
      using site = new Site({
        ...Object.fromEntries(files),
        'js/main.js': `window.say=function(v){return JSON.stringify(v.map(function(e){return typeof e==='function'?e():e}))};require([${list(ids)}],function(){trace.push([].map.call(arguments,function(v){return typeof v==='function'?v():v}))});`,
        '/build.js': `({appDir:'www',baseUrl:'js',dir:'www-built',optimize:'none',modules:[{name:'common',create:true,include:[${list(wanted)}]},{name:'main',exclude:['common']}]})`,
        'js/common.js': '',
      })
      const page = [{ text: 'window.say=function(v){return JSON.stringify(v)}' }, ...MAIN]
      // Where a cycle is broken depends on how modules come, so require.js is told of the layer that our loader knows.
      const bundles = `var require={bundles:{common:[${list(wanted)}]}}`
      const rjs = await visit(await site.rjs(), [{ text: bundles }, ...page])
      const text = readFileSync(join(site.root, 'build.js'), 'utf8')
      const small = await site.ours({
        // oxlint-disable-next-line typescript/no-implied-eval -- a build file is an expression
        build: new Function(`return ${text.replace("optimize:'none',", '')}`)(),
      })
      const ours = await visit(small, page)
      expect(ours.errors).toEqual(rjs.errors)
      // After an error it is the network that says what comes last.
      const end = (page: Visit): string => (rjs.errors.length > 0 ? '' : last(page.trace))
      expect(end(ours)).toEqual(end(rjs))
      expect(ours.trace.map(String).sort()).toEqual(rjs.trace.map(String).sort())
      const scripts = [...small].filter(([name]) => name.endsWith('.js'))
      expect(scripts.flatMap(([, code]) => newSyntax(code))).toEqual([])
    }),
    { numRuns: 12 },
  )
})

function last(trace: readonly unknown[]): string {
  return JSON.stringify(trace.at(-1))
}

test.each([
  [
    'lodash-amd',
    'lodash',
    "require(['lodash/main','lodash/chunk','lodash/template'],function(_,chunk,template){trace.push(_.VERSION,chunk([1,2,3],2),template('<%= a %>!')({a:1}),_.map([1,2],function(n){return n*2}))})",
  ],
  [
    'lodash-amd',
    'lodash',
    "require(['lodash/debounce','lodash/merge','lodash/curry','lodash/isEqual'],function(d,merge,curry,eq){trace.push(merge({a:{b:1}},{a:{c:2}}),curry(function(a,b){return a+b})(1)(2),eq([1,{a:2}],[1,{a:2}]))})",
  ],
])('%s builds from its own sources and runs (%#)', async (pkg, folder, main) => {
  using site = new Site({
    'js/main.js': main,
    '/build.js': `({appDir:'www',baseUrl:'js',dir:'www-built',modules:[{name:'main'}]})`,
  })
  const to = join(site.root, 'www/js', folder)
  mkdirSync(to, { recursive: true })
  cpSync(dirname(require.resolve(`${pkg}/package.json`)), to, { recursive: true })
  const before = await visit(site.sources(), MAIN)
  const output = await site.ours()
  const after = await visit(output, MAIN)
  expect(after.errors).toEqual([])
  expect(JSON.stringify(after.trace)).toBe(JSON.stringify(before.trace))
  expect(after.trace.length).toBeGreaterThan(2)
  expect(after.loaded).toEqual(['js/main.js'])
  expect(newSyntax(output.get('js/main.js') ?? '')).toEqual([])
})

test('statements before a definition stay global, and do not keep its module out of the table', async () => {
  const module = (at: number): string =>
    `if (!!!templates) var templates = {};\ncount = (window.count || 0) + ${at}\ndefine([${at > 0 ? `'m${at - 1}'` : ''}],function(){trace.push(${at});return typeof templates});`
  using site = new Site({
    ...Object.fromEntries(Array.from({ length: 6 }, (_, at) => [`js/m${at}.js`, module(at)])),
    'js/guarded.js': 'if (window.count) define(function(){return "guarded"});',
    'js/main.js': "require(['m5','guarded'],function(m,g){trace.push(m,g,count,templates)})",
    '/build.js': `({appDir:'www',baseUrl:'js',dir:'www-built',modules:[{name:'main'}]})`,
  })
  const before = await visit(site.sources(), MAIN)
  const output = await site.ours()
  const after = await visit(output, MAIN)
  expect(JSON.stringify(after.trace)).toBe(JSON.stringify(before.trace))
  expect(output.get('js/main.js')).not.toMatch(/define\("m2"/)
})

test('jquery’s src has the modules, dependencies and order that r.js gives it', async () => {
  using site = new Site({
    'js/main.js': "define(['jquery/jquery'],function(){});",
    '/build.js': `({appDir:'www',baseUrl:'js',dir:'www-built',optimize:'none',modules:[{name:'main'}]})`,
  })
  const from = join(dirname(require.resolve('jquery/package.json')), 'src')
  cpSync(from, join(site.root, 'www/js/jquery'), { recursive: true })
  const rjs = definitions((await site.rjs()).get('js/main.js') ?? '')
  const readable = definitions((await site.ours()).get('js/main.js') ?? '')
  const small = await site.ours({
    build: { appDir: 'www', baseUrl: 'js', dir: 'www-built', modules: [{ name: 'main' }] },
  })
  expect(rjs.length).toBeGreaterThan(100)
  expect(readable).toEqual(rjs)
  expect(definitions(small.get('js/main.js') ?? '')).toEqual(rjs)
  expect(newSyntax(small.get('js/main.js') ?? '')).toEqual([])
})

/** What a layer defines: ids, and dependencies without their dots. */
function definitions(code: string): readonly (readonly [string, readonly string[]])[] {
  const seen: (readonly [string, readonly string[]])[] = []
  // oxlint-disable-next-line typescript/no-implied-eval -- the test runs what was built
  new Function('define', code)((id: string, deps: unknown) => {
    const list = Array.isArray(deps) ? deps.map((dep) => absoluteId(String(dep), id)) : []
    seen.push([id, list])
  })
  return seen
}
