import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { generate } from '../src/output/index.ts'
import { parseTemplate } from '../src/template/index.ts'
import { hogan } from './support/hogan.ts'
import { templateText } from './support/grammar.ts'

const ours = (text: string) => generate(parseTemplate(text).tree).text
/** hogan.js's text; the white space before a partial, which it does not escape, escaped. */
const theirs = (text: string) => {
  hogan.cache = {}
  const code = hogan.compile(text.trim(), { asString: true }) as string
  return code.replaceAll(/(",c,p,")(\s*)("\))/g, (_, before, indent: string, after) => {
    const escaped = indent.replaceAll('\r', '\\r').replace('\u2028', '\\u2028')
    return `${before}${escaped}${after}`
  })
}

describe('the generated text', () => {
  test.for([
    '',
    'Hello {{name}}',
    '{{#a}}\n  {{b.c}}\n{{/a}}\n',
    '{{<p}}{{$b}}x{{>q}}{{/b}}{{$c}}{{$d}}{{/d}}{{/c}}{{/p}}',
    '  {{>p}}  \nx\n\t{{> p }}\n\n\n{{!c}}\n',
    '{{=<% %>=}}\n<%#a%>"<%/a%>\\ <%={{ }}=%> {{^a}}\r\n{{/a}}',
    '  {{=<% %>=}}  \nx',
    '{{{a}}} {{&b}} {{{a}}x',
    '\u2028 \u2028 \u2029',
    '{{$1}}a{{/1}}{{$__proto__}}b{{/__proto__}}{{$0}}c{{/0}}',
    '{{={ }=}}{a} {{b}} {#c}{/c}',
  ])('of %j is what hogan.js writes', (text) => {
    expect(ours(text)).toBe(theirs(text))
  })

  test('of any well-formed template is what hogan.js writes', () => {
    fc.assert(
      fc.property(templateText, (text) => {
        expect(ours(text)).toBe(theirs(text))
      }),
      { numRuns: Number(process.env['FC_RUNS'] ?? 500) },
    )
  })
})
