/** The same pages under require.js and under our loader: values, order, errors, requests. */
import { describe, expect, test } from 'vitest'
import { both, underCore, useLoader, type PageOptions } from './fake-page.ts'

useLoader()

const js = '/page/js'

/** A page with `data-main="js/main"`, whose sources are given by id. */
function site(modules: Record<string, string>, more: Partial<PageOptions> = {}) {
  return {
    dataMain: 'js/main',
    site: Object.fromEntries(Object.entries(modules).map(([id, text]) => [`${js}/${id}.js`, text])),
    ...more,
  }
}

const pages: Record<string, ReturnType<typeof site>> = {
  'every form of define': site({
    main: `require(['a', 'b', 'c', 'd', 'e', 'f', 'g'], function (a, b, c, d, e, f, g) {
      log(a, b, c, d, e, f, g); log(typeof define.amd, require('n1'), require('n2')) })`,
    a: `define(['b'], function (b) { log('a'); return { b: b } })`,
    b: `define(function () { log('b'); return 0 })`,
    c: `define({ c: 1 })`,
    d: `define(function () { return 'x' })`,
    e: `define(function (require, exports, module) { log(module.id, module.uri); exports.a = require('a') })`,
    f: `define(function (req, exports, module) { module.exports = function () {} })`,
    g: `define('n1', [], 1); define('n2', ['n1'], function (n) { return n + 1 }); define('g', ['n2', 'n1'], function (n) { return n })`,
  }),
  'CommonJS sugar with comments, renamed parameters and conditional requires': site({
    main: `require(['a'], function (a) { log(a) })`,
    a: `define(function (require) {
      // require('no1')
      /* require('no2') */
      var url = 'http://x'; if (0) require('b')
      var c = require( "c" ); return [c, foo.require('no3')] })`,
    b: `var foo = { require: function () { return 3 } }; define(function () { log('b'); return 'b' })`,
    c: `define(function (r, e) { log('c', typeof r, typeof e); e.c = 1 })`,
  }),
  cycles: site({
    main: `require(['a', 'x', 'late1'], function (a, x, l) { log(a, x, l.get()) })`,
    a: `define(['b'], function (b) { log('a', b); return 'A' + b })`,
    b: `define(['c'], function (c) { log('b', c); return 'B' + c })`,
    c: `define(['a', 'd'], function (a, d) { log('c', a, d); return 'C' + a + d })`,
    d: `define(function () { return 'D' })`,
    x: `define(['exports', 'y'], function (exports, y) { exports.x = 1; exports.y = Object.keys(y) })`,
    y: `define(['exports', 'x'], function (exports, x) { exports.y = 1; exports.x = Object.keys(x) })`,
    late1: `define(['require', 'late2'], function (require, l) { return { get: function () { return require('late2').name } } })`,
    late2: `define(['require', 'late1'], function (require) { return { name: 'late' } })`,
  }),
  'configuration: paths, packages, map, config, shim, urlArgs': site(
    {
      main: `require.config({ waitSeconds: 3, paths: { lib: '/page/js/lib', 'lib/sub': 'other' }, packages: ['p', { name: 'q', location: 'pq', main: './index.js' }],
          map: { '*': { old: 'new1' }, 'm': { 'old': 'new2' }, 'm/deep': { n: 'n2' } }, config: { m: { k: 1 } },
          shim: { g1: ['g2'], g2: { exports: 'G2.v' }, g3: { deps: ['g1'], init: function (g) { return { g: typeof g, v: G2.v } } } } })
        require(['lib/a', 'lib/sub/b', 'p', 'q', 'm', 'm/deep/er', 'old', 'g1', 'g3'], function () {
          log([].slice.call(arguments)); log(require.toUrl('lib/x.css'), require.toUrl('./a'), require.toUrl('p/x.html?y'), require.toUrl('../up.png')) })`,
      'lib/a': `define(function () { return 'lib a' })`,
      'other/b': `define(['module'], function (m) { return m.id + m.uri })`,
      'p/main': `define(['./util', 'require'], function (u, require) { return u + require.toUrl('./t.html') })`,
      'p/util': `define(function () { return 'pu' })`,
      'pq/index': `define(['./util'], function (u) { return u })`,
      'pq/util': `define(function () { return 'qu' })`,
      m: `define(['old', 'module'], function (o, m) { return [o, m.config()] })`,
      'm/deep/er': `define(['n'], function (n) { return n })`,
      new1: `define(function () { return 'one' })`,
      new2: `define(function () { return 'two' })`,
      n2: `define(function () { return 'n2' })`,
      g1: `log('g1', typeof G2)`,
      g2: `var G2 = { v: 7 }`,
      g3: `log('g3')`,
    },
    { before: `var require = { urlArgs: 'v=1' }` },
  ),
  'lazy require, sync require, errors': site({
    main: `require(['a'], function (a) {
        log(a); try { require('nope') } catch (e) { log(e) }
        try { require('a', function () {}) } catch (e) { log(e) }
        log(require.defined('a'), require.defined('b'), require.specified('b'), require.specified('zz'))
        require(['b'], function (b) { log(b) })
        require(['gone', 'b'], function () {}, function (e) { log('errback', e); require.undef('gone') })
        require(['needsgone'], function () {}, function (e) { log('errback2', e) })
        require(['throws'], function () {}, function (e) { log('errback3', e) })
        require(['throws2'])
      })`,
    a: `define(['require'], function (require) { require(['./b'], function (b) { log('in a', b) }); return 'a' })`,
    b: `define(function () { log('b runs'); return 'b' })`,
    needsgone: `define(['gone2'], function () {})`,
    throws: `define(function () { throw new Error('boom') })`,
    throws2: `define(function () { throw new Error('bang') })`,
  }),
  'global onError and onResourceLoad': site({
    main: `requirejs.onError = function (e) { log('onError', e) }
      requirejs.onResourceLoad = function (ctx, map, deps) { log('loaded', ctx.contextName, map.id, map.url, deps.map(function (d) { return d.id })) }
      require(['a', 'gone', 'bad'], function () { log('never') })`,
    a: `define(['b', 'exports'], function () {})`,
    b: `define(1)`,
    bad: `define(function () { throw new Error('bad') })`,
  }),
  'fallback paths, bundles, enforceDefine, nodeIdCompat': site({
    main: `define(1); require.config({ enforceDefine: true, nodeIdCompat: true, paths: { f: ['no1', 'no2', 'yes'] }, bundles: { pack: ['in1', 'in2', 'plug!res'] }, shim: { has: { exports: 'HAS' }, hasnot: { exports: 'HASNOT' } } })
      require(['f', 'in2', 'in1.js', 'a.js', 'a', 'has'], function () { log([].slice.call(arguments)) }, function (e) { log(e) })
      require(['hasnot'], null, function (e) { log(e) }); require(['plain'], null, function (e) { log(e) })`,
    yes: `define(function () { return 'fallback' })`,
    pack: `define('in1', ['in2'], function (x) { return 'in1' + x }); define('in2', function () { return 'in2' })`,
    a: `define(function (require, exports, module) { return module.id })`,
    has: `HAS = 1`,
    hasnot: ``,
    plain: ``,
  }),
  'loader plugins: normalize, load, error, fromText, cycles through plugins': site({
    main: `require(['up!./x', 'm/a', 'sub/up!y', 'txt!foo', 'fail!z'], function () { log([].slice.call(arguments)) }, function (e) { log(e) })
      require(['up!./x', 'm/a', 'sub/up!y', 'txt!foo'], function () { log([].slice.call(arguments)); log(require('up!X:x'), require.defined('up!X:x')) })`,
    up: `define(['dep'], { normalize: function (n, norm) { return n.indexOf('X:') ? 'X:' + norm(n) : n }, load: function (n, req, done, config) { log('load', n, req.toUrl('./u')); done(n.toUpperCase()) } })`,
    dep: `define(1)`,
    'm/a': `define(['up!./x', 'up!../x', 'sub/up!./q'], function (a, b, c) { return [a, b, c] })`,
    'sub/up': `define({ load: function (n, req, done) { req(['slow'], function (s) { done(n + s) }) } })`,
    slow: `define(function () { return '!slow' })`,
    txt: `define({ load: function (n, req, done) { done.fromText("define(['dep', 'module'], function (d, m) { return [d, m.id] })") } })`,
    fail: `define({ load: function (n, req, done) { done.error(new Error('failed ' + n)) } })`,
  }),
  contexts: site({
    main: `var one = require.config({ context: 'one', baseUrl: 'js', paths: { v: 'v1' } })
      var two = require.config({ context: 'two', baseUrl: 'js/', paths: { v: 'v2' } })
      one(['require', 'v'], function (require, v) { log('one', v, Object.keys(requirejs.s.contexts)) })
      two(['require', 'v', 'w'], function (require, v, w) { log('two', v, w, require('v')) })`,
    v1: `define(function () { return 'version 1' })`,
    v2: `define(function () { return 'version 2' })`,
    w: `define(['v'], function (v) { return 'w with ' + v })`,
  }),
  'undef, then loading again': site({
    main: `require(['a'], function (a) { log(a); require.undef('a'); log(require.defined('a'))
      require(['a'], function (b) { log(b) }) })`,
    a: `var count = (typeof count === 'undefined' ? 0 : count) + 1; define(function () { return count })`,
  }),
  'a configuration before the loader, with deps and callback': {
    before: `var require = { baseUrl: 'js', deps: ['a'], callback: function (a) { log('callback', a) }, config: { a: { x: 1 } } }`,
    site: { [`${js}/a.js`]: `define(['module'], function (m) { return m.config() })` },
  } as unknown as ReturnType<typeof site>,
  'inline scripts after plain script tags': {
    inline: [
      `require.config({ baseUrl: 'js' })`,
      `define('common', ['rest'], function (r) { log('common'); return 'common' + r }); define('never', function () { log('never') })`,
      `require(['common'], function (c) { log(c, require.specified('never'), require.defined('never')) })`,
    ],
    site: { [`${js}/rest.js`]: `define(function () { return 'rest' })` },
  } as unknown as ReturnType<typeof site>,
  'a mismatched anonymous define': {
    inline: [`define(function () {})`, `require(['x'], function () { log('x') })`],
    site: { '/page/x.js': 'define(1)' },
  } as unknown as ReturnType<typeof site>,
  'loads that take too long': site(
    {
      main: `require.config({ waitSeconds: 1 }); require(['slow', 'quick'], function () { log('never') }, function (e) { log(e) })`,
      slow: `define(1)`,
      quick: `define(2)`,
    },
    { delay: (url) => (url.includes('slow') ? 5000 : 10), until: 10_000 },
  ),
  'hooks: nextTick, createNode, onNodeCreated, load, execCb': site({
    main: `var ctx = requirejs.s.contexts._
      ctx.nextTick = function (fn) { log('tick'); fn() }
      var create = requirejs.createNode; requirejs.createNode = function (config, id, url) { log('create', id, url); return create.apply(this, arguments) }
      require.config({ onNodeCreated: function (node, config, id, url) { log('node', node.type, node.async, node.getAttribute('data-requiremodule'), id, url) }, scriptType: 'text/x' })
      var exec = ctx.execCb; ctx.execCb = function (id, cb, args, exports) { log('exec', id, args); return exec.apply(this, arguments) }
      require(['a'], function (a) { log(a, Object.keys(ctx.defined), Object.keys(ctx.registry), ctx.urlFetched, ctx.config.baseUrl) })`,
    a: `define(['b'], function (b) { return b })`,
    b: `define(1)`,
  }),
  'odd dependencies': site({
    main: `require(['', 'a', './a', '../js/a', 'sub/../a', 'hasOwnProperty', 'constructor', '/page/js/abs.js', 'q?x=1', 'a.js'], function () { log([].slice.call(arguments)) }, function (e) { log(e) })`,
    a: `define(function (require, exports, module) { return 'a as ' + module.id })`,
    hasOwnProperty: `define(function () { return 'hop' })`,
    constructor: `define(function () { return 'ctor' })`,
    abs: `define(['./a'], function (a) { return 'abs ' + a })`,
  }),
}

/** What the core cannot do, for it is asked for at once; a build that sees it takes the complete loader. */
const surface = /require(?:js)?\.(?:toUrl|defined|specified|undef|s\b|onResourceLoad|createNode)/

describe('the core and the complete loader after it do as require.js does:', () => {
  const waiting = Object.entries(pages).filter(
    ([, page]) => !surface.test(JSON.stringify([page.site, page.inline])),
  )

  test.each(waiting)('%s', (_name, page) => {
    const [theirs] = both(page)
    const { complete, ...ours } = underCore(page)
    expect(complete).toBe(true)
    expect(ours).toEqual(theirs)
  })
})

describe('the loader does as require.js does:', () => {
  test.each(Object.entries(pages))('%s', (_name, page) => {
    const [theirs, ours] = both(page)
    expect(ours).toEqual(theirs)
    expect(theirs.log.length).toBeGreaterThan(0)
  })
})
