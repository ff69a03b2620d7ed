/** What a person reads of an error: sentence, code, place and frame; no stack of what has been made for people. */
import { expect, test } from 'vitest'

import { describe } from '../src/cli/describe.ts'
import { KovuError } from '../src/error.ts'
import { checkOptions } from '../src/options.ts'
import { kovu } from '../src/preset.ts'

const located = Object.assign(new Error('No static file a.js.\n  at /site/b.js:1:9'), {
  pluginCode: 'REQUIREJS_AMD_MISSING',
  id: '/site/b.js',
  loc: { file: '/site/b.js', line: 1, column: 8 },
  frame: "1 | define(['a'])",
})
const sentence = `No static file a.js. (REQUIREJS_AMD_MISSING)
  at /site/b.js:1:9
1 | define(['a'])`

test('the code by which a README has the cause stands behind the sentence, once', () => {
  expect(describe(located)).toBe(sentence)
  const said = Object.assign(new Error('A bad port. (VHOST_DEV_OPTIONS)'), {
    pluginCode: 'VHOST_DEV_OPTIONS',
  })
  expect(describe(said)).toBe('A bad port. (VHOST_DEV_OPTIONS)')
  expect(describe(new KovuError('KOVU_CYCLE', 'a waits for a.'))).toBe(
    'a waits for a. (KOVU_CYCLE)',
  )
})

test('what a bundler has gathered is said part by part, without its stacks', () => {
  const other = Object.assign(new Error('STATIC_ROOT is not set.'), {
    pluginCode: 'DJANGO_STATIC_ROOT',
  })
  const gathered = Object.assign(new Error('Build failed with 2 errors:\n    at somewhere'), {
    errors: [located, other],
  })
  expect(describe(gathered)).toBe(`${sentence}\n\nSTATIC_ROOT is not set. (DJANGO_STATIC_ROOT)`)
})

test('an error that nobody has made for people keeps its stack, also among others', () => {
  const bug = new TypeError('x is undefined')
  expect(describe(bug)).toContain('    at ')
  const gathered = Object.assign(new Error('Build failed with 2 errors'), {
    errors: [located, bug],
  })
  expect(describe(gathered)).toContain('    at ')
})

test('an option of the preset that does not exist is KOVU_OPTION, with the nearest name', () => {
  const mistyped = { requirjs: {} } as Parameters<typeof kovu>[0]
  expect(() => kovu(mistyped)).toThrow(
    'kovu() has no option `requirjs`. Did you mean `requirejs`? It has django, m4, less,',
  )
  const targets = (target: object): object => ({ targets: { seed: target } })
  expect(() => checkOptions(targets({ run: 'x', input: 'a.txt' }))).toThrow(
    'The target `seed` has no option `input`. Did you mean `inputs`?',
  )
  for (const nothing of [{}, { run: '' }, { run: 1 }])
    expect(() => checkOptions(targets(nothing))).toThrow('The target `seed` has nothing to run.')
  expect(() => checkOptions({ less: {}, vhosts: false, targets: {} })).not.toThrow()
})
