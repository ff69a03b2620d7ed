import { describe, expect, test } from 'vitest'
import { hogan, type HoganModule, type Rendered } from './support/hogan.ts'
import { hoganOfOurs } from './support/hogan-api.ts'

interface Case {
  readonly text: string
  readonly partials?: Readonly<Record<string, string>>
  /** Made anew for each render. */
  readonly context?: () => unknown
  readonly options?: Record<string, unknown>
}

/** What version 3 of hogan.js has and version 2 has not, with what it is to print. */
const CASES: Readonly<Record<string, readonly [Case, string]>> = {
  'a parent without blocks given is a partial': [
    { text: '{{<p}}{{/p}}|{{>p}}', partials: { p: '[{{$b}}own{{/b}}]' } },
    '[own]|[own]',
  ],
  'a block alone is its own content': [{ text: '{{$a}}own{{/a}}' }, 'own'],
  'a block holds variables': [{ text: '{{$a}}{{b}}{{/a}}', context: () => ({ b: '<' }) }, '&lt;'],
  'a block holds unescaped variables': [
    { text: '{{$a}}{{{b}}}{{&b}}{{/a}}', context: () => ({ b: '<' }) },
    '<<',
  ],
  'a block holds sections': [
    { text: '{{$a}}{{#b}}{{c}}{{/b}}{{/a}}', context: () => ({ b: [{ c: 1 }, { c: 2 }] }) },
    '12',
  ],
  'a block holds inverted sections': [
    { text: '{{$a}}{{^b}}none{{/b}}{{/a}}', context: () => ({ b: [] }) },
    'none',
  ],
  'what a context gives is no template': [
    { text: '{{$a}}{{b}}{{/a}}', context: () => ({ b: '{{c}}', c: 1 }) },
    '{{c}}',
  ],
  'a child gives a block': [
    { text: '{{<p}}{{$b}}child{{/b}}{{/p}}', partials: { p: '[{{$b}}own{{/b}}]' } },
    '[child]',
  ],
  'a child gives one block of two': [
    {
      text: '{{<p}}{{$c}}child{{/c}}{{/p}}',
      partials: { p: '{{$b}}one{{/b}},{{$c}}two{{/c}}' },
    },
    'one,child',
  ],
  'two children give a block each': [
    {
      text: '{{<p}}{{$b}}1{{/b}}{{/p}}{{<p}}{{$b}}2{{/b}}{{/p}}',
      partials: { p: '[{{$b}}{{/b}}]' },
    },
    '[1][2]',
  ],
  'blocks have lines': [
    { text: '{{<p}}{{$b}}\none\n\ntwo\n{{/b}}{{/p}}', partials: { p: '{{$b}}{{/b}}' } },
    'one\n\ntwo\n',
  ],
  'a block is indented where it stands': [
    { text: '{{<p}}{{$b}}child{{/b}}{{/p}}', partials: { p: 'x\n  {{$b}}own{{/b}}' } },
    'x\n  child',
  ],
  'text inside a parent is nothing': [
    { text: '{{<p}} text {{$b}}child{{/b}} text {{/p}}', partials: { p: '{{$b}}own{{/b}}' } },
    'child',
  ],
  'text alone inside a parent is nothing': [
    { text: '{{<p}} text {{/p}}', partials: { p: '{{$b}}own{{/b}}' } },
    'own',
  ],
  'partials stand in blocks': [
    {
      text: '{{<p}}{{$b}}{{>q}}{{/b}}{{/p}}',
      partials: { p: '[{{$b}}{{/b}}]', q: '<{{$c}}q{{/c}}>' },
    },
    '[<q>]',
  ],
  'the youngest child wins through three generations': [
    {
      text: '{{<a}}{{$x}}0{{/x}}{{/a}}',
      partials: {
        a: '{{<b}}{{$x}}1{{/x}}{{/b}}',
        b: '{{<c}}{{$x}}2{{/x}}{{/c}}',
        c: '{{$x}}3{{/x}}',
      },
    },
    '0',
  ],
  'the next one wins when the youngest gives nothing': [
    {
      text: '{{<a}}{{/a}}',
      partials: { a: '{{<b}}{{$x}}1{{/x}}{{/b}}', b: '{{$x}}2{{/x}}' },
    },
    '1',
  ],
  'templates inherit from each other in turn': [
    {
      text: '{{<p}}{{$a}}given{{/a}}{{/p}}',
      partials: {
        p: '{{$a}}own{{/a}} {{$b}}{{<q}}{{/q}}{{/b}}',
        q: '{{$a}}other{{/a}} {{<p}}{{$b}}end{{/b}}{{/p}}',
      },
    },
    'given given given end',
  ],
  'a partial includes itself with the contexts around it': [
    {
      text: '{{>tree}}',
      partials: { tree: '{{name}}{{title}}{{#kids}}({{>tree}}){{/kids}}' },
      context: () => ({ title: '!', name: 'a', kids: [{ name: 'b', kids: false }] }),
    },
    'a!(b!)',
  ],
  'a partial given as text includes itself': [
    {
      text: '{{>t}}',
      partials: { t: '{{n}}{{#next}}{{>t}}{{/next}}' },
      context: () => ({ n: 1, next: { n: 2, next: { n: 3, next: null } } }),
    },
    '123',
  ],
  'null is a value, undefined is none': [
    {
      text: '{{#o}}{{#a}}A{{/a}}{{#b}}B{{/b}}{{/o}}',
      context: () => ({ a: 1, b: 1, o: { a: null, b: undefined } }),
    },
    'B',
  ],
  'delimiters may stand in white space': [
    { text: '{{=  <%    %>  =}}<%a%>', context: () => ({ a: 1 }) },
    '1',
  ],
  'delimiters may be given': [
    { text: '[a]{{a}}', context: () => ({ a: 1 }), options: { delimiters: '[ ]' } },
    '1{{a}}',
  ],
  'separators of lines are text': [{ text: 'a\u2028b\u2029c' }, 'a\u2028b\u2029c'],
  'a lambda takes the text of a section and its delimiters': [
    {
      text: '{{=<% %>=}}<%#f%>a<%b%><%/f%>',
      context: () => ({ b: 1, f: () => (text: string) => `[${text}]` }),
    },
    '[a1]',
  ],
  'a lambda in a block takes the text of the child': [
    {
      text: '{{<p}}{{$b}}{{#f}}child{{/f}}{{/b}}{{/p}}',
      partials: { p: '<{{$b}}{{#f}}own{{/f}}{{/b}}>' },
      context: () => ({ f: () => (text: string) => text.toUpperCase() }),
    },
    '<CHILD>',
  ],
  'a lambda in a partial takes the text of the partial': [
    {
      text: '{{>p}}',
      partials: { p: 'some {{#f}}text{{/f}}' },
      context: () => ({ f: () => (text: string) => text.toUpperCase() }),
    },
    'some TEXT',
  ],
  'lambdas work through two generations': [
    {
      text: '{{<a}}{{$x}}{{#f}}0{{v}}{{/f}}{{/x}}{{/a}}',
      partials: { a: '{{<b}}{{$x}}1{{/x}}{{/b}}', b: '{{$x}}2{{/x}}{{#f}}b{{/f}}' },
      context: () => ({ v: 'v', f: () => (text: string) => `(${text})` }),
    },
    '(0v)(b)',
  ],
  'the items of a list may be lambdas': [
    { text: '{{#l}}{{.}}{{/l}}', context: () => ({ l: [() => 1, () => 2] }) },
    '12',
  ],
  'an own property goes before get()': [
    {
      text: '{{a}}{{b}}',
      context: () => ({ a: 'own', get: (key: string) => `got ${key}` }),
      options: { modelGet: true },
    },
    'owngot b',
  ],
  'values of a dotted name are asked by get()': [
    {
      text: '{{a.b}}{{#a}}{{b}}{{/a}}',
      context: () => ({ get: () => ({ get: () => 1 }) }),
      options: { modelGet: true },
    },
    '11',
  ],
  'a section tag of one’s own': [
    {
      text: '{{_a}}x{{/a}}',
      context: () => ({ _a: true }),
      options: { sectionTags: [{ o: '_a', c: 'a' }] },
    },
    'x',
  ],
}

