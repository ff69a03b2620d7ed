/** What the node side tells the loader: hashed names and layers of a build, layers of development. */
import { describe, expect, test } from 'vitest'
import { loaderSource } from '../../src/loader.ts'
import { ours, runPage, useLoader, type PageOptions } from './fake-page.ts'

useLoader()

const hash = 'abcdef012345'
const other = '0123456789ab'

function run(data: Parameters<typeof ours>[0], page: Omit<PageOptions, 'loader'>) {
  const { urls, log } = runPage({ ...page, loader: ours({ staticRoot: '../', ...data }) })
  return { urls, log }
}

describe('a page of a build', () => {
  test('loads hashed files whatever id, path or URL leads to them', () => {
    const { urls, log } = run(
      {
        files: {
          'main/js/a.js': hash,
          'lib/jq.min.js': hash,
          'main/js/t/x.html': other,
          'main/js/b.js': 'elsewhere/b.js',
          'main/js/up.js': other,
        },
      },
      {
        inline: [
          `require.config({ baseUrl: '/static/main/js', paths: { jq: '../../lib/jq.min', far: '//cdn.test/far' }, urlArgs: 'v=2' })
           require(['a', 'jq', 'b', '/static/main/js/up.js', 'plain'], function (a, jq, b, up) { log(a, jq, b, up)
             log(require.toUrl('t/x.html'), require.toUrl('./t/x.html?q'), require.toUrl('t/none.html'), require.toUrl('far')) })`,
        ],
        site: {
          [`/static/main/js/a.${hash}.js`]: `define(['module'], function (m) { return [m.id, m.uri] })`,
          [`/static/lib/jq.min.${hash}.js`]: `define(function () { return 'jq' })`,
          '/static/elsewhere/b.js': `define(function () { return 'b' })`,
          [`/static/main/js/up.${other}.js`]: `define(function () { return 'up' })`,
          '/static/main/js/plain.js': `define({})`,
        },
      },
    )
    const root = 'http://site.test/static/'
    expect(log).toEqual([
      `["a","${root}main/js/a.${hash}.js?v=2"] jq b up`,
      `${root}main/js/t/x.${other}.html?v=2 ${root}main/js/t/x.${other}.html?q?v=2 /static/main/js/t/none.html?v=2 //cdn.test/far?v=2`.replace(
        '?q?v=2',
        '?q&v=2',
      ),
    ])
    expect(urls).toEqual([
      `/static/main/js/a.${hash}.js?v=2`,
      `/static/lib/jq.min.${hash}.js?v=2`,
      '/static/elsewhere/b.js?v=2',
      `/static/main/js/up.${other}.js?v=2`,
      '/static/main/js/plain.js?v=2',
    ])
  })

  test('a hashed data-main means the unhashed id, its folder the base URL', () => {
    const { urls, log } = run(
      { files: { 'main/js/main.js': hash } },
      {
        dataMain: `/static/main/js/main.${hash}.js`,
        site: {
          [`/static/main/js/main.${hash}.js`]: `define('dep', function () { return 'dep' }); define('main', ['dep', 'module'], function (d, m) { log(d, m.id, requirejs.s.contexts._.config.baseUrl) })`,
        },
      },
    )
    expect(log).toEqual(['dep main /static/main/js/'])
    expect(urls).toEqual([`/static/main/js/main.${hash}.js`])
  })

  test('data-main of a file that only looks hashed stays as it is', () => {
    const { urls } = run(
      { files: { 'main/js/main.js': hash } },
      { dataMain: `/static/main/js/main.${other}.js`, site: {} },
    )
    expect(urls).toEqual([`/static/main/js/main.${other}.js`])
  })

  test('data-main may have another id in its layer', () => {
    const { log, urls } = run(
      {
        files: { 'js/pages/home.js': hash },
        bundles: { 'js/pages/home.js': ['pages/home'] },
        main: { 'js/pages/home.js': 'pages/home' },
      },
      {
        dataMain: `/static/js/pages/home.${hash}.js`,
        site: {
          [`/static/js/pages/home.${hash}.js`]: `define('pages/home', ['module'], function (m) { log(m.id) })`,
        },
      },
    )
    expect(log).toEqual(['pages/home'])
    expect(urls).toEqual([`/static/js/pages/home.${hash}.js`])
  })

  test('who wants a module of a layer loads the layer, once', () => {
    const { log, urls } = run(
      {
        files: { 'js/common.js': hash },
        bundles: { 'js/common.js': ['jquery', 'app/a', 'text!app/t.html'] },
      },
      {
        inline: [
          `require.config({ baseUrl: '/static/js' }); require(['app/page', 'text!app/t.html', 'jquery'], function (p, t, j) { log(p, t, j, require.toUrl('app/a.css')) })`,
        ],
        site: {
          [`/static/js/common.${hash}.js`]: `define('jquery', function () { return '$' }); define('app/a', ['jquery'], function (j) { return 'a' + j }); define('text!app/t.html', function () { return '<p>' })`,
          '/static/js/app/page.js': `define(['./a'], function (a) { return 'page ' + a })`,
          '/static/js/text.js': `define({ load: function () { log('never') } })`,
        },
      },
    )
    expect(log).toEqual(['page a$ <p> $ /static/js/app/a.css'])
    expect(urls).toEqual([
      '/static/js/app/page.js',
      '/static/js/text.js',
      `/static/js/common.${hash}.js`,
    ])
  })

  test('pages whose modules have the same ids get their own layers', () => {
    const data = {
      files: { 'one/main.js': hash, 'two/main.js': other },
      bundles: { 'one/main.js': ['main', 'dep'], 'two/main.js': ['main'] },
    }
    const site = {
      [`/static/one/main.${hash}.js`]: `define('dep', function () { return 1 }); define('main', ['dep'], function (d) { log('one', d) })`,
      [`/static/two/main.${other}.js`]: `define('dep', function () { return 2 }); define('main', ['dep'], function (d) { log('two', d) })`,
    }
    const one = run(data, { dataMain: `/static/one/main.${hash}.js`, site })
    const two = run(data, {
      inline: [`require.config({ baseUrl: '/static/two' }); require(['main'])`],
      site,
    })
    expect(one.log).toEqual(['one 1'])
    expect(two.log).toEqual(['two 2'])
  })

  test('configuration of the build is there before the page speaks, which may change it', () => {
    const { log } = run(
      {
        config: {
          baseUrl: '/static/js',
          config: { a: { x: 1 }, b: { x: 1 } },
          shim: { s: { deps: ['a'], exports: 'S' } },
        },
      },
      {
        inline: [
          `require.config({ config: { b: { x: 2 } } }); require(['a', 'b', 's'], function (a, b, s) { log(a, b, s) })`,
        ],
        site: {
          '/static/js/a.js': `define(['module'], function (m) { return m.config() })`,
          '/static/js/b.js': `define(['module'], function (m) { return m.config() })`,
          '/static/js/s.js': `S = 5`,
        },
      },
    )
    expect(log).toEqual(['{"x":1} {"x":2} 5'])
  })

  test('another AMD loader on the page is left alone', () => {
    const { log } = run(
      {},
      {
        before: 'define = 1; require = 2',
        inline: ['log(define, require, typeof requirejs)'],
        site: {},
      },
    )
    expect(log).toEqual(['1 2 undefined'])
  })
})

