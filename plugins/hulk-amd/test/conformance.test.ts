import fs from 'node:fs'
import { describe, expect, test } from 'vitest'
import { generate } from '../src/output/index.ts'
import { compile, compiler } from '../src/runtime/compiler.ts'
import type { CodeObject } from '../src/runtime/code.ts'
import { FullTemplate } from '../src/runtime/full-template.ts'
import { compileSpec } from '../src/runtime/spec-compiler.ts'
import { parse, scan } from '../src/template/index.ts'
import { hogan, type Rendered } from './support/hogan.ts'
import { dataOf, specCases, type SpecCase } from './support/spec-cases.ts'

interface Entry {
  readonly id: string
  readonly reason: string
}

const ledger = JSON.parse(fs.readFileSync(new URL('ledger.json', import.meta.url), 'utf8')) as {
  spec: Entry[]
  hogan: Entry[]
}

const cases = specCases()

function idOf({ module, name }: SpecCase): string {
  return `${module}: ${name}`
}

function byHogan({ template, data, partials }: SpecCase): string {
  hogan.cache = {}
  return (hogan.compile(template) as Rendered).render(dataOf(data, true), { ...partials })
}

function byGeneratedCode({ template, data, partials }: SpecCase): string {
  const code = generate(parse(scan(template))).text
  // oxlint-disable-next-line no-implied-eval -- the generated code is what is tested
  const object = new Function(`'use strict';return ${code}`)() as CodeObject
  const made = new FullTemplate(object, template, compiler)
  return made.render(dataOf(data, true), { ...partials })
}

function byPacking({ template, data, partials }: SpecCase): string {
  return compile(template).render(dataOf(data, true), { ...partials })
}

function bySpec({ template, data, partials }: SpecCase, lift: boolean): string {
  return compileSpec(template).render(dataOf(data, lift), { ...partials })
}

describe('the mustache specification', () => {
  const known = new Map(ledger.spec.map(({ id, reason }) => [id, reason]))

  /** Some lambdas count their calls: each way begins anew. */
  function afresh<T>(work: () => T): T {
    Reflect.deleteProperty(globalThis, 'calls')
    return work()
  }

  test('has 194 cases', () => {
    expect(cases).toHaveLength(194)
  })

  test.for(cases)('$module: $name', (one) => {
    const rendered = afresh(() => byGeneratedCode(one))
    expect(rendered, 'as hogan.js').toBe(afresh(() => byHogan(one)))
    expect(
      afresh(() => byPacking(one)),
      'packed',
    ).toBe(rendered)
    // A case of the ledger that passes fails here: take it from the ledger.
    expect(rendered === one.expected).toBe(!known.has(idOf(one)))
  })

  test.for(cases)('with spec: true, $module: $name', (one) => {
    expect(afresh(() => bySpec(one, false))).toBe(one.expected)
    expect(
      afresh(() => bySpec(one, true)),
      "hogan.js's lambdas",
    ).toBe(one.expected)
  })

  test('has every case that the ledger names', () => {
    const ids = new Set(cases.map(idOf))
    expect(ledger.spec.filter(({ id }) => !ids.has(id))).toEqual([])
  })
})

describe('what differs from hogan.js', () => {
  const differences: Record<string, () => void> = {
    'escaped delimiters': () => {
      const text = '{{=<"+x+" "+y+">=}}<"+x+"#a"+y+">t<"+x+"/a"+y+">'
      expect(String(hogan.compile(text, { asString: true }))).toContain('"+x+" "+y+"')
      expect(generate(parse(scan(text))).text).toContain('\\"+x+\\" \\"+y+\\"')
    },
    'carriage return before a partial': () => {
      expect(() => hogan.compile('\r{{>p}}')).toThrow(SyntaxError)
      expect(compile('\r{{>p}}').render({})).toBe('')
      expect(
        byGeneratedCode({ module: '', name: '', template: '\r{{>p}}', data: {}, expected: '' }),
      ).toBe('')
    },
    'unclosed tag': () => {
      expect((hogan.compile('a {{b') as Rendered).render({})).toBe('a b')
      expect(() => scan('a {{b')).toThrow('not closed')
    },
    'unclosed delimiters': () => {
      expect(() => hogan.compile('{{=<%')).not.toThrow()
      expect(() => scan('{{=<%')).toThrow('not closed')
    },
    'render that threw': () => {
      const bad = {
        b() {
          throw new Error('no')
        },
      }
      hogan.cache = {}
      const theirs = hogan.compile('a{{b}}') as Rendered
      const ours = compiler.compile('a{{b}}')
      for (const template of [theirs, ours]) expect(() => template.render(bad)).toThrow('no')
      expect(theirs.render({})).toBe('aa')
      expect(ours.render({})).toBe('a')
    },
    'nesting deeper than 400': () => {
      const text = '{{#a}}'.repeat(401) + '{{/a}}'.repeat(401)
      expect(() => hogan.compile(text, { asString: true })).not.toThrow()
      expect(() => parse(scan(text))).toThrow('deeper than 400')
    },
    'one child in another': () => {
      const make = (by: (text: string) => unknown): string => {
        const partials = {
          parent: by('{{<grand}}{{$a}}p{{/a}}{{/grand}}'),
          grand: by('{{$a}}g{{/a}}'),
        }
        const first = by('{{<parent}}{{$a}}c{{/a}}{{/parent}}') as Rendered
        const second = by('{{<parent}}{{/parent}}') as Rendered
        return first.render({}, { ...partials }) + second.render({}, { ...partials })
      }
      hogan.cache = {}
      expect(make((text) => hogan.compile(text))).toBe('cc')
      expect(make((text) => compile(text))).toBe('cp')
    },
    'NUL characters': () => {
      expect((hogan.compile('\0') as Rendered).render({})).toBe('\0')
    },
  }

  test.for(ledger.hogan)('$id', ({ id }) => {
    expect(differences[id], 'a check of this entry').toBeDefined()
    differences[id]?.()
  })

  test('is all in the ledger, with a reason', () => {
    expect(ledger.hogan.map(({ id }) => id).sort()).toEqual(Object.keys(differences).sort())
    for (const { reason } of [...ledger.hogan, ...ledger.spec]) expect(reason).toMatch(/\w{3}.*\.$/)
  })

  test('is counted in the README', () => {
    const readme = fs.readFileSync(new URL('../README.md', import.meta.url), 'utf8')
    const all = cases.length
    const failing = ledger.spec.length
    expect(readme).toContain(`${ledger.hogan.length} known differences`)
    expect(readme).toContain(`all ${all} cases render as hogan.js renders them`)
    expect(readme).toContain(`(${all - failing} pass; ${failing} stand in`)
  })
})
