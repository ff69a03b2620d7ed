/**
 * The minifier prints `` `text` `` for `'text'` and `{ a }` for `{ a: a }` whatever its target. Both mean the same in any
 * script; browsers of the old kind only know the latter.
 */
import { parseSync } from 'vite'
import type { Patch } from './map.ts'
import { scanNewerSyntax } from './scan.ts'

/**
 * What is to be replaced in a minified script so that it is ES5 again, if it was before.
 *
 * @param name A file name.
 * @param code The minified script.
 * @returns The replacements, in order. None is made for syntax that only newer sources have.
 */
export function newerSyntax(name: string, code: string): readonly Patch[] {
  return (scanNewerSyntax(code) ?? newerSyntaxInTree(name, code)).map(({ start, end, key }) => ({
    start,
    end,
    text: key === undefined ? stringOfTemplate(code.slice(start + 1, end - 1)) : `${key}:`,
  }))
}

/** A place of newer syntax. */
export interface Newer {
  readonly start: number
  /** Equal to `start` where a key is missing. */
  readonly end: number
  /** The missing key of a shorthand property; undefined for a template. */
  readonly key: string | undefined
}

interface Node {
  readonly type: string
  readonly start: number
  readonly end: number
}

/**
 * The places by the script's tree: some twenty times what the scan costs, and right for every script.
 *
 * @param name A file name.
 * @param code The script.
 * @returns The places, in order.
 */
export function newerSyntaxInTree(name: string, code: string): readonly Newer[] {
  const found: Newer[] = []
  const visit = (value: unknown, parent: Node | undefined): void => {
    if (Array.isArray(value)) {
      for (const entry of value) visit(entry, parent)
      return
    }
    if (!isNode(value)) return
    const { type, start, end } = value
    if (type === 'TemplateLiteral' && parent?.type !== 'TaggedTemplateExpression') {
      const { expressions } = value as Node & { expressions: readonly unknown[] }
      if (expressions.length === 0) {
        found.push({ start, end, key: undefined })
        return
      }
    }
    if (type === 'Property') {
      const property = value as Node & { shorthand: boolean; key: Node; value: unknown }
      if (property.shorthand) {
        const key = code.slice(property.key.start, property.key.end)
        found.push({ start, end: start, key })
        if (isNode(property.value) && property.value.type !== 'Identifier')
          visit(property.value, value)
        return
      }
    }
    for (const key in value) {
      const child = (value as unknown as Record<string, unknown>)[key]
      if (typeof child === 'object' && child !== null) visit(child, value)
    }
  }
  visit(parseSync(name, code, { sourceType: 'script' }).program, undefined)
  return found.sort((a, b) => a.start - b.start)
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value
}

/** A template's raw text as a string literal, in the quotes that need fewer escapes. */
function stringOfTemplate(raw: string): string {
  const mark = raw.split('"').length > raw.split("'").length ? "'" : '"'
  const body = raw.replace(/\\[^]|["'\n\u2028\u2029]/g, (found) => {
    if (found === mark) return `\\${found}`
    if (found === '\n') return '\\n'
    if (found === '\u2028') return '\\u2028'
    if (found === '\u2029') return '\\u2029'
    return found === '\\`' || found === '\\$' || found === '\\{' ? found.slice(1) : found
  })
  return mark + body + mark
}
