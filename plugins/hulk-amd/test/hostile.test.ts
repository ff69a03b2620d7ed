import * as fc from 'fast-check'
import { parseSync } from 'vite'
import { describe, expect, test } from 'vitest'
import { type Code, emitAmdFile, emitCommonJs, emitEsm } from '../src/output/index.ts'
import { TemplateError } from '../src/error.ts'
import { parseTemplate, type ParsedTemplate } from '../src/template/index.ts'

interface AnyNode {
  readonly type?: string
  readonly name?: string
}

/** Names that generated code refers to, and nothing else may. */
const ALLOWED = new Set(
  (
    'templates define Hogan Template code partials subs name c p i t b fl s f d v rs pop rp sub require module exports ' +
    'template compiler partial0 default module.exports unpack compile FullTemplate unpackSpec'
  ).split(' '),
)

/** Every identifier in a program; a parse error fails the test. */
function identifiers(code: string, lang: string): Set<string> {
  const { program, errors } = parseSync(`x.${lang}`, code)
  expect(errors.map(({ message }) => `${message} in ${code}`)).toEqual([])
  const names = new Set<string>()
  const left: unknown[] = [program]
  for (let node = left.pop(); node !== undefined; node = left.pop()) {
    if (node === null || typeof node !== 'object') continue
    const { type, name } = node as AnyNode
    if (type === 'Identifier' && name) names.add(name)
    left.push(...Object.values(node).filter((value) => value !== undefined))
  }
  return names
}

type Output = [lang: string, emit: (template: ParsedTemplate) => Code]
const ESM = {
  names: { runtime: 'r', compiler: 'c', spec: 's', specCompiler: 'sc' },
  partials: new Map([['x', './x']]),
}
const AMD: Output = [
  'cjs',
  (one) => emitAmdFile(one, { hoganId: 'hogan.js', variable: 'templates' }),
]
const OUTPUTS: Record<string, Output> = {
  amd: AMD,
  cjs: ['cjs', (one) => emitCommonJs(one, { hoganId: 'hogan.js' })],
  packed: ['mjs', (one) => emitEsm(one, ESM)],
  debug: ['mjs', (one) => emitEsm(one, { ...ESM, debug: true })],
  spec: ['mjs', (one) => emitEsm(parseTemplate(one.text, true), { ...ESM, spec: true })],
  lambdas: ['mjs', (one) => emitEsm(one, { ...ESM, lambdas: true })],
}

/** The template, or nothing if it is refused with a place; any other error fails the test. */
function tryParse(text: string): ParsedTemplate | undefined {
  try {
    return parseTemplate(text)
  } catch (error) {
    if (error instanceof TemplateError && error.pos <= text.length) return undefined
    throw error
  }
}

/** Nothing of a template may end up as code. */
function expectInert(text: string): void {
  const template = tryParse(text)
  if (!template) return
  for (const [lang, emit] of Object.values(OUTPUTS)) {
    const names = identifiers(emit(template).text, lang)
    expect([...names].filter((name) => !ALLOWED.has(name))).toEqual([])
  }
}

const evil = fc.constantFrom(
  '"+evil()+"',
  "'+evil()+'",
  '");evil();("',
  '\\',
  '\\"',
  '*/evil()/*',
  '</script>',
  '${evil}',
  '`',
  '\n',
  '\r',
  '\u2028',
  '\u2029',
  '})',
  '{{',
  '}}',
  '=',
  '#',
  'a',
  '__proto__',
  'constructor',
)
const word = fc
  .array(evil, { minLength: 1, maxLength: 3 })
  .map((parts) => parts.join('').replaceAll(/\s/g, ''))
  .filter((text) => text !== '')
const content = fc.array(evil, { maxLength: 4 }).map((parts) => parts.join(''))

describe('a hostile template', () => {
  const numRuns = Number(process.env['FC_RUNS'] ?? 300)

  test('cannot inject code by its delimiters', () => {
    const template = fc
      .tuple(word, word, content, fc.constantFrom('#', '^', '$', '<', '>', '&', '{', ''))
      .map(([open, close, inner, sign]) => {
        const end = '#^$<'.includes(sign) && sign ? `${open}/${inner}${close}` : ''
        return `{{=${open} ${close}=}}${open}${sign}${inner}${close}${end}`
      })
    fc.assert(fc.property(template, expectInert), { numRuns })
  })

  test('cannot inject code by its names and texts', () => {
    const template = fc
      .array(
        fc.tuple(
          content,
          fc.constantFrom('', '&', '>', '!', '#', '/', '$', '<', '^', '='),
          content,
        ),
      )
      .map((parts) => parts.map(([text, sign, name]) => `${text}{{${sign}${name}}}`).join(''))
    fc.assert(fc.property(template, expectInert), { numRuns })
  })

  test('of any characters is an error or inert', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 60 }), expectInert), { numRuns })
  })

  test.for([
    ['nothing', ''],
    ['white space', ' \n\t '],
    ['a byte order mark', '\uFEFFa {{b}}'],
    ['CRLF', 'a\r\n{{#b}}\r\nc\r\n{{/b}}\r\n'],
    ['lone carriage returns', 'a\r{{>b}}\rc'],
    ['line separators', 'a\u2028b\u2029c\u2028{{d\u2028}}'],
    ['names with quotes', `{{"a"}}{{#'b'}}{{/'b'}}{{>"\\"}}`],
    ['399 levels', '{{#a}}'.repeat(399) + '{{/a}}'.repeat(399)],
    ['5 MB', 'x{{a}}\n'.repeat(700_000)],
    ['1 MB on one line', '{{#a}}x{{/a}}'.repeat(80_000)],
    ['1 MB of blank tags', '{{!a}} '.repeat(150_000)],
  ] as const)('may hold %s', { timeout: 120_000 }, ([, text]) => {
    const short = text.length < 1e6
    const [lang, emit] = AMD
    const code = emit(parseTemplate(text)).text
    expect(code.startsWith('if (!!!templates) var templates = {};')).toBe(true)
    const names = short ? [...identifiers(code, lang)] : []
    expect(names.filter((name) => !ALLOWED.has(name))).toEqual([])
  })
})