const OURS = {
  generated: hoganOfOurs('generated') as HoganModule,
  packed: hoganOfOurs('packed') as HoganModule,
}

function render(by: HoganModule, { text, partials, context, options }: Case): string {
  by.cache = {}
  const template = by.compile(text, { ...options }) as Rendered
  return template.render(context?.() ?? {}, { ...partials })
}

describe('since version 3 of hogan.js', () => {
  test.for(Object.entries(CASES))('%s', ([, [one, printed]]) => {
    expect(render(hogan, one)).toBe(printed)
    for (const by of Object.values(OURS)) {
      expect(render(by, one)).toBe(printed)
      const compiled = Object.entries(one.partials ?? {}).map(([name, text]) => [
        name,
        by.compile(text, { ...one.options }),
      ])
      const template = by.compile(one.text, { ...one.options }) as Rendered
      // Twice: what was made for the first render must not be seen in the second.
      for (const _ of 'ab') {
        const partials = Object.fromEntries(compiled) as Record<string, unknown>
        expect(template.render(one.context?.() ?? {}, partials)).toBe(printed)
      }
    }
  })

  test.for(['{{a}}', '{{#a}}x{{/a}}'])('lambdas can be forbidden: %s', (text) => {
    const context = { a: () => () => '{{b}}' }
    for (const by of [hogan, ...Object.values(OURS)]) {
      const template = by.compile(text, { disableLambda: true }) as Rendered
      expect(() => template.render(context)).toThrow('Lambda features disabled.')
    }
  })

  test('generated text is a template again, with and without a compiler', () => {
    const text = '{{<p}}{{$b}}x{{>q}}{{/b}}{{/p}}{{$c}}y{{/c}} {{z}}\n'
    const partials = { p: '[{{$b}}{{/b}}]', q: 'q' }
    for (const by of [hogan, ...Object.values(OURS)]) {
      const code = by.compile(text, { asString: true }) as string
      // oxlint-disable-next-line no-implied-eval -- the generated code is what is tested
      const template = new Function('T', 'H', `return new T(${code}, '', H)`)(
        by.Template,
        by,
      ) as Rendered
      expect(template.render({ z: 1 }, { ...partials })).toBe('[xq]y 1\n')
    }
  })

  test('one child’s blocks are not seen by the next that shares a parent compiled before', () => {
    // Not so in hogan.js, unless everything is compiled again: see the ledger.
    for (const by of Object.values(OURS)) {
      const partials = Object.fromEntries(
        Object.entries({
          parent: '{{<grand}}{{$a}}p{{/a}}{{/grand}}',
          grand: '{{$a}}g{{/a}}',
        }).map(([name, text]) => [name, by.compile(text)]),
      )
      const first = by.compile('{{<parent}}{{$a}}c{{/a}}{{/parent}}') as Rendered
      const second = by.compile('{{<parent}}{{/parent}}') as Rendered
      expect(first.render({}, { ...partials }) + second.render({}, { ...partials })).toBe('cp')
    }
  })
})
