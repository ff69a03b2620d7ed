/** A module of the graph as the linker takes it. */
import { parseSync } from 'vite'
import type { LinkInput } from './index.ts'
import type { Origin, Part } from './map.ts'
import { literal } from '../module/registry.ts'
import { quote } from './table.ts'
import type { Analysis, DefineCall, ModuleRecord, RegistryCode, Span } from '../types.ts'

/** A text with what is known of it. */
interface Read {
  readonly id: string
  readonly code: string
  readonly analysis: Analysis
  readonly origin: Origin | undefined
}

/**
 * A module as input of the linker: a row when that says all there is to it, else its registry form as text.
 *
 * @param record The module.
 * @param registry Its registry form, asked for when needed.
 * @returns The input.
 */
export function moduleInput(record: ModuleRecord, registry: () => RegistryCode): LinkInput {
  if (record.kind === 'resource') {
    const value = literal(JSON.parse(record.code), quote)
    const factory = [{ text: `function(){return ${value}}`, origin: undefined }]
    return { kind: 'row', id: record.id, deps: [], factory }
  }
  const row = record.kind === 'amd' ? plainRow(ownText(record)) : undefined
  return row ?? textInput(record, registry())
}

/**
 * A module whose text was changed by a build file's `onBuildWrite`, as input of the linker.
 *
 * @param record The module.
 * @param registry Its registry form.
 * @param analysis What is known of that form.
 * @returns The input.
 */
export function madeInput(
  record: ModuleRecord,
  registry: RegistryCode,
  analysis: Analysis,
): LinkInput {
  const origin = originOf(record, registry)
  const row = plainRow({ id: record.id, code: registry.code, analysis, origin })
  return row ?? textInput(record, registry)
}

function ownText(record: ModuleRecord): Read {
  const { id, code, analysis } = record
  return { id, code, analysis, origin: { file: record.file, code, offset: 0, map: record.map } }
}

function textInput(record: ModuleRecord, registry: RegistryCode): LinkInput {
  return { kind: 'text', parts: [{ text: registry.code, origin: originOf(record, registry) }] }
}

function originOf(record: ModuleRecord, registry: RegistryCode): Origin | undefined {
  const { code } = registry
  if ('map' in registry) {
    return {
      file: record.file,
      code,
      offset: 0,
      get map() {
        return registry.map
      },
    }
  }
  // Without a map nothing moved, unless the text was made from something that is no script.
  if (!code.startsWith(record.code)) return undefined
  return { file: record.file, code: record.code, offset: 0, map: record.map }
}

/** The module as a row, or undefined when its source says more than one plain `define` call. */
function plainRow({ id, code, analysis, origin }: Read): LinkInput | undefined {
  const [call, second] = analysis.defines
  if (call === undefined || second !== undefined || analysis.requires.length > 0) return undefined
  if (analysis.configs.length > 0 || (call.id !== undefined && call.id !== id)) return undefined
  if (call.factory === undefined || call.computedDeps) return undefined
  const prelude = code.slice(0, call.start)
  const before = outside(prelude)
  const deps = depsOf(call)
  if (outside(code.slice(call.end)) === undefined || deps === undefined) return undefined
  if (before === undefined && !isPrelude(prelude)) return undefined
  if (!isLiteralFactory(text(code, call.factory))) return undefined
  return {
    kind: 'row',
    id,
    deps: deps.map((dep) => absoluteId(dep, id)),
    before: before === undefined ? { text: prelude, origin } : undefined,
    factory: around(before ?? { strict: false, licenses: [] }, {
      text: text(code, call.factory),
      origin: at(origin, call.factory),
    }),
  }
}

/** Statements that end before the call, and that neither know modules nor say how the file is to be run. */
function isPrelude(code: string): boolean {
  if (/\b(?:define|require|requirejs)\b|['"]use strict['"]/.test(code)) return false
  return parseSync('prelude.js', code, { sourceType: 'script' }).errors.length === 0
}

/** A function or an object, and not what a call of one returns: its meaning does not depend on when it is evaluated. */
function isLiteralFactory(factory: string): boolean {
  if (/^(?:async\s*)?(?:\([^()]*\)|[\w$]+)\s*=>/.test(factory)) return true
  return /^(?:(?:async\s+)?function\b|\{)/.test(factory) && factory.endsWith('}')
}

function text(code: string, span: Span): string {
  return code.slice(span.start, span.end)
}

function at(origin: Origin | undefined, span: Span): Origin | undefined {
  return origin && { ...origin, offset: origin.offset + span.start }
}

function around(before: Outside, factory: Part): readonly Part[] {
  const own = (made: string): Part => ({ text: made, origin: undefined })
  const strict = before.strict && !factory.text.startsWith('{')
  return [
    ...before.licenses.map((comment) => own(`${comment}\n`)),
    // A directive at the top of a file means that file alone.
    ...(strict ? [own('function(){"use strict";return ')] : []),
    factory,
    ...(strict ? [own('\n}()')] : []),
  ]
}

/** What `define` would have been given by RequireJS, which reads the CommonJS form's factory as text. */
function depsOf(call: DefineCall): readonly string[] | undefined {
  if (call.deps !== undefined) return call.deps.map((dep) => dep.id)
  if (call.sugar === undefined || call.sugarParams === 0) return []
  const names = call.sugarParams === 1 ? ['require'] : ['require', 'exports', 'module']
  return [...names, ...call.sugar.map((dep) => dep.id)]
}

interface Outside {
  readonly strict: boolean
  readonly licenses: readonly string[]
}

/** What stands outside the call: undefined when it is more than comments and a directive. */
function outside(code: string): Outside | undefined {
  const licenses: string[] = []
  let strict = false
  let rest = code
  for (;;) {
    rest = rest.replace(/^[\s;\uFEFF]+/, '')
    if (rest === '') return { strict, licenses }
    const found = /^(?:\/\*[^]*?\*\/|\/\/[^\n\r]*|'use strict'|"use strict")/.exec(rest)?.[0]
    if (found === undefined) return undefined
    if (!found.startsWith('/')) strict = true
    else if (found.startsWith('/*') && /^\/\*!|@license|@preserve/.test(found)) licenses.push(found)
    rest = rest.slice(found.length)
  }
}

/**
 * A dependency without its leading dots, so that every module names it alike. `map` and packages' mains are left to the
 * page: it applies them to what RequireJS would apply them to.
 *
 * @param dep The dependency as written.
 * @param parent Id of the module that names it.
 * @returns The id, or `dep` itself where only its loader plugin knows.
 */
export function absoluteId(dep: string, parent: string): string {
  if (dep.startsWith('text!.')) return `text!${absoluteId(dep.slice('text!'.length), parent)}`
  if (!dep.startsWith('.') || dep.includes('!')) return dep
  const parts = parent.split('/').slice(0, -1)
  for (const part of dep.split('/')) {
    if (part === '.') continue
    if (part !== '..') parts.push(part)
    else if (parts.length === 0 || parts.at(-1) === '..') return dep
    else parts.pop()
  }
  // Above `baseUrl` it would be taken for relative again.
  return parts[0] === '..' ? dep : parts.join('/')
}
