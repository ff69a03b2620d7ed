/** A module's own source with its id in it, so that it can stand in one script with others. */
import remapping from '@jridgewell/remapping'
import { MagicString } from 'magic-string'
import { AmdError } from '../error.ts'
import type { DefineCall, ModuleRecord, RegistryCode, Shim, SourceMapLike } from '../types.ts'

/** How {@link toRegistry} writes. */
export interface RegistryOptions {
  /** The id to insert; the record's own by default. */
  readonly id?: string | undefined
  /** The module's shim: it gives the value of a file whose `define` calls name other modules. */
  readonly shim?: Shim | undefined
  /** Map every token rather than every line and edit. True by default. */
  readonly hires?: boolean | undefined
  /** False makes no map. */
  readonly map?: boolean | undefined
}

/**
 * Makes a module concatenable: `define(…)` becomes `define('id', …)`, the CommonJS form gets its scanned dependencies
 * (as r.js does it), and a file that only calls `require` gets an empty definition of its id behind it. The factory
 * itself is never touched.
 *
 * @param record The module.
 * @throws `REQUIREJS_AMD_UNSUPPORTED` for classic scripts and ES modules: they cannot be given an id.
 */
export function toRegistry(record: ModuleRecord, options: RegistryOptions = {}): RegistryCode {
  const id = options.id ?? record.id
  switch (record.kind) {
    case 'resource':
      return { code: resourceCode(id, JSON.parse(record.code)) }
    case 'script':
    case 'esm':
      throw new AmdError(
        'REQUIREJS_AMD_UNSUPPORTED',
        `'${id}' is ${record.kind === 'esm' ? 'an ES module' : 'a script without a readable define call'}: no id can be inserted, so it cannot be part of a layer.`,
        { file: record.source },
      )
    default:
      return moduleCode(record, id, options)
  }
}

/** `define('text!a.html', [], …)`. */
function resourceCode(id: string, value: unknown): string {
  return `define(${quote(id)}, [], function () { return ${literal(value, quote)}; });\n`
}

/**
 * A value of JSON as JavaScript.
 *
 * @param value The value.
 * @param quote Writes a string.
 */
export function literal(value: unknown, quote: (text: string) => string): string {
  if (typeof value === 'string') return quote(value)
  const json = JSON.stringify(value)
  // In an object literal that name is the prototype's.
  if (json.includes('"__proto__"')) return `JSON.parse(${quote(json)})`
  return json
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029')
    .replaceAll('</', '<\\/')
}

/** A string literal that may stand in any script, single-quoted. */
export function quote(text: string): string {
  const inner = JSON.stringify(text)
    .slice(1, -1)
    .replaceAll('\\"', '"')
    .replaceAll("'", "\\'")
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029')
  return `'${inner}'`
}

function moduleCode(record: ModuleRecord, id: string, options: RegistryOptions): RegistryCode {
  const { analysis, code } = record
  const text = new MagicString(code)
  for (const call of analysis.defines) {
    if (call.anonymous) text.appendLeft(call.insertAt, `${quote(id)}, `)
    if (call.sugar) text.appendLeft(call.depsAt, `${sugarList(call)}, `)
  }
  // A name of another script's map, or of the script itself, would be taken for the layer's.
  for (const match of code.matchAll(/^[ \t]*\/\/[#@][ \t]*source(?:Mapping)?URL=.*$/gm)) {
    text.remove(match.index, match.index + match[0].length)
  }
  const closing = endsStatement(code) ? '\n' : '\n;'
  if (!analysis.strict) {
    text.append(closing)
  } else if (!analysis.declares) {
    text.prepend('(function () {').append(`${closing}}).call(this);`)
  } else {
    // Wrapped, its names would be no globals: the directive moves into the factories.
    text.prepend(';').append(closing)
    for (const call of analysis.defines) {
      if (call.strictAt !== undefined) text.appendRight(call.strictAt, "'use strict';")
    }
  }
  const named = analysis.defines.some((call) => call.anonymous || call.id === id)
  if (!named) text.append(definition(id, options.shim))
  const out = text.toString()
  text.append(out.endsWith('\n') ? '' : '\n')
  if (options.map === false) return { code: text.toString() }
  let map: SourceMapLike | undefined
  return {
    code: text.toString(),
    // Most builds want none, and it costs more than the text.
    get map() {
      return (map ??= mapOf(text, record, options))
    },
  }
}

function mapOf(text: MagicString, record: ModuleRecord, { hires }: RegistryOptions): SourceMapLike {
  const own = text.generateMap({
    source: record.source,
    includeContent: true,
    hires: hires === false ? false : 'boundary',
  })
  return record.map ? chain(own, record) : (own as SourceMapLike)
}

/** RequireJS defines the id of a loaded file even where the file does not: with its shim's global, or with nothing. */
function definition(id: string, shim: Shim | undefined): string {
  if (!shim?.exports) return `define(${quote(id)}, function () {});`
  const deps = (shim.deps ?? []).map(quote).join(', ')
  return `define(${quote(id)}, [${deps}], function () { return ${shim.exports}; });`
}

function sugarList(call: DefineCall): string {
  const special = call.sugarParams > 1 ? ['require', 'exports', 'module'] : ['require']
  return `[${[...special, ...(call.sugar ?? []).map((dep) => dep.id)].map(quote).join(', ')}]`
}

function endsStatement(code: string): boolean {
  const trimmed = code.trimEnd()
  const line = trimmed.slice(trimmed.lastIndexOf('\n') + 1)
  return trimmed.endsWith(';') && !line.includes('//')
}

function chain(own: object, record: ModuleRecord): SourceMapLike {
  const derived = record.map
  // Only the text's own source has a map behind it; that map's source may bear the same name.
  const map = remapping(own as never, (_source, { depth }) =>
    depth === 1 ? (derived as never) : null,
  )
  const sources = map.sources.map((source) => source ?? record.source)
  return {
    version: 3,
    sourcesContent: map.sourcesContent,
    sources,
    names: map.names,
    mappings: String(map.mappings),
  }
}
