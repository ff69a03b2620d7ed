import type { TemplateError } from '../../src/error.ts'
import { generate } from '../../src/output/index.ts'
import { type Node, parse, scan, type SectionTag } from '../../src/template/index.ts'
import type { CodeObject, Compiler, TemplateOptions } from '../../src/runtime/code.ts'
import { compile } from '../../src/runtime/compiler.ts'
import { FullTemplate } from '../../src/runtime/full-template.ts'

interface Options extends TemplateOptions {
  asString?: boolean
}

/** hogan.js's own shape of a token or node. */
class HoganNode {
  declare tag: string
  declare n: string
  declare text: string
  declare nodes: HoganNode[] | undefined
  /** Where a section's text begins and ends. */
  declare i: number
  declare end: number | undefined
  declare ours: Node

  constructor(node: Node) {
    this.tag = node.type
    this.n = node.text
    this.text = node.text
    this.nodes = node.nodes?.map((inner) => new HoganNode(inner))
    this.i = node.edge
    this.end = node.closeEdge
    this.ours = node
  }

  /** Up to version 2, texts were strings. */
  toString(): string {
    return this.text
  }
}

/** What hogan.js exports, made of ours. @param how By generated code, as hulk has it, or packed, as ES modules have it. */
export function hoganOfOurs(how: 'generated' | 'packed'): object {
  const cache = new Map<string, unknown>()
  const make = (text: string, { asString, ...options }: Options): unknown => {
    if (how === 'packed' && !asString) return compile(text, options)
    const code = generate(parse(scan(text, options.delimiters), options.sectionTags)).text
    if (asString) return code
    // oxlint-disable-next-line no-implied-eval -- the generated code is what is tested
    const object = new Function(`'use strict';return ${code}`)() as CodeObject
    return new FullTemplate(object, text, api as Compiler, options)
  }
  const api = {
    Template: FullTemplate,
    scan: (text: string) => scan(text).map((token) => new HoganNode(token)),
    parse: (tokens: HoganNode[], _text: string, options: { sectionTags?: SectionTag[] } = {}) =>
      parse(
        tokens.map(({ ours }) => ours),
        options.sectionTags,
      ).map((node) => new HoganNode(node)),
    compile(text: string, options: Options = {}): unknown {
      const key = JSON.stringify([text, options])
      try {
        if (!cache.has(key)) cache.set(key, make(text, options))
        return cache.get(key)
      } catch (error) {
        // Our words are others; the error is the same.
        const { code } = error as TemplateError
        throw code === 'HULK_AMD_ILLEGAL_CONTENT'
          ? new Error('Illegal content in < super tag.', { cause: error })
          : error
      }
    },
  }
  return api
}

/** Runs a file of hogan.js's QUnit tests. @returns The failures of each test, by its name. */
export function runHoganTests(source: string, hogan: object): Map<string, string[]> {
  const results = new Map<string, string[]>()
  let failures: string[] = []
  const say = (actual: unknown, wanted: unknown, what = ''): void => {
    failures.push(`${what}: ${JSON.stringify(actual)} is not ${JSON.stringify(wanted)}`)
  }
  const shim = {
    Hogan: hogan,
    test(name: string, body: () => void): void {
      failures = []
      try {
        body()
      } catch (error) {
        failures.push(String(error))
      }
      results.set(name, failures)
    },
    strictEqual: (actual: unknown, wanted: unknown, what?: string) =>
      Object.is(actual, wanted) || say(actual, wanted, what),
    equal: (actual: unknown, wanted: unknown, what?: string) =>
      // oxlint-disable-next-line eqeqeq -- QUnit's
      actual == wanted || say(actual, wanted, what),
    ok: (actual: unknown, what?: string) => actual || say(actual, true, what),
    raises(body: () => void, what?: string): void {
      try {
        body()
      } catch {
        return
      }
      say('no error', 'an error', what)
    },
    $: {
      each<T>(list: readonly T[], visit: (index: number, one: T) => void): void {
        for (const [index, one] of list.entries()) visit(index, one)
      },
    },
  }
  // oxlint-disable-next-line no-implied-eval -- a file of tests
  new Function(...Object.keys(shim), source)(...Object.values(shim))
  return results
}
