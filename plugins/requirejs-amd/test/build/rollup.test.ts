/** Plain Rollup 4: the working directory holds the static files. */
import { join } from 'node:path'
import { rollup } from 'rollup'
import type { Plugin } from 'rollup'
import { afterEach, expect, test, vi } from 'vitest'
import { requirejsAmd } from '../../src/index.ts'
import { useLoader } from '../runtime/fake-page.ts'
import { visit } from './page.ts'
import { readTree, Site } from './site.ts'

useLoader()
afterEach(() => {
  vi.restoreAllMocks()
})

const files = {
  '/build.js': "({baseUrl:'www/js',dir:'www-built',modules:[{name:'main'}]})",
  '/package.json': '{"name":"site"}',
  'js/main.js':
    "define(['a','text!t.html','island','require'],function(a,t,island,require){trace.push(a,t,island.default,island.amd);require(['late'],function(late){trace.push(late)})})",
  'js/a.js': "define(function(){return 'a'})",
  'js/t.html': '<p>t</p>',
  'js/late.js': "define(function(){return 'late'})",
  'js/island.js': "import a from './a.js'\nexport default 'island'\nexport const amd = a\n",
}

/** What Rollup writes, by path. */
async function built(site: Site): Promise<Map<string, string>> {
  vi.spyOn(process, 'cwd').mockReturnValue(site.root)
  // Vite's plugins are Rollup's.
  const plugins = requirejsAmd({
    build: 'build.js',
    loader: 'www/js/lib/require.js',
  }) as unknown as Plugin[]
  const bundle = await rollup({ plugins })
  await bundle.write({ dir: join(site.root, 'dist'), format: 'es' })
  await bundle.close()
  return readTree(join(site.root, 'dist'))
}

test('a build file builds as under Vite', { timeout: 60_000 }, async () => {
  using site = new Site(files)
  const page = await visit(await built(site), [
    { src: 'www/js/lib/require.js', main: '/www/js/main' },
  ])
  expect(page.errors).toEqual([])
  expect(page.trace).toEqual(['a', '<p>t</p>', 'island', 'a', 'late'])
})

test('a missing module fails it at its place', async () => {
  using site = new Site({ ...files, 'js/late.js': "define(['nowhere'])" })
  await expect(built(site)).rejects.toThrow(/'nowhere' \(late → nowhere\)/)
})

test('ES modules give AMD modules what Rollup’s own amd output gives', async () => {
  const modules = {
    'lib/index.js':
      "export * from './names.js'\nexport { default, count } from './state.js'\nimport * as names from './names.js'\nexport { names }\nexport const later = () => import('./later.js')\n",
    'lib/names.js':
      "import { count } from './state.js'\nexport const first = 'first'\nexport function seen() { return count }\nexport class Thing {}\n",
    'lib/state.js':
      "import { first } from './names.js'\nexport let count = 0\nexport default function add() { count++; return first + count }\n",
    'lib/later.js':
      "import add, { count } from './state.js'\nadd()\nexport default 'later ' + count\n",
  }
  const main =
    "require(['lib'],function(lib){trace.push(Object.keys(lib).sort().join(),lib.default(),lib.count,lib.seen(),lib.names.first,typeof lib.Thing);lib.later().then(function(m){trace.push(m.default,lib.count)})})"
  const at = (folder: string): Record<string, string> =>
    Object.fromEntries(Object.entries(modules).map(([name, code]) => [folder + name, code]))
  using site = new Site({
    ...at('js/'),
    ...at('/es/'),
    '/build.js': "({baseUrl:'www/js',dir:'b',paths:{lib:'lib/index'},modules:[{name:'main'}]})",
    'js/main.js': main,
  })
  const own = await visit(await site.ours(), [{ src: 'js/lib/require.js', main: '/js/main' }])
  const bundle = await rollup({ input: { lib: join(site.root, 'es/lib/index.js') } })
  const { output } = await bundle.generate({
    format: 'amd',
    exports: 'named',
    amd: { autoId: true },
  })
  const theirs = new Map(site.sources())
  for (const file of output) if (file.type === 'chunk') theirs.set(`js/${file.fileName}`, file.code)
  const rollups = await visit(theirs, [{ src: 'js/lib/require.js', main: '/js/main' }])
  expect(rollups.errors).toEqual([])
  expect(own.trace).toEqual(rollups.trace)
  expect(own.trace.at(-1)).toBe(2)
})
