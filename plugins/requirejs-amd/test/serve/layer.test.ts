import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire, SourceMap } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import vm from 'node:vm'
import { afterEach, describe, expect, it } from 'vitest'
import { createIds } from '../../src/config/ids.ts'
import type { Project } from '../../src/context.ts'
import { createGraph } from '../../src/graph/index.ts'
import { collectLayer, layerCode, layerMap } from '../../src/serve/layer.ts'
import type { Found } from '../../src/types.ts'

const require = createRequire(import.meta.url)
const requirejs = readFileSync(require.resolve('requirejs/require.js'), 'utf8')
const roots: string[] = []
afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true, force: true })
})

function project(sources: Record<string, string>): Project {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'layer-')))
  roots.push(root)
  for (const [name, text] of Object.entries(sources)) {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    writeFileSync(join(root, name), text)
  }
  const find = (name: string): Found | undefined =>
    name in sources ? { file: join(root, name) } : undefined
  const ids = createIds({ config: {}, prefix: '', find })
  const graph = createGraph({
    ids,
    find,
    read: async ({ file }) => ({ code: await readFile(file, 'utf8'), watch: [file] }),
  })
  return {
    build: undefined,
    prefix: '',
    config: {},
    dynamic: {},
    ids,
    graph,
    sources: undefined,
    plugins: undefined,
    cache: undefined,
    layers: new Map(),
    watch: [],
  }
}

/** RequireJS itself; scripts come from a function, at once. */
function page(load: (id: string) => string): {
  require(id: string): unknown
  log: string[]
  loads: string[]
} {
  const log: string[] = []
  const loads: string[] = []
  const sandbox = vm.createContext({ log: (line: string) => log.push(line), setTimeout, console })
  vm.runInContext(requirejs, sandbox)
  Object.assign(sandbox, {
    fetchModule(context: { completeLoad(id: string): void }, id: string) {
      loads.push(id)
      vm.runInContext(load(id), sandbox, { filename: `${id}.js` })
      context.completeLoad(id)
    },
  })
  vm.runInContext(
    'requirejs.load = fetchModule; requirejs.nextTick = requirejs.s.contexts._.nextTick = function (f) { f() }',
    sandbox,
  )
  return {
    require: (id) =>
      vm.runInContext(
        `var got; requirejs([${JSON.stringify(id)}], function (value) { got = value }); got`,
        sandbox,
      ),
    log,
    loads,
  }
}

/** None of these layers has an ES module. */
const noEsm = (): string => ''

