/** Random applications under require.js and under our loader. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { both, useLoader, type PageOptions } from './fake-page.ts'

useLoader()

const ids = ['a', 'b', 'c', 'd/a', 'd/b', 'd/e/a', 'd/e/b', 'p/main', 'p/util', 'q/lib/index']
/** What modules may ask for: ids, relative ids, packages, mapped and missing ones, resources of a plugin. */
const asked = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...ids) },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      './a',
      './b',
      '../a',
      './e/a',
      '../../b',
      'p',
      'q',
      'old',
      'alias/a',
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('missing', 'up!a', 'up!./b', 'flat!c', 'a.js', 'named', 'shimmed'),
  },
)
const form = fc.constantFrom(
  'array',
  'exports',
  'sugar',
  'sugarExports',
  'module',
  'value',
  'nested',
  'throws',
)

interface Source {
  form: string
  deps: string[]
}

const source: fc.Arbitrary<Source> = fc.record({
  form: fc.oneof({ weight: 9, arbitrary: form }, { weight: 1, arbitrary: fc.constant('twice') }),
  deps: fc.uniqueArray(asked, { maxLength: 4 }),
})

/** A module that writes down when it runs and with what. */
function text({ form, deps }: Source, at: number): string {
  const list = JSON.stringify(deps)
  const names = deps.map((_, i) => `v${i}`).join(', ')
  const tell = `log('run ${at}', [${names}].map(brief))`
  const value = `brief('${at}:' + [${names}].map(brief).join())`
  const requires = deps.map((dep, i) => `var v${i} = require('${dep}');`).join(' ')
  switch (form) {
    case 'exports':
      return `define(${JSON.stringify(['exports', ...deps])}, function (exports, ${names || 'none'}) { ${tell}; exports.name = ${value} })`
    case 'module':
      return `define(${JSON.stringify([...deps, 'module', 'require'])}, function (${[...deps.map((_, i) => `v${i}`), 'module', 'require'].join(', ')}) { ${tell}; log(module.id, module.uri, require.toUrl('./x.css')); module.exports = ${value} })`
    case 'sugar':
      return `define(function (require) { ${requires} ${tell}; return ${value} })`
    case 'sugarExports':
      return `define(function (require, exports, module) { exports.early = 1; ${requires} ${tell}; exports.name = ${value} })`
    case 'value':
      return `define({ value: ${at} })`
    case 'nested':
      return `define(['require'], function (require) { log('run ${at}'); require(${list}, function (${names}) { ${tell} }, function (e) { log('errback ${at}', e) }); return 'n${at}' })`
    case 'throws':
      return `define(${list}, function (${names}) { ${tell}; throw new Error('from ${at}') })`
    case 'twice':
      return `define('named', [], function () { log('named'); return 'named${at}' }); define(${list}, function (${names}) { ${tell}; return ${value} })`
    default:
      return `define(${list}, function (${names}) { ${tell}; return ${value} })`
  }
}

const config = fc.record({
  map: fc.option(
    fc.dictionary(
      fc.constantFrom('*', 'a', 'd', 'd/e', 'p/main'),
      fc.dictionary(
        fc.constantFrom('old', 'a', 'd', 'd/a', 'up'),
        fc.constantFrom('b', 'd/b', 'p', 'up!a', 'd/e'),
        { maxKeys: 2 },
      ),
      { maxKeys: 2 },
    ),
    { nil: undefined },
  ),
  paths: fc.constantFrom({ alias: 'd' }, { alias: 'd/e', 'alias/a': 'b' }, { alias: ['no', 'd'] }),
  packages: fc.constantFrom([], ['p', { name: 'q', location: 'q/lib', main: './index.js' }]),
  shim: fc.constantFrom(
    {},
    { shimmed: { deps: ['a'], exports: 'SHIM.v' } },
    { shimmed: ['b', 'c'], a: ['b'] },
  ),
  nodeIdCompat: fc.boolean(),
})

const application = fc.record({
  sources: fc.array(source, { minLength: ids.length, maxLength: ids.length }),
  config,
  first: fc.uniqueArray(asked, { minLength: 1, maxLength: 3 }),
  second: fc.uniqueArray(asked, { maxLength: 3 }),
  onError: fc.boolean(),
  delays: fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 5, maxLength: 5 }),
})

function page(
  app: typeof application extends fc.Arbitrary<infer T> ? T : never,
): Omit<PageOptions, 'loader'> {
  const js = '/page/js/'
  const site: Record<string, string> = {}
  ids.forEach((id, at) => {
    site[`${js}${id}.js`] = text(app.sources[at] ?? { form: 'value', deps: [] }, at)
  })
  site[`${js}shimmed.js`] = `log('shimmed'); SHIM = { v: 'shim' }`
  site[`${js}up.js`] =
    `define(['c'], function (c) { return { normalize: function (n, norm) { return norm(n) }, load: function (n, req, done, config) { log('up', n); req([n], function (v) { done('up ' + brief(v)) }, done.error) } } })`
  site[`${js}flat.js`] =
    `define({ load: function (n, req, done) { log('flat', n, req.toUrl(n)); done.fromText('define(["b"], function (b) { return "text " + brief(b) })') } })`
  site[`${js}main.js`] = `
    brief = function (v) { return (typeof v === 'string' ? v : typeof v === 'object' ? JSON.stringify(Object.keys(v)) : typeof v).slice(0, 60) }
    require.config(${JSON.stringify(app.config)})
    ${app.onError ? `requirejs.onError = function (e) { log('onError', e) }` : ''}
    require(${JSON.stringify(app.first)}, function () { log('first', [].map.call(arguments, brief)) }, function (e) { log('errback', e) })
    require(${JSON.stringify(app.second)}, function () { log('second', [].map.call(arguments, brief)) })
    setTimeout(function () { var c = requirejs.s.contexts._
      log(Object.keys(c.defined), Object.keys(c.urlFetched)) }, 1000)`
  const delay = (url: string): number =>
    app.delays[Array.from(url).reduce((sum, c) => sum + c.charCodeAt(0), 0) % 5] ?? 1
  return { dataMain: 'js/main', site, delay }
}

test('a random application does the same under both loaders', () => {
  fc.assert(
    fc.property(application, (app) => {
      const [theirs, ours] = both(page(app))
      // Errors go round in a cycle until the stack is full, in both; it fills at different depths.
      if (theirs.log.some((line) => line.includes('Maximum call'))) return
      expect(ours).toEqual(theirs)
    }),
    { numRuns: Number(process.env['RUNS'] ?? 150) },
  )
})
