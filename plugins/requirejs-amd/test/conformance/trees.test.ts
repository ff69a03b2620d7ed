/** Libraries that are trees of AMD modules, in all ways in which a page may get them. */
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { requireJs } from '../build/page.ts'
import { useLoader } from '../runtime/fake-page.ts'
import { compare } from './four.ts'

const require = createRequire(import.meta.url)

useLoader()

let folder: string
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'kovu-trees-')))
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

const lodash = dirname(require.resolve('lodash-amd/package.json'))
const jquery = join(dirname(require.resolve('jquery/package.json')), 'src')

test.each([
  [
    'lodash-amd, as one layer',
    lodash,
    'lodash',
    ['array', 'seq', 'util', 'template'],
    "modules:[{name:'main'}]",
    300,
  ],
  [
    'lodash-amd, as layers',
    lodash,
    'lodash',
    ['array', 'string', 'debounce'],
    "modules:[{name:'common',create:true,include:['lodash/array']},{name:'main',exclude:['common']}]",
    150,
  ],
  ['lodash-amd, as a single file', lodash, 'lodash', ['object', 'curry'], "name:'main'", 100],
  ['jQuery, as one layer', jquery, 'jquery', ['jquery'], "modules:[{name:'main'}]", 40],
  ['jQuery, as a single file', jquery, 'jquery', ['core', 'ajax'], "name:'main'", 20],
])('%s', { timeout: 120_000 }, async (_, source, name, parts, modules, some) => {
  const root = join(folder, 'root')
  const work = join(folder, 'work')
  const ids = parts.map((part) => `'${name}/${part}'`).join(',')
  for (const top of [root, work]) {
    mkdirSync(join(top, 'js'), { recursive: true })
    cpSync(source, join(top, 'js', name), { recursive: true })
    writeFileSync(join(top, 'require.js'), requireJs)
    writeFileSync(join(top, 'js/main.js'), `define([${ids}],function(first){return typeof first});`)
    const out = modules.startsWith('name') ? "out:'built.js'" : "dir:'built'"
    writeFileSync(join(top, 'build.js'), `({baseUrl:'js',optimize:'none',${out},${modules}})`)
  }
  const input = join(root, 'build.js')
  const result = await compare(
    { root, work, loader: 'require.js' },
    { args: ['build.js'], cwd: '', input },
  )
  expect(result?.modules).toBeGreaterThan(some)
  expect(result?.built).toBeUndefined()
  expect(result?.development).toBeUndefined()
})
