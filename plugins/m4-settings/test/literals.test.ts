import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { failure, project, render } from './support/project.ts'

/** Renders one setting in both languages and reads it back with each. */
async function readBack(
  definition: string,
  how = '',
): Promise<{ json: unknown; python: unknown; source: string }> {
  const site = project({
    'm4/base.m4': definition,
    'm4/a.json.m4': `__JSON__(\`__VALUE__'${how})`,
    'm4/a.py.m4': `VALUE = __PYTHON__(\`__VALUE__'${how})\n`,
  })
  await render(site, { python: false })
  const printed = site.run('python3', '-c', 'import json, a; print(json.dumps(a.VALUE))')
  return {
    json: JSON.parse(site.read('a.json')),
    python: JSON.parse(printed),
    source: site.read('a.py'),
  }
}

const define = (value: string): string => `define(\`__VALUE__', \`${value}')`

describe('one definition, typed in both languages', () => {
  test.each([
    ['True', true, 'True'],
    ['false', false, 'False'],
    ['None', null, 'None'],
    ['8000', 8000, '8000'],
    ['-1.5e3', -1500, '-1.5e3'],
    ['007', '007', '"007"'],
    ['1.2.3', '1.2.3', '"1.2.3"'],
    ['', '', '""'],
    ['$uper$ecret!', '$uper$ecret!', '"$uper$ecret!"'],
    ['heywereonstaging!', 'heywereonstaging!', '"heywereonstaging!"'],
    ['pa$1ss $@ $# $*', 'pa$1ss $@ $# $*', '"pa$1ss $@ $# $*"'],
    ['a "quoted" \\ value', 'a "quoted" \\ value', '"a \\"quoted\\" \\\\ value"'],
    ['#not a comment', '#not a comment', '"#not a comment"'],
    ['two\nlines', 'two\nlines', '"two\\nlines"'],
    ['Zoë 🎉', 'Zoë 🎉', '"Zoë 🎉"'],
    ['len, format (and) include', 'len, format (and) include', '"len, format (and) include"'],
  ])('%j', async (value, meant, python) => {
    const found = await readBack(define(value))
    expect(found).toEqual({ json: meant, python: meant, source: `VALUE = ${python}\n` })
  })

  test('`string` keeps what looks like another type', async () => {
    expect(await readBack(define('8000'), ", `string'")).toMatchObject({
      json: '8000',
      python: '8000',
    })
  })

  test('digits that JavaScript would lose stay', async () => {
    const { source } = await readBack(define('12345678901234567890123'))
    expect(source).toBe('VALUE = 12345678901234567890123\n')
  })

  test('a backquote and a lone quote, by other quotes', async () => {
    const { json } = await readBack("changequote([,])define([__VALUE__], [`it's`])changequote")
    expect(json).toBe("`it's`")
  })

  test('a value of others is expanded first', async () => {
    const site = "define(`__HOST__', `h')define(`__VALUE__', `http://__HOST__/')"
    expect(await readBack(site)).toMatchObject({ json: 'http://h/', python: 'http://h/' })
  })
})

test('any value of the environment comes back as it was', async () => {
  const files = { 'm4/base.m4': "define(`__VALUE__', `')" }
  const template = "__JSON__(`__VALUE__', `string')"
  const site = project({ ...files, 'm4/a.json.m4': template, 'm4/a.py.m4': `[${template}]` })
  await fc.assert(
    fc.asyncProperty(
      fc.string({
        unit: fc.oneof(
          fc.constantFrom(
            ...'`\'"\\$1#@*(),[]\n\t\u2028\u0001<>&'.split(''),
            '__VALUE__',
            'dnl',
            'len',
          ),
          fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
        ),
      }),
      async (value) => {
        // No environment holds NUL.
        fc.pre(!value.includes('\0'))
        process.env['KOVU_TEST_VALUE'] = value
        await render(site, { env: { __VALUE__: 'KOVU_TEST_VALUE' }, python: false })
        expect(JSON.parse(site.read('a.json'))).toBe(value)
        expect(JSON.parse(site.read('a.py'))).toEqual([value])
      },
    ),
    { numRuns: 150 },
  )
  delete process.env['KOVU_TEST_VALUE']
})

test('Python reads every character of a literal as it was', async () => {
  const codes = [...Array(0x180).keys(), 0x2028, 0x2029, 0xfeff, 0x1f600].filter((code) => code > 0)
  const value = codes.map((code) => String.fromCodePoint(code)).join('')
  process.env['KOVU_TEST_VALUE'] = value
  const site = project({
    'm4/base.m4': "define(`__VALUE__', `')",
    'm4/a.py.m4': "VALUE = __PYTHON__(`__VALUE__')\n",
  })
  await render(site, { env: { __VALUE__: 'KOVU_TEST_VALUE' } })
  delete process.env['KOVU_TEST_VALUE']
  const printed = site.run(
    'python3',
    '-c',
    'import json, a; print(json.dumps([ord(c) for c in a.VALUE]))',
  )
  expect(JSON.parse(printed)).toEqual(codes)
})

test('a plain name that loses `$1` is warned of, with the cure', async () => {
  const site = project({ 'm4/base.m4': define('pa$1ss'), 'm4/a.txt.m4': 'x\n__VALUE__\n' })
  const { warnings } = await render(site)
  expect(site.read('a.txt')).toBe('x\npass\n')
  expect(warnings).toEqual([
    expect.stringMatching(/m4\/a\.txt\.m4:2: `\$1` .*__JSON__\(`__VALUE__'\)/),
  ])
})

describe('wrong use is an error at its place', () => {
  test.each([
    ['no such setting', "__JSON__(`__VALUES__')", 'knows no setting `__VALUES__'],
    ['an unquoted name', '__JSON__(__VALUE__)', 'Is the name quoted'],
    ['another kind', "__JSON__(`__VALUE__', `number')", 'takes a quoted name'],
  ])('%s', async (_, text, message) => {
    const site = project({ 'm4/base.m4': define('v'), 'm4/a.json.m4': `[\n  ${text}]` })
    const error = await failure(() => render(site))
    expect(error).toMatchObject({
      pluginCode: 'M4_SETTINGS_LITERAL',
      id: site.file('m4/a.json.m4'),
      loc: { line: 2, column: 2 },
    })
    expect(error.message).toContain(message)
  })

  test('a value that is not UTF-8', async () => {
    const site = project({
      'm4/base.m4': Buffer.from("define(`__VALUE__', `\xff')", 'latin1'),
      'm4/a.json.m4': "__JSON__(`__VALUE__')",
    })
    const error = await failure(() => render(site))
    expect(error.pluginCode).toBe('M4_SETTINGS_LITERAL')
  })
})
