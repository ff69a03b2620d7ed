import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { list, readGlob } from '../src/graph/globs.ts'
import { keyOf } from '../src/graph/learn.ts'

describe('a pattern', () => {
  test.each([
    ['media/**/*.less', '/site/media/a.less', true],
    ['media/**/*.less', '/site/media/deep/er/a.less', true],
    ['media/**/*.less', '/site/media/a.css', false],
    ['media/*.less', '/site/media/deep/a.less', false],
    ['**/*.mustache', '/site/t/a.mustache', true],
    ['/other/**', '/other/x/y', true],
    ['*.{html,txt}', '/site/a.txt', true],
    ['*.{html,txt}', '/site/a.py', false],
    ['a?.js', '/site/ab.js', true],
    ['a+b (1).js', '/site/a+b (1).js', true],
    ['media/**\n!media/lib/**', '/site/media/a.js', true],
    ['media/**\n!media/lib/**', '/site/media/lib/a.js', false],
  ])('%j and %s: %s', (pattern, file, expected) => {
    expect(readGlob(pattern, '/site').matches(file)).toBe(expected)
  })

  test.each([
    ['media/**/*.less', '/site/media'],
    ['*.js', '/site'],
    ['**/*.js', '/site'],
    ['/other/x/*.js', '/other/x'],
    ['media/a.js', '/site/media'],
  ])('%s is looked for in %s', (pattern, base) => {
    expect(readGlob(pattern, '/site').base).toBe(base)
  })
})

describe('a listing', () => {
  let root: string
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'kovu-globs-'))
    const files = [
      'a.js',
      'deep/b.js',
      'node_modules/x/c.js',
      '.hidden/d.js',
      'env/pyvenv.cfg',
      'env/e.js',
      '__pycache__/f.js',
      'ünïcode name/g.js',
    ]
    for (const file of files) {
      await mkdir(dirname(join(root, file)), { recursive: true })
      await writeFile(join(root, file), '')
    }
    await symlink('..', join(root, 'deep/round'))
    await symlink('a.js', join(root, 'link.js'))
  })
  afterAll(() => rm(root, { recursive: true }))

  test('enters neither packages, hidden folders and virtual environments, nor a folder twice', () => {
    expect(list(readGlob('**/*.js', root), new Set()).names).toEqual([
      'a.js',
      'deep/b.js',
      'link.js',
      'ünïcode name/g.js',
    ])
  })

  test('leaves out what targets wrote', () => {
    const { names } = list(readGlob('*.js', root), new Set([`${root}/a.js`]))
    expect(names).toEqual(['link.js'])
  })

  test('of a folder that is not there is empty, and remembers the folder', () => {
    const { names, folders } = list(readGlob('none/**', root), new Set())
    expect(names).toEqual([])
    expect(folders).toEqual([[`${root}/none`]])
  })
})

describe('what an input counts as', () => {
  test.each([
    ['/site/a.js', '/site/a.js'],
    ['media/../a.js', '/site/a.js'],
    ['env:HOME', 'env:HOME'],
    ['glob:media/**', 'glob:/site/media/**'],
    ['glob:**/*.js', 'glob:/site/**/*.js'],
    ['/site/node_modules/less/index.js', undefined],
    ['glob:/site/node_modules/x/**', undefined],
    ['\0virtual:x', undefined],
    [
      '/site/.venv/lib/python3.12/site-packages/django/x.py',
      'packages:/site/.venv/lib/python3.12/site-packages',
    ],
    [
      'glob:/usr/lib/python3/dist-packages/django/contrib/admin/static/**',
      'packages:/usr/lib/python3/dist-packages',
    ],
  ])('%j: %s', (what, key) => {
    expect(keyOf(what, '/site')).toBe(key)
  })
})
