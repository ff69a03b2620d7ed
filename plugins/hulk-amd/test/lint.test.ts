import path from 'node:path'
import { build } from 'vite'
import { describe, expect, test } from 'vitest'
import { hulkAmd, type HulkAmdOptions } from '../src/index.ts'
import { lint } from '../src/lint/index.ts'
import { parseTemplate } from '../src/template/index.ts'
import { inline, site } from './support/site.ts'

const codes = (text: string) =>
  lint(parseTemplate(text).tree).map(({ code, pos }) => `${code.replace('HULK_AMD_', '')} ${pos}`)

describe('the linter', () => {
  test.for([
    '<a href="{{url}}" class=\'x {{y}}\'>{{{html}}}</a>{{&html}}',
    '<p>a = {{b}}</p> 1 < 2 {{c}}',
    '<!-- <a href={{x}}> {{{y}}} -->',
    '<div {{#a}}class="x"{{/a}}>{{{b}}}</div>',
    '<script src="{{x}}"></script>{{{y}}}',
  ])('is content with %s', (text) => {
    expect(codes(text)).toEqual([])
  })

  test.for([
    ['<a href={{url}}>', ['UNQUOTED 8']],
    ['<a href= {{url}} x>', ['UNQUOTED 9']],
    ['<a href=/u/{{id}}>', ['UNQUOTED 11']],
    ['<a href="{{{url}}}">', ['UNESCAPED 9']],
    ["<a title='{{&t}}'>", ['UNESCAPED 10']],
    ['<script>var x = {{{json}}}</script>', ['UNESCAPED 16']],
    ['<div {{{attributes}}}>', ['UNESCAPED 5']],
    ['{{#a}}<a href={{url}}>{{/a}}', ['UNQUOTED 14']],
  ] as const)('warns of %s', ([text, expected]) => {
    expect(codes(text)).toEqual(expected)
  })
})

/** The warnings of a build. */
async function warnings(
  files: Record<string, string>,
  options?: HulkAmdOptions,
): Promise<string[]> {
  const root = site({ 'main.js': "import './a.mustache'", ...files })
  const list: string[] = []
  await build(
    inline(root, hulkAmd(options), {
      build: {
        write: false,
        rolldownOptions: {
          input: path.join(root, 'main.js'),
          onLog: (_, { message, pluginCode }) => void list.push(`${String(pluginCode)} ${message}`),
        },
      },
    }),
  )
  return list.filter((line) => line.includes('HULK_AMD'))
}

describe('a build', () => {
  const unsafe = { 'a.mustache': '\n<a href={{u}} title="{{{t}}}">{{>gone}}' }

  test('warns with the place in the file', async () => {
    const list = await warnings(unsafe)
    expect(list).toHaveLength(3)
    expect(list[0]).toMatch(/HULK_AMD_UNQUOTED.*\(a\.mustache:2:9\)/)
    expect(list[1]).toMatch(/HULK_AMD_UNESCAPED.*\(a\.mustache:2:22\)/)
    expect(list[2]).toMatch(/HULK_AMD_MISSING_PARTIAL.*\{\{>gone\}\}.*\(a\.mustache:2:31\)/)
  })

  test.for([
    [{ unquoted: false }, ['UNESCAPED', 'MISSING_PARTIAL']],
    [{ unescaped: false }, ['UNQUOTED', 'MISSING_PARTIAL']],
    [{ partials: false }, ['UNQUOTED', 'UNESCAPED']],
    [false, []],
  ] as const)('warns of what is left with lint: %j', async ([option, expected]) => {
    const list = await warnings(unsafe, { lint: option })
    expect(list.map((line) => /HULK_AMD_(\w+)/.exec(line)?.[1])).toEqual(expected)
  })

  test('warns of partials that include each other without end, not of recursion in a section', async () => {
    const list = await warnings({ 'a.mustache': 'x\n{{>b}}', 'b.mustache': '{{>a}}' })
    expect(list.sort()).toEqual([
      expect.stringMatching(
        /HULK_AMD_ENDLESS_PARTIAL.*a\.mustache > b\.mustache > a\.mustache \(a\.mustache:2:1\)/,
      ),
      expect.stringMatching(
        /HULK_AMD_ENDLESS_PARTIAL.*b\.mustache > a\.mustache > b\.mustache \(b\.mustache:1:1\)/,
      ),
    ])
    expect(await warnings({ 'a.mustache': '{{#x}}{{>a}}{{/x}}' })).toEqual([])
  })

  test('finds partials below the folders of the partials option only', async () => {
    const files = { 'a.mustache': '{{>b}}', 'shared/b.mustache': 'B' }
    expect(await warnings(files)).toHaveLength(1)
    expect(await warnings(files, { partials: ['shared'] })).toEqual([])
  })

  test('says which partial may have been meant', async () => {
    const files = {
      'a.mustache': '{{>rwo}}{{>t/cel}}{{>other}}',
      'row.template.mustache': '',
      't/cell.mustache': '',
    }
    const list = await warnings(files)
    expect(list.map((line) => /Did you mean .*\?/.exec(line)?.[0])).toEqual([
      'Did you mean {{>row}}?',
      'Did you mean {{>t/cell}}?',
      undefined,
    ])
  })

  test('says that an imported template is not included', async () => {
    const list = await warnings({ 'a.mustache': 'A = 1' }, { include: 't/*.mustache' })
    expect(list).toEqual([
      'HULK_AMD_NOT_INCLUDED HULK_AMD_NOT_INCLUDED: a.mustache is imported, but no glob of the include option (t/*.mustache) matches it',
    ])
  })
})
