import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createIds } from '../../src/config/ids.ts'
import { createGraph } from '../../src/graph/index.ts'
import type { ClosureOptions, Found, Graph, RequireConfig } from '../../src/types.ts'

let root: string
const files = new Map<string, string>()
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'graph-')))
  files.clear()
})
afterEach(() => {
  rmSync(root, { recursive: true, force: true })
})

function site(sources: Record<string, string>, config: RequireConfig = {}): Graph {
  for (const [name, text] of Object.entries(sources)) {
    const path = join(root, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
    files.set(name, path)
  }
  const find = (name: string): Found | undefined => {
    const file = files.get(name)
    return file === undefined ? undefined : { file }
  }
  const ids = createIds({ config, prefix: 'js', find })
  return createGraph({
    ids,
    find,
    read: async ({ file }) => ({ code: await readFile(file, 'utf8'), watch: [file] }),
    names: () => files.keys(),
  })
}

async function order(graph: Graph, id: string, options?: ClosureOptions): Promise<string[]> {
  return (await graph.closure([id], options)).map((record) => record.id)
}

describe('the modules that an id reaches', () => {
  it('come dependencies first, in the order they are named', async () => {
    const graph = site({
      'js/main.js': "require(['b', './sub/a'], function () { require(['late']) })",
      'js/b.js': "define(['./c'], {})",
      'js/c.js': 'define(function (require, exports) { require("d") })',
      'js/d.js': 'define({})',
      'js/sub/a.js': "define(['../d', './e', 'exports', 'module'], {})",
      'js/sub/e.js': 'define({})',
      'js/late.js': "define(['late2'], {})",
      'js/late2.js': 'define({})',
    })
    expect(await order(graph, 'main')).toEqual(['d', 'c', 'b', 'sub/e', 'sub/a', 'main'])
    const all = 'd c b sub/e sub/a late2 late main'
    expect((await order(graph, 'main', { nested: true })).join(' ')).toBe(all)
    expect(await order(graph, 'main', { exclude: new Set(['b', 'd']) })).toEqual([
      'sub/e',
      'sub/a',
      'main',
    ])
  })

  it('may go round in a circle', async () => {
    const graph = site({
      'js/a.js': "define(['b'], {})",
      'js/b.js': "define(['c', 'a'], {})",
      'js/c.js': "define(['a'], {})",
    })
    expect(await order(graph, 'a')).toEqual(['c', 'b', 'a'])
    expect(await order(graph, 'c')).toEqual(['b', 'a', 'c'])
  })

  it('may be many and deep', async () => {
    const sources: Record<string, string> = {}
    for (let i = 0; i < 3000; i++)
      sources[`js/m${i}.js`] = i === 2999 ? 'define({})' : `define(['m${i + 1}'], {})`
    expect(await order(site(sources), 'm0')).toHaveLength(3000)
  })

  it('follow shims, paths and map', async () => {
    const graph = site(
      {
        'js/main.js': "define(['plugin', 'old', 'cdn', 'gone', '/server/view'], {})",
        'lib/plugin.js': 'window.plugin = 1',
        'lib/jquery.js': "define('jquery', [], {})",
        'js/new.js': 'define({})',
      },
      {
        paths: { plugin: '../lib/plugin', jquery: '../lib/jquery', cdn: '//cdn/x', gone: 'empty:' },
        shim: { plugin: ['jquery'] },
        map: { '*': { old: 'new' } },
      },
    )
    const records = await graph.closure(['main'])
    expect(records.map(({ id, kind }) => [id, kind])).toEqual([
      ['jquery', 'amd'],
      ['plugin', 'script'],
      ['new', 'amd'],
      ['main', 'amd'],
    ])
    expect(records.at(-1)?.deps).toEqual(['plugin', 'new', 'cdn', 'gone', '/server/view'])
  })

  it('with map for one module only are not mapped twice', async () => {
    const graph = site(
      {
        'js/main.js': "define(['jquery'], {})",
        'js/private.js': "define(['jquery'], {})",
        'js/jquery.js': 'define({})',
      },
      { map: { '*': { jquery: 'private' }, private: { jquery: 'jquery' } } },
    )
    expect(await order(graph, 'main')).toEqual(['jquery', 'private', 'main'])
  })

  it('hold the texts of text!', async () => {
    const graph = site({
      'js/main.js': "define(['text!./a.html', 'lib/text!./b.html!strip', 'other!./c'], {})",
      'js/text.js': 'define({})',
      'js/lib/text.js': 'define({})',
      'js/other.js': 'define({})',
      'js/a.html': '\uFEFF<p>a</p>',
      'js/b.html': '<html><body class="x">\n<p>b</p></body></html>',
    })
    const records = await graph.closure(['main'])
    expect(
      records.map(({ id, code }) => [id, id.includes('!') ? (JSON.parse(code) as string) : '']),
    ).toEqual([
      ['text', ''],
      ['text!a.html', '<p>a</p>'],
      ['lib/text', ''],
      ['lib/text!./b.html!strip', '<p>b</p>'],
      ['other', ''],
      ['main', ''],
    ])
  })

  it('may be defined in a file of another id', async () => {
    const graph = site({
      'js/main.js': "define(['vendor', 'inside'], {})",
      'js/vendor.js':
        "define('inside', ['deep'], {}); define('deep', {}); define('vendor', ['inside', 'used'], {})",
      'js/used.js': 'define({})',
    })
    expect(await order(graph, 'main')).toEqual(['used', 'vendor', 'main'])
  })
})

describe('an id without a file', () => {
  it('is an error with the way to it and what may have been meant', async () => {
    const graph = site({
      'js/main.js': "define(['a'], {})",
      'js/a.js': "define(['b',\n  'util/fromat'], {})",
      'js/b.js': 'define({})',
      'js/util/format.js': 'define({})',
    })
    const error = await graph.closure(['main']).catch((problem: unknown) => problem)
    expect(error).toMatchObject({
      code: 'REQUIREJS_AMD_MISSING',
      message:
        "No static file js/util/fromat.js for the module 'util/fromat' (main → a → util/fromat). Did you mean 'util/format' (js/util/format.js)?",
      place: { file: join(root, 'js/a.js'), offset: 15 },
    })
  })

  it('is left to run time where the page handles it', async () => {
    const graph = site({
      'js/main.js': "require(['gone', 'a'], ready, failed)",
      'js/a.js': 'define({})',
    })
    expect(await order(graph, 'main')).toEqual(['a', 'main'])
  })

  it('can be collected instead', async () => {
    const graph = site({ 'js/main.js': "define(['a', 'x'], {})", 'js/a.js': "define(['y'], {})" })
    const missing: string[][] = []
    const ids = await order(graph, 'main', {
      onMissing: ({ chain }) => void missing.push([...chain]),
    })
    expect(ids).toEqual(['a', 'main'])
    expect(missing).toEqual([
      ['main', 'x'],
      ['main', 'a', 'y'],
    ])
  })
})

describe('a change', () => {
  it('of a file is seen', async () => {
    const graph = site({
      'js/main.js': "define(['a'], {})",
      'js/a.js': 'define({})',
      'js/b.js': 'define({ b: 1 })',
    })
    expect(await order(graph, 'main')).toEqual(['a', 'main'])
    const before = await graph.module('main')
    expect(await graph.module('main')).toBe(before)
    writeFileSync(join(root, 'js/main.js'), "define(['a', 'b'], {})")
    expect(await order(graph, 'main')).toEqual(['a', 'b', 'main'])
    expect(graph.invalidate(join(root, 'js/b.js'))).toEqual(['b'])
    expect(graph.invalidate(join(root, 'js/other.js'))).toEqual([])
  })

  it('that does not parse is told, and forgotten when mended', async () => {
    const graph = site({ 'js/main.js': "define(['a'], {})", 'js/a.js': 'define({' })
    await expect(graph.closure(['main'])).rejects.toMatchObject({ code: 'REQUIREJS_AMD_SYNTAX' })
    const failed: string[] = []
    expect(await order(graph, 'main', { onError: (_, id) => void failed.push(id) })).toEqual([
      'main',
    ])
    expect(failed).toEqual(['a'])
    writeFileSync(join(root, 'js/a.js'), 'define({})')
    expect(await order(graph, 'main')).toEqual(['a', 'main'])
  })
})
