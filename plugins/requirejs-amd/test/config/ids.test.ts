import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import vm from 'node:vm'
import { describe, expect, it } from 'vitest'
import { createIds } from '../../src/config/ids.ts'
import type { Ids, RequireConfig } from '../../src/types.ts'

const require = createRequire(import.meta.url)

/** RequireJS itself, in a context of its own: what it makes of an id. */
function oracle(
  config: RequireConfig,
): (id: string, parent?: string) => { id: string; url: string } {
  const sandbox = vm.createContext({ setTimeout, console })
  vm.runInContext(readFileSync(require.resolve('requirejs/require.js'), 'utf8'), sandbox)
  const text = JSON.stringify({ baseUrl: '/static/main/js/', ...config })
  vm.runInContext(
    `requirejs.config(${text})
    var context = requirejs.s.contexts._
    function ask(id, parent) {
      var map = context.makeModuleMap(id, parent ? { id: parent, name: parent } : null, false, true)
      return { id: map.id, url: map.prefix ? '' : String(map.url) }
    }`,
    sandbox,
  )
  return (id, parent) =>
    (sandbox as { ask: (id: string, parent?: string) => { id: string; url: string } }).ask(
      id,
      parent,
    )
}

function idsFor(config: RequireConfig, files?: ReadonlySet<string>): Ids {
  return createIds({
    config,
    prefix: 'main/js',
    find: (name) => (files && !files.has(name) ? undefined : { file: `/site/${name}` }),
  })
}

const config: RequireConfig = {
  paths: {
    jquery: '../../lib/jquery-1.12',
    lib: '../../lib',
    'app/special': 'elsewhere/special',
    cdn: 'https://cdn.example.com/x',
    abs: '/jsi18n/',
    both: ['https://cdn.example.com/x', 'lib/x'],
    gone: 'empty:',
    query: 'foo?x=1',
    up: '../../../outside',
    dotted: 'a.b/c.d',
  },
  packages: ['cart', { name: 'store', location: '../store', main: './index.js' }],
  map: {
    '*': { old: 'new', 'wide/net': 'narrow', jquery: 'jq-private' },
    'jq-private': { jquery: 'jquery' },
    'app/one': { old: 'one/old', 'a/b': 'mapped' },
    app: { old: 'app/old' },
  },
}

describe('ids', () => {
  const words = [
    'a',
    'b',
    'app',
    'one',
    'old',
    'jquery',
    'lib',
    'special',
    'cart',
    'store',
    'dotted',
    'wide',
    'net',
    'x.y',
    'jq-private',
  ]
  const pick = random(7)

  it('are what RequireJS makes of them, whatever the parent', () => {
    const theirs = oracle(config)
    const ours = idsFor(config)
    for (let round = 0; round < 4000; round++) {
      const parent = pick(3) === 0 ? undefined : path(pick, words, 4, false)
      const written = path(pick, words, 4, parent !== undefined)
      const expected = theirs(written, parent)
      const id = ours.normalize(written, parent)
      expect({ written, parent, id }).toEqual({ written, parent, id: expected.id })
      const name = ours.toPublicName(id)
      const url = new URL(expected.url, 'https://site/').pathname
      expect({ id, url: name === undefined ? url : `/static/${name}` }).toEqual({ id, url })
    }
  })

  it('with a loader plugin too', () => {
    const theirs = oracle(config)
    const ours = idsFor(config)
    for (const [written, parent] of [
      ['text!./a.html', 'app/one'],
      ['old!./a.html', 'app/one'],
      ['text!../a.html!strip', 'app/one'],
      ['text!jquery/a.html', 'x'],
    ] as const) {
      // RequireJS marks what a plugin not yet loaded may still normalize.
      expect(ours.normalize(written, parent)).toBe(
        theirs(written, parent).id.replace(/_unnormalized\d+$/, ''),
      )
    }
  })

  it('without trailing .js where nodeIdCompat says so', () => {
    const compat = { nodeIdCompat: true }
    expect(idsFor(compat).normalize('a/b.js')).toBe(oracle(compat)('a/b.js').id)
    expect(idsFor({}).resolve('a/b.js')).toEqual({ kind: 'external', id: 'a/b.js' })
  })

  it('mean files, or something else', () => {
    const ids = idsFor(
      config,
      new Set(['lib/jquery-1.12.js', 'main/js/cart/main.js', 'main/store/index.js']),
    )
    expect(ids.resolve('jquery', 'jq-private')).toMatchObject({
      kind: 'module',
      publicName: 'lib/jquery-1.12.js',
    })
    expect(ids.resolve('cart')).toMatchObject({
      kind: 'module',
      id: 'cart/main',
      publicName: 'main/js/cart/main.js',
    })
    expect(ids.resolve('store')).toMatchObject({ kind: 'module', id: 'store/index' })
    expect(ids.resolve('nowhere')).toEqual({
      kind: 'missing',
      id: 'nowhere',
      publicName: 'main/js/nowhere.js',
    })
    for (const id of [
      'cdn',
      'cdn/sub',
      'abs',
      'both',
      'query',
      'up',
      '/x.js',
      'https://x/y',
      'a?b',
    ]) {
      expect(ids.resolve(id)).toMatchObject({ kind: 'external' })
    }
    expect(ids.resolve('gone/deep')).toEqual({ kind: 'empty', id: 'gone/deep' })
    expect(ids.resolve('exports')).toMatchObject({ kind: 'special' })
  })

  it('with loader plugins name their resource', () => {
    expect(idsFor({}).resolve('text!./a.html!strip', 'app/one')).toEqual({
      kind: 'plugin',
      id: 'text!./a.html!strip',
      plugin: 'text',
      resource: 'app/a.html!strip',
    })
    expect(idsFor(config).toResourceName('lib/x/a.b.html')).toBe('lib/x/a.b.html')
    expect(idsFor(config).toResourceName('app/one')).toBe('main/js/app/one')
  })

  it('whose path is computed at run time are external', () => {
    const ids = createIds({
      config: {},
      dynamic: { 'paths.late': 'x()' },
      prefix: '',
      find: () => ({ file: '/x' }),
    })
    expect(ids.resolve('late/sub')).toMatchObject({ kind: 'external' })
  })

  it('of a bundle are in its file, when there is one', () => {
    const bundled = { bundles: { 'built/layer': ['a', 'b'] } }
    expect(idsFor(bundled).resolve('a')).toMatchObject({
      publicName: 'main/js/built/layer.js',
      bundle: 'built/layer',
    })
    expect(idsFor(bundled, new Set(['main/js/a.js'])).resolve('a')).toMatchObject({
      publicName: 'main/js/a.js',
    })
  })

  it('are found back from public names', () => {
    const ids = idsFor(config)
    expect(ids.idOf('lib/jquery-1.12.js')).toBe('lib/jquery-1.12')
    expect(ids.idOf('main/js/app/one.js')).toBe('app/one')
    expect(ids.idOf('main/store/index.js')).toBe('store')
    expect(ids.idOf('other/x.js')).toBeUndefined()
    expect(ids.idOf('main/js/x.css')).toBeUndefined()
  })
})

function path(
  pick: (below: number) => number,
  words: readonly string[],
  most: number,
  relative: boolean,
): string {
  const parts = Array.from({ length: 1 + pick(most) }, () => words[pick(words.length)] ?? 'a')
  if (relative && pick(2) === 0)
    parts.unshift(...(pick(2) === 0 ? ['.'] : pick(2) === 0 ? ['..'] : ['..', '..']))
  return parts.join('/')
}

/** A small repeatable generator. */
function random(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}