describe('development', () => {
  const dev = { dev: { layer: true } } as const
  const define = (id: string, deps: string[] = []) =>
    `define('${id}', ${JSON.stringify(deps)}, function () { log('run ${id}'); return '${id}' })`

  test('layers are asked for one after the other, each with the ids of those that have arrived', () => {
    const { log, urls } = run(dev, {
      dataMain: '/static/js/main',
      site: {
        '/static/js/main.js': (query) =>
          `${define('dep')};define('main', ['dep'], function () { log('run main'); require(['x/y', 'z', '//cdn.test/q.js'], function () { log('all') }) })//${query}`,
        '/static/js/x/y.js': () => `${define('z')};${define('x/y', ['z'])}`,
        '/q.js': '',
      },
    })
    expect(urls).toEqual([
      '/static/js/main.js?amd=main&have=',
      '/static/js/x/y.js?amd=x%2Fy&have=main',
      'http://cdn.test/q.js',
    ])
    expect(log).toEqual(['run dep', 'run main', 'run z', 'run x/y', 'all'])
  })

  test('a query that is there already stays, and a file without define is its own bytes', () => {
    const { log, urls } = run(dev, {
      before: `var require = { urlArgs: 'bust=1', shim: { old: { exports: 'Old' } } }`,
      dataMain: '/static/js/main.js',
      site: {
        '/static/js/main.js': `require(['old'], function (o) { log(o, require.toUrl('a.css')) })`,
        '/static/js/old.js': 'var Old = 7',
      },
    })
    expect(urls).toEqual([
      '/static/js/main.js?bust=1&amd=main&have=',
      '/static/js/old.js?bust=1&amd=old&have=main',
    ])
    expect(log).toEqual(['7 /static/js/a.css?bust=1'])
  })

  test('a layer that does not come is reported, and the next one is asked for', () => {
    const { log, urls } = run(dev, {
      dataMain: '/static/js/main',
      site: {
        '/static/js/main.js': `require(['gone'], null, function (e) { log(e) }); require(['there'])`,
        '/static/js/there.js': define('there'),
      },
    })
    expect(urls.length).toBe(3)
    expect(log).toEqual(['Script error for "gone" [scripterror: gone]', 'run there'])
  })
})

describe('the text of the loader', () => {
  test('is ES5', () => {
    const code = ours()
    expect(code).not.toMatch(/`|=>|\bconst |\blet |\bclass /)
    expect(code.length).toBeLessThan(20_000)
  })

  test('can stand in a script element', () => {
    const code = loaderSource({ minify: true, data: { config: { x: '</script>\u2028<!--$&' } } })
    expect(code).not.toMatch(/<\/script|<!--|\u2028/)
    expect(code).toContain('$&')
  })

  test('of a minified one for development is refused', () => {
    expect(() => loaderSource({ minify: true, data: { dev: { layer: true } } })).toThrow(
      /minify: false/,
    )
  })
})
