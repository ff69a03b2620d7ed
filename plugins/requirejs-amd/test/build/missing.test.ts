/** Modules that do not exist, and the loader that takes the place of require.js without being told. */
import { expect, test } from 'vitest'
import { useLoader } from '../runtime/fake-page.ts'
import { visit } from './page.ts'
import { Site } from './site.ts'

useLoader()

const build = "({baseUrl:'www/js',dir:'www-built',modules:[{name:'main'}],optimize:'none'})"

test('a missing module fails the build with the way to it, its place, and what may have been meant', async () => {
  using site = new Site({
    '/build.js': build,
    'js/main.js': "require(['app'])",
    'js/app.js': "define([\n  'views/list',\n  'text!views/list.html'\n], function () {})",
    'js/views/list.js': "define(['../models/usr'], function () {})",
    'js/views/list.html': '<p></p>',
    'js/models/user.js': 'define({})',
    'js/old/usr.js': 'define({})',
  })
  const error = (await site.ours().catch((failure: unknown) => failure)) as Error
  expect(error.message).toContain(
    "No static file js/models/usr.js for the module 'models/usr' (main → app → views/list → models/usr). Did you mean 'old/usr' (js/old/usr.js) or 'models/user' (js/models/user.js)?",
  )
  expect(error.message).toMatch(/views\/list\.js:1:9/)
})

test('a text too', async () => {
  using site = new Site({
    '/build.js': build,
    'js/main.js': "require(['text!views/lst.html'])",
    'js/views/list.html': '<p></p>',
    'js/views/list.js': 'define({})',
  })
  await expect(site.ours()).rejects.toThrow(
    "'text!views/lst.html' (main → text!views/lst.html). Did you mean js/views/list.html?",
  )
})

test('a name that is nearly right is meant', async () => {
  using site = new Site({
    '/build.js': build,
    'js/main.js': "require(['models/usre'])",
    'js/models/user.js': 'define({})',
  })
  await expect(site.ours()).rejects.toThrow("Did you mean 'models/user' (js/models/user.js)?")
})

test('every file that is require.js becomes the loader', async () => {
  using site = new Site({
    '/build.js': build,
    'js/main.js': "require(['a'],function(a){trace.push(a,typeof requirejs.s.contexts._.layers)})",
    'js/a.js': "define(function(){return 'a'})",
  })
  const out = await site.ours({ loader: undefined })
  expect(out.get('js/lib/require.js')).not.toBe(site.sources().get('js/lib/require.js'))
  const page = await visit(out, [{ src: 'js/lib/require.js', main: '/js/main' }])
  expect(page.trace).toEqual(['a', 'undefined'])
})
