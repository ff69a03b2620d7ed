/** Pages whose modules stand in layers, under require.js (which learns of the layers by `bundles`) and under the core. */
import { gzipSync } from 'node:zlib'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { coreSource, loaderSource } from '../../src/loader.ts'
import {
  real,
  told,
  underCore,
  useLoader,
  runPage,
  type PageOptions,
  type Told,
} from './fake-page.ts'

useLoader()

/** Layers by id below `/static/js/`: texts by module id. */
type Layers = Record<string, Record<string, string>>

const folder = '/static/js/'

function pages(layers: Layers, inline: readonly string[], more: Partial<PageOptions> = {}) {
  const site: Record<string, string> = {}
  const bundles: Record<string, string[]> = {}
  for (const [layer, modules] of Object.entries(layers)) {
    site[`${folder}${layer}.js`] = Object.values(modules).join('\n')
    bundles[layer] = Object.keys(modules)
  }
  // A loader plugin in a file of its own.
  site[`${folder}up.js`] =
    `define({ load: function (name, req, done) { done(name.toUpperCase()) } })`
  const options = { site, ...more }
  const config = `require.config({ baseUrl: '/static/js' });`
  const theirs = (): Told =>
    told(
      runPage({
        ...options,
        loader: real,
        before: `var require = { bundles: ${JSON.stringify(bundles)} }; ${more.before ?? ''}`,
        inline: [config, ...inline],
      }),
    )
  const ours = (): ReturnType<typeof underCore> =>
    underCore(
      { ...options, inline: [config, ...inline] },
      Object.fromEntries(Object.entries(bundles).map(([layer, ids]) => [`js/${layer}.js`, ids])),
      Object.fromEntries(Object.keys(layers).map((layer) => [`js/${layer}.js`, layer])),
    )
  return { theirs, ours }
}

/** Drops the origin, which the core puts before URLs. */
function paths({ urls, log }: Told): Told {
  return { urls: urls.map((url) => url.replace('http://site.test', '')), log }
}

const cases: Record<string, [layers: Layers, inline: string[], more?: Partial<PageOptions>]> = {
  'values, exports, module, cycles, order': [
    {
      main: {
        z: `define('z', [], function () { log('z') })`,
        a: `define('a', ['b', 'exports'], function (b, exports) { log('a', b); exports.a = 1 })`,
        b: `define('b', ['./c', 'require', 'module'], function (c, require, module) { log('b', c, module.id, module.config(), typeof require('require'), require('./c')); module.exports = { late: function () { return require('a') } } })`,
        c: `define('c', ['a', 'd/e'], function (a, e) { log('c', a, e); return 'C' })`,
        'd/e': `define('d/e', ['../f', './g'], function (f, g) { return [f, g] })`,
        f: `define('f', 0)`,
        'd/g': `define('d/g', function () { return this === undefined ? 'no this' : typeof this })`,
      },
    },
    [`require(['a', 'b'], function (a, b) { log(a, b.late() === a, require('c')) })`],
  ],
  'lazy layers, one request for each, local require': [
    {
      main: {
        main: `define('main', ['require'], function (require) { log('main'); require(['./l1', 'l2'], function (a, b) { log('lazy', a, b); require(['l3'], function (c) { log(c) }) }) })`,
      },
      late: {
        l1: `define('l1', ['l2'], function (l) { return 'l1' + l })`,
        l2: `define('l2', [], function () { log('l2'); return 'l2' })`,
      },
      later: { l3: `define('l3', ['l1', 'main'], function (l, m) { return ['l3', l, m] })` },
    },
    [`require(['main'], function (m) { log('page', m) })`],
  ],
  'inline definitions and configurations': [
    { main: { a: `define('a', ['inline'], function (i) { return 'a' + i })` } },
    [
      `define('inline', [], function () { return 'i' })`,
      `requirejs.config({ waitSeconds: 0, paths: { x: 'y' }, deps: ['a'], callback: function (a) { log('callback', a) } })`,
      `requirejs(['a'], function (a) { log(a, require.version === requirejs.version) })`,
      `try { require('nope') } catch (e) { log(e) }`,
    ],
  ],
  'an error without anybody to hear of it': [
    {
      main: {
        a: `define('a', ['b'], function () { log('a') })`,
        b: `define('b', [], function () { throw new Error('boom') })`,
        c: `define('c', [], function () { return 'c' })`,
      },
    },
    [`require(['a'])`, `require(['c'], function (c) { log(c) })`],
  ],
}

