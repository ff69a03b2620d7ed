import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { generate, pack } from '../src/output/index.ts'
import type { CodeObject, Place } from '../src/runtime/code.ts'
import { compile, compiler } from '../src/runtime/compiler.ts'
import { FullTemplate } from '../src/runtime/full-template.ts'
import { Template } from '../src/runtime/template.ts'
import { unpack } from '../src/runtime/unpack.ts'
import { parseTemplate } from '../src/template/index.ts'
import { hogan, type Rendered } from './support/hogan.ts'
import { partialNames, templateText } from './support/grammar.ts'

/** The three ways a template of ours comes to the page. */
const WAYS = ['packed', 'compiled there', 'generated'] as const

/** A template of ours, evaluated in strict mode. */
function ours(text: string, way: (typeof WAYS)[number] = 'packed'): Template {
  const { tree, text: source } = parseTemplate(text)
  if (way === 'compiled there') return compile(source)
  if (way === 'packed') {
    const places: Place[] = []
    const { text: packed } = pack(tree, source, { places })
    return unpack(packed, {}, (code) => new FullTemplate(code, source, compiler), places)
  }
  const code = generate(tree).text
  // oxlint-disable-next-line no-implied-eval -- the generated code is what is tested
  const object = new Function(`'use strict';return ${code}`)() as CodeObject
  return new FullTemplate(object, source, compiler)
}

function theirs(text: string): Rendered {
  hogan.cache = {}
  return hogan.compile(text.trim()) as Rendered
}

/** What a render gives, errors included. */
function attempt(render: () => string): string {
  try {
    return `text: ${render()}`
  } catch (error) {
    return `error: ${(error as Error).message.replace(/'undefined'|undefined/g, '')}`
  }
}

const value: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown; object: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<unknown>('', 'text', '<&>"\'', 0, 1, true, false, null, undefined, []),
    fc.array(tie('value'), { maxLength: 3 }),
    tie('object'),
    fc.constantFrom<unknown>(
      () => 'lambda {{a}}',
      () => true,
      () => () => '{{a}}!',
      () => (text: string) => `[${text}]{{b}}`,
      function (this: { a?: unknown }) {
        return this?.a
      },
    ),
  ),
  object: fc.record(
    {
      a: tie('value'),
      b: tie('value'),
      c: tie('value'),
      list: fc.array(tie('value'), { maxLength: 3 }),
      fn: tie('value'),
      'quo"te': tie('value'),
    },
    { requiredKeys: [] },
  ),
})).object

/** Partials that end: a partial may only name later ones. */
const partialTexts = fc
  .tuple(templateText, templateText, templateText)
  .map((texts) =>
    texts.map((text, at) =>
      partialNames.slice(0, at + 1).reduce((out, name) => out.replaceAll(name, 'none'), text),
    ),
  )

/** hogan.js itself stumbles over a carriage return before a partial; then there is nothing to compare. */
function expectSame(text: string, context: unknown, partials: Record<string, string>): void {
  const expected = attempt(() => theirs(text).render(context, { ...partials }))
  fc.pre(!expected.startsWith('error: Invalid or unexpected token'))
  for (const way of WAYS) {
    const got = attempt(() => ours(text, way).render(context, { ...partials }))
    expect({ way, got }).toEqual({ way, got: expected })
  }
}

describe('the runtime', () => {
  const numRuns = Number(process.env['FC_RUNS'] ?? 500)

  test('renders what hogan.js renders', () => {
    fc.assert(
      fc.property(templateText, value, (text, context) => expectSame(text, context, {})),
      { numRuns },
    )
  })

  test('renders partials, parents and blocks as hogan.js does', () => {
    fc.assert(
      fc.property(templateText, value, partialTexts, (text, context, texts) => {
        const partials = Object.fromEntries(partialNames.map((name, at) => [name, texts[at] ?? '']))
        expectSame(text, context, partials)
      }),
      { numRuns },
    )
  })

  test('does not keep the text of a render that threw', () => {
    const template = ours('a{{b}}')
    const bad = {
      b() {
        throw new Error('no')
      },
    }
    expect(() => template.render(bad)).toThrow('no')
    expect(template.render({ b: 1 })).toBe('a1')
  })

  test('takes a context of undefined or a string', () => {
    for (const context of [undefined, null, 'text', 5]) {
      expect(ours('{{a}}{{.}}{{#b}}x{{/b}}').render(context)).toBe(
        theirs('{{a}}{{.}}{{#b}}x{{/b}}').render(context),
      )
    }
  })

  test('says what is missing when a lambda needs a compiler and there is none', () => {
    const { tree } = parseTemplate('{{#a}}x{{/a}}')
    const code = generate(tree).text
    // oxlint-disable-next-line no-implied-eval -- the generated code is what is tested
    const template = new Template(new Function(`return ${code}`)() as CodeObject)
    expect(() => template.render({ a: () => () => 'y' })).toThrow('lambdas: true')
  })
})
