/** r.js's paths from one folder of static files into another, as in a build file over several Django applications. */
import { join } from 'node:path'
import type { KovuPluginApi } from '@kovu/protocol'
import { createLogger, type Plugin } from 'vite'
import { expect, test } from 'vitest'
import { useLoader } from '../runtime/fake-page.ts'
import { visit } from './page.ts'
import { Site } from './site.ts'

useLoader()

const sources = {
  'js/main.js': "require(['shop/cart','kit'],function(c,k){trace.push(c,k)})",
  '/shop/static/shop/cart.js': "define(['./price'],function(p){return 'cart '+p})",
  '/shop/static/shop/price.js': 'define(9)',
  '/shop/static/shop/kit/main.js': "define(function(){return 'kit'})",
}

/** The finders: `www`, and `shop/static` beside it. */
function finders(site: Site): Plugin {
  const roots = [join(site.root, 'www'), join(site.root, 'shop/static')]
  const all = [
    'js/main.js',
    'js/lib/require.js',
    'js/text.js',
    'shop/cart.js',
    'shop/price.js',
    'shop/kit/main.js',
  ]
  const find = (name: string): string | undefined =>
    all.includes(name) ? join(roots[name.startsWith('shop/') ? 1 : 0] ?? '', name) : undefined
  return {
    name: 'finders',
    api: {
      kovu: {
        statics: () =>
          Promise.resolve({
            url: '/static/',
            root: undefined,
            roots: roots.map((dir) => ({ dir, prefix: '' })),
            find,
            findDerived: () => undefined,
            nameOf: (file) => all.find((name) => find(name) === file),
            list: () => all.map((name) => [name, find(name) ?? ''] as const),
            mentions: () => true,
          }),
      },
    } satisfies KovuPluginApi,
  }
}

test('modules of another application, named by the way to their files, stand in the script as after r.js', async () => {
  using site = new Site({
    ...sources,
    '/build.js': `({
      baseUrl: 'www/js', name: 'main', out: 'www/js/main.built.js', optimize: 'none',
      paths: { shop: '../../shop/static/shop' },
      packages: [{ name: 'kit', location: '../../shop/static/shop/kit' }]
    })`,
  })
  await site.rjs()
  const out = await site.ours({}, { publicDir: false, plugins: [finders(site)] })
  for (const script of [site.sources().get('js/main.built.js'), out.get('js/main.built.js')])
    expect(script?.match(/(?<=define\(\s*['"])[\w/]+/g)).toEqual(
      expect.arrayContaining(['shop/price', 'shop/cart', 'kit']),
    )
  const page = await visit(out, [{ src: 'js/lib/require.js', main: '/js/main.built' }])
  expect(page.trace).toEqual(['cart 9', 'kit'])
})

test('one that does not exist is missing, and one in no folder of static files is named', async () => {
  const warnings: string[] = []
  const logger = createLogger('silent')
  logger.warn = (message) => void warnings.push(message)
  using site = new Site({
    ...sources,
    'js/main.js': "require(['shop/crat'])",
    '/build.js': `({
      baseUrl: 'www/js', name: 'main', out: 'www/main.js',
      paths: { shop: '../../shop/static/shop', far: '../../elsewhere/far' }
    })`,
  })
  const built = site.ours({}, { publicDir: false, customLogger: logger, plugins: [finders(site)] })
  await expect(built).rejects.toThrow(
    "No static file shop/crat.js for the module 'shop/crat' (main → shop/crat). Did you mean 'shop/cart' (shop/cart.js)?",
  )
  expect(warnings.join('\n')).toContain(
    `\`paths.far\` leads to ${join(site.root, 'elsewhere/far')}, which is in no folder of static files.`,
  )
})