/** The same, where the complete loader has to come. */
const beyond: typeof cases = {
  'an errback, and who waits for what has failed': [
    {
      main: {
        a: `define('a', ['b'], function () { log('a') })`,
        b: `define('b', ['c'], function () { log('b'); throw new Error('boom') })`,
        c: `define('c', [], function () { log('c'); return 'c' })`,
      },
    },
    [
      `require(['a', 'c'], function () { log('never') }, function (e) { log('errback', e) })`,
      `require(['b'], function () { log('never') }, function (e) { log('errback 2', e) })`,
      `require(['c'], function (c) { log('other', c) })`,
    ],
  ],
  onError: [
    { main: { a: `define('a', [], function () { throw new Error('boom') })` } },
    [
      `requirejs.onError = function (e) { log('onError', e) }; require(['a']); require(['a'], function () { throw new Error('not mine') })`,
    ],
  ],
  'a layer that is not there': [
    { main: { a: `define('a', ['lost'], function () {})` }, other: { b: `define('b', [], 'b')` } },
    [`require(['a'], null, function (e) { log(e) })`, `require(['b'], function (b) { log(b) })`],
  ],
  'modules of their own files, in CommonJS form': [
    { main: { a: `define('a', ['exports', 'solo'], function (exports, s) { exports.s = s })` } },
    [`require(['a'], function (a) { log(a) })`],
    {
      site: {
        [`${folder}main.js`]: `define('a', ['exports', 'solo'], function (exports, s) { exports.s = s })`,
        [`${folder}solo.js`]: `define(function (require, exports, module) { log(module.id); exports.t = require('two') })`,
        [`${folder}two.js`]: `define(['a'], function (a) { return typeof a })`,
      },
    },
  ],
  'configurations that mean something to modules': [
    {
      main: {
        a: `define('a', ['b', 'module'], function (b, module) { return [b, module.config()] })`,
        b: `define('b', [], function () { return 'b' })`,
      },
    },
    [
      `require(['b'], function (b) { log('before', b) })`,
      `require.config({ config: { a: { x: 1 } }, map: { a: { b: 'real' } }, packages: ['p'] })`,
      `define('real', ['p'], function (p) { return 'real ' + p })`,
      `require(['a'], function (a) { log(a) })`,
    ],
    {
      site: {
        [`${folder}main.js`]: `define('a', ['b', 'module'], function (b, module) { return [b, module.config()] })
define('b', [], function () { return 'b' })`,
        [`${folder}p/main.js`]: `define('p/main', ['./x'], function (x) { return x })`,
        [`${folder}p/x.js`]: `define('p-x')`,
      },
    },
  ],
  'loader plugins': [
    {
      main: {
        a: `define('a', ['up!./x'], function (x) { return x })`,
        up: `define('up', [], function () { return { load: function (name, req, done) { done(name.toUpperCase()) } } })`,
      },
    },
    [`require(['a', 'up!y'], function (a, y) { log(a, y) })`],
  ],
  'a layer that takes too long': [
    { main: { a: `define('a', [], 'a')` }, slow: { s: `define('s', [], 's')` } },
    [
      `require.config({ waitSeconds: 1 }); require(['a', 's'], function () { log('never') }, function (e) { log(e) })`,
    ],
    { delay: (url) => (url.includes('slow') ? 5000 : 10), until: 10_000 },
  ],
  'an anonymous definition of the page': [
    { main: { a: `define('a', [], 'a')` } },
    [`define(function () {})`, `require(['a'], function (a) { log(a) })`],
  ],
}

describe('the core does as require.js does:', () => {
  test.each(Object.entries(cases))('%s', (_name, [layers, inline, more]) => {
    const { theirs, ours } = pages(layers, inline, more)
    const { complete, ...trace } = ours()
    expect(paths(trace)).toEqual(theirs())
    expect(complete).toBe(false)
    expect(trace.log.length).toBeGreaterThan(0)
  })

  test.each(Object.entries(beyond))(
    'with the complete loader: %s',
    (_name, [layers, inline, more]) => {
      const { theirs, ours } = pages(layers, inline, more)
      const { complete, ...trace } = ours()
      expect(paths(trace)).toEqual(theirs())
      expect(complete).toBe(true)
      expect(trace.log.length).toBeGreaterThan(0)
    },
  )
})

const ids = ['a', 'b', 'c', 'd/a', 'd/b', 'd/e/a', 'd/e/b', 'f', 'g', 'h']
/** What modules ask for: in other layers too, relative, and seldom what no layer has. */
const dep = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...ids) },
  { weight: 2, arbitrary: fc.constantFrom('./a', './b', '../a', './e/a', '../../f') },
  { weight: 1, arbitrary: fc.constantFrom('missing', 'up!x', 'up!y') },
)
const shape = fc.record({
  form: fc.constantFrom('array', 'array', 'exports', 'module', 'lazy', 'value', 'throws', 'late'),
  deps: fc.uniqueArray(dep, { maxLength: 4 }),
  layer: fc.integer({ min: 0, max: 2 }),
})
const application = fc.record({
  shapes: fc.array(shape, { minLength: ids.length, maxLength: ids.length }),
  first: fc.uniqueArray(dep, { minLength: 1, maxLength: 3 }),
  second: fc.uniqueArray(dep, { maxLength: 3 }),
  errback: fc.boolean(),
  onError: fc.boolean(),
  config: fc.boolean(),
  delays: fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 5, maxLength: 5 }),
})