describe('a layer', () => {
  it('does under RequireJS what its files do, in the same order', async () => {
    for (let seed = 1; seed <= 40; seed++) {
      const sources = randomSite(seed)
      const site = project(sources)
      const plain = page((id) => sources[`${id}.js`] ?? '')
      const expected = plain.require('m0')
      const layer = await collectLayer(site, 'm0', [])
      expect(layer?.missing).toEqual([])
      const text = layerCode(layer as NonNullable<typeof layer>, site, 'map', noEsm)
      const layered = page(() => text)
      expect(layered.require('m0')).toEqual(expected)
      expect({ seed, log: layered.log }).toEqual({ seed, log: plain.log })
      expect(layered.loads).toEqual(['m0'])
      expect(plain.loads.length).toBe(layer?.records.length)
    }
  })

  it('leaves out what earlier layers brought', async () => {
    const site = project({
      'common.js': "define(['a'], {})",
      'page.js': "define(['common', 'a', 'b'], {})",
      'a.js': 'define({})',
      'b.js': "define(['a'], {})",
    })
    const layer = await collectLayer(site, 'page', ['common'])
    expect(layer?.records.map(({ id }) => id)).toEqual(['b', 'page'])
  })

  it('leaves scripts and other main files to the loader, and is none for a script', async () => {
    const site = project({
      'main.js': "require(['config', 'legacy', 'a'])",
      'config.js': 'require.config({})',
      'legacy.js': 'Legacy = 1',
      'a.js': 'define({})',
    })
    expect((await collectLayer(site, 'main', []))?.records.map(({ id }) => id)).toEqual([
      'a',
      'main',
    ])
    expect(await collectLayer(site, 'legacy', [])).toBeUndefined()
    expect(await collectLayer(site, 'nothing', [])).toBeUndefined()
  })

  it('makes a module that cannot be read throw, alone', async () => {
    const site = project({
      'main.js': "define(['good', 'bad'], {})",
      'good.js': 'define(1)',
      'bad.js': 'define({\n  a b\n})',
    })
    const layer = await collectLayer(site, 'main', [])
    expect(layer?.failed.map(({ id }) => id)).toEqual(['bad'])
    const text = layerCode(layer as NonNullable<typeof layer>, site, 'map', noEsm)
    expect(text).toMatch(
      /define\('bad', \[\], function \(\) \{ throw new Error\('.*bad\.js:2:5\)'\)/,
    )
    expect(page(() => text).require('good')).toBe(1)
  })

  it('maps each module to its own source', async () => {
    const sources = {
      'main.js': "define(['a', 'b'], function mainFactory(a, b) {\n  return a + b\n})",
      'a.js': "/* first */\ndefine(function aFactory() {\n  return 'one'\n})",
      'b.js': "define(function (require) {\n  var x = require('a')\n  return x + 'two'\n})",
    }
    const site = project(sources)
    const layer = (await collectLayer(site, 'main', [])) as NonNullable<
      Awaited<ReturnType<typeof collectLayer>>
    >
    const lines = layerCode(layer, site, 'map', noEsm).split('\n')
    const map = JSON.parse(
      layerMap(layer, site, (file) => `/static/${file.slice(file.lastIndexOf('/') + 1)}`),
    ) as {
      sections: { offset: { line: number }; map: { sources: string[] } }[]
    }
    expect(map.sections.map((section) => section.map.sources)).toEqual([
      ['/static/a.js'],
      ['/static/b.js'],
      ['/static/main.js'],
    ])
    for (const [word, file] of [
      ['mainFactory', 'main.js'],
      ['aFactory', 'a.js'],
      ["'one'", 'a.js'],
      ["'two'", 'b.js'],
    ] as const) {
      const line = lines.findIndex((text) => text.includes(word))
      const entry = new SourceMap(map as never).findEntry(line, lines[line]?.indexOf(word) ?? 0)
      expect(
        'originalSource' in entry && [
          entry.originalSource,
          sources[file].split('\n')[entry.originalLine],
        ],
      ).toEqual([`/static/${file}`, expect.stringContaining(word)])
    }
  })
})

/** Modules in all forms, without circles (RequireJS breaks those depending on what arrives first). */
function randomSite(seed: number): Record<string, string> {
  const pick = random(seed)
  const count = 3 + pick(15)
  const sources: Record<string, string> = {}
  for (let i = 0; i < count; i++) {
    const deps = Array.from({ length: count - i - 1 }, (_, index) => `m${i + 1 + index}`).filter(
      () => pick(3) === 0,
    )
    // Every module is reached.
    if (i + 1 < count && !deps.includes(`m${i + 1}`)) deps.unshift(`m${i + 1}`)
    const params = deps.map((_, index) => `d${index}`)
    const list = deps.map((dep) => `'${pick(2) === 0 ? dep : `./${dep}`}'`).join(', ')
    const sum = ['1', ...params.map((name) => `Number(${name})`)].join(' + ')
    const forms = [
      `define([${list}], function (${params.join(', ')}) { log('m${i}'); return ${sum} })`,
      `'use strict'\ndefine([${list}], function (${params.join(', ')}) { log('m${i}'); return ${sum} })`,
      `define('m${i}', [${list}], function (${params.join(', ')}) { log('m${i}'); return ${sum} })`,
      `define(function (require, exports, module) { log(module.id); ${deps.map((dep, index) => `var d${index} = require('./${dep}')`).join('; ')}; module.exports = ${sum} })`,
      `(function (factory) { if (typeof define === 'function' && define.amd) define([${list}], factory); else factory() })(function (${params.join(', ')}) { log('m${i}'); return ${sum} }) // umd`,
      `var deps${i} = [${list}]\ndefine(deps${i}, function (${params.join(', ')}) { log('m${i}'); return ${sum} })`,
    ]
    sources[`m${i}.js`] = forms[pick(forms.length)] ?? ''
  }
  return sources
}

function random(seed: number): (below: number) => number {
  let state = seed * 7919
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}
