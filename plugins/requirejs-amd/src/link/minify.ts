/** The minifier of linked files: Vite's own, held to the syntax of its input. */
import { minify, parseSync } from 'vite'
import { patched } from './map.ts'
import type { Patch } from './map.ts'
import type { MinifierOptions, SourceMapLike } from '../types.ts'

/** A minified script. */
export interface Minified {
  readonly code: string
  /** The minifier's own text and map, and what was replaced in it. Present when asked for. */
  readonly trace:
    | { readonly code: string; readonly map: SourceMapLike; readonly patches: readonly Patch[] }
    | undefined
  /** Comments that ask to be kept (`@license`, `@preserve`, `/*!`), in order. */
  readonly legal: readonly string[]
}

/** The script does not parse. */
export class MinifyError extends Error {
  /** Offset in the given code, when known. */
  readonly offset: number | undefined

  constructor(message: string, offset: number | undefined) {
    super(message)
    this.offset = offset
  }
}

/**
 * Minifies a classic script. Global names stay; a script of ES5 stays one.
 *
 * @param name A file name for messages.
 * @param code The script.
 * @param withMap Is the way back to `code` wanted?
 * @param options What a build file says of r.js's minifier.
 * @returns The minified script.
 * @throws {MinifyError} when the script does not parse.
 */
export async function minifyScript(
  name: string,
  code: string,
  withMap: boolean,
  options?: MinifierOptions,
): Promise<Minified> {
  const result = await minify(name, code, {
    module: false,
    // The oldest target there is. What it still adds to ES5 is taken back below.
    compress: options?.compress !== false && {
      target: 'es2015',
      dropConsole: options?.dropConsole ?? false,
      dropDebugger: options?.dropDebugger ?? true,
    },
    mangle: options?.mangle !== false && { toplevel: false },
    codegen: { legalComments: 'external', removeWhitespace: options?.beautify !== true },
    sourcemap: withMap,
  })
  const error = result.errors.find((entry) => entry.severity === 'Error')
  if (error !== undefined) throw new MinifyError(error.message, error.labels[0]?.start)
  const newer = newerSyntax(name, result.code)
  const patches = options?.asciiOnly === true ? withEscapes(result.code, newer) : newer
  return {
    code: patched(result.code, patches),
    trace:
      result.map === undefined
        ? undefined
        : { code: result.code, map: result.map as unknown as SourceMapLike, patches },
    legal: result.legalComments,
  }
}

interface Node {
  readonly type: string
  readonly start: number
  readonly end: number
}

/**
 * The minifier prints `` `text` `` for `'text'` and `{ a }` for `{ a: a }` whatever its target. Both mean the same in any
 * script; browsers of the old kind only know the latter.
 */
function newerSyntax(name: string, code: string): readonly Patch[] {
  const patches: Patch[] = []
  const visit = (value: unknown, parent: Node | undefined): void => {
    if (Array.isArray(value)) {
      for (const entry of value) visit(entry, parent)
      return
    }
    if (!isNode(value)) return
    if (value.type === 'TemplateLiteral' && parent?.type !== 'TaggedTemplateExpression') {
      const { expressions } = value as Node & { expressions: readonly unknown[] }
      if (expressions.length === 0) {
        const text = stringOfTemplate(code.slice(value.start + 1, value.end - 1))
        patches.push({ start: value.start, end: value.end, text })
        return
      }
    }
    if (value.type === 'Property') {
      const property = value as Node & { shorthand: boolean; key: Node; value: unknown }
      if (property.shorthand) {
        const key = code.slice(property.key.start, property.key.end)
        patches.push({ start: value.start, end: value.start, text: `${key}:` })
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
  return patches.sort((a, b) => a.start - b.start)
}

/** The patches, with one more for every character beyond ASCII. Escapes mean the same in names, strings and patterns. */
function withEscapes(code: string, patches: readonly Patch[]): readonly Patch[] {
  const escaped = (text: string): string =>
    text.replaceAll(
      /[\u0080-\uffff]/g,
      (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
    )
  const all = patches.map((patch) => ({ ...patch, text: escaped(patch.text) }))
  for (const { index, 0: char } of code.matchAll(/[\u0080-\uffff]/g)) {
    if (patches.some((patch) => patch.start <= index && index < patch.end)) continue
    all.push({ start: index, end: index + 1, text: escaped(char) })
  }
  return all.sort((a, b) => a.start - b.start)
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