type Application = typeof application extends fc.Arbitrary<infer T> ? T : never

function moduleText({ form, deps }: Application['shapes'][number], id: string): string {
  const names = deps.map((_, at) => `v${at}`)
  const tell = `log('run ${id}', [${names.join(', ')}].map(brief))`
  const value = `brief('${id}:' + [${names.join(', ')}].map(brief).join())`
  const call = (list: readonly string[], parameters: readonly string[], body: string): string =>
    `define('${id}', ${JSON.stringify(list)}, function (${parameters.join(', ')}) { ${body} })`
  switch (form) {
    case 'exports':
      return call(['exports', ...deps], ['exports', ...names], `${tell}; exports.name = ${value}`)
    case 'module':
      return call(
        [...deps, 'module'],
        [...names, 'module'],
        `${tell}; log(module.id); module.exports = ${value}`,
      )
    case 'lazy':
      return call(
        ['require'],
        ['require'],
        `log('run ${id}'); require(${JSON.stringify(deps)}, function (${names.join(', ')}) { ${tell} }, function (e) { log('errback ${id}', e) }); return 'n${id}'`,
      )
    case 'late':
      return call(
        ['require', ...deps],
        ['require', ...names],
        `${tell}; return function () { return ${JSON.stringify(deps)}.map(function (d) { try { return brief(require(d)) } catch (e) { return e.message } }) }`,
      )
    case 'value':
      return `define('${id}', { value: '${id}' })`
    case 'throws':
      return call(deps, names, `${tell}; throw new Error('from ${id}')`)
    default:
      return call(deps, names, `${tell}; return ${value}`)
  }
}

function random(app: Application): ReturnType<typeof pages> {
  const layers: Layers = {}
  ids.forEach((id, at) => {
    const one = app.shapes[at]
    if (one) (layers[`layer${one.layer}`] ??= {})[id] = moduleText(one, id)
  })
  const errback = app.errback ? `, function (e) { log('errback', e) }` : ''
  const inline = [
    `brief = function (v) { return (typeof v === 'string' ? v : typeof v === 'object' ? JSON.stringify(Object.keys(v)) : typeof v).slice(0, 60) }
    ${app.onError ? `requirejs.onError = function (e) { log('onError', e) }` : ''}
    require(${JSON.stringify(app.first)}, function () { log('first', [].map.call(arguments, function (v) { return typeof v === 'function' ? v() : brief(v) })) }${errback})`,
    ...(app.config
      ? [`setTimeout(function () { require.config({ config: { a: {} } }) }, 40)`]
      : []),
    `setTimeout(function () { require(${JSON.stringify(app.second)}, function () { log('second', [].map.call(arguments, brief)) }) }, 80)`,
  ]
  const delay = (url: string): number =>
    app.delays[Array.from(url).reduce((sum, c) => sum + c.charCodeAt(0), 0) % 5] ?? 1
  return pages(layers, inline, { delay })
}

/** Without the order, which depends on how long the complete loader takes. */
function sorted({ urls, log }: Told): Told {
  return { urls: [...urls].sort(), log: [...log].sort() }
}

test('a random application in layers does the same under both', { timeout: 120_000 }, () => {
  let alone = 0
  let after = 0
  fc.assert(
    fc.property(application, (app) => {
      const { theirs, ours } = random(app)
      const expected = theirs()
      if (expected.log.some((line) => line.includes('Maximum call'))) return
      const { complete, ...trace } = ours()
      // Whom an error meets depends on the order, under require.js itself.
      if (complete && expected.log.some((line) => /uncaught|errback|onError/.test(line))) return
      if (complete) after++
      else alone++
      const told = complete ? sorted : paths
      expect(told(paths(trace))).toEqual(told(expected))
    }),
    // So many that there are some of either kind: one in twenty takes the way that is taken less often.
    { numRuns: Number(process.env['RUNS'] ?? 400) },
  )
  expect(Math.min(alone, after)).toBeGreaterThan(0)
})

describe('sizes, gzipped:', () => {
  const size = (code: string): number => gzipSync(code, { level: 9 }).length

  test('the core is at most 2 KiB', () => {
    expect(size(coreSource({} as Parameters<typeof coreSource>[0]))).toBeLessThanOrEqual(2048)
  })

  test('the complete loader is at most 6 KiB', () => {
    expect(size(loaderSource({ minify: true, data: {} }))).toBeLessThanOrEqual(6 * 1024)
  })

  test('the complete loader after the core is at most 6.25 KiB', () => {
    const code = loaderSource({ minify: true, afterCore: true, data: {} })
    expect(size(code)).toBeLessThanOrEqual(6.25 * 1024)
  })
})
