/** What stands in an output file besides plain modules: classic scripts, shims, stubs, `insertRequire`. */
import { AmdError } from '../error.ts'
import type { ModuleRecord, Shim } from '../types.ts'
import type { LinkInput } from './index.ts'
import type { Part } from './map.ts'
import { quote } from './table.ts'

/**
 * A classic script as r.js places it: its text at the top level, then a definition of its id.
 *
 * @param record The script.
 * @param shim Its shim.
 * @param define Is a definition to be made (`skipModuleInsertion` says no)?
 * @returns The inputs.
 * @throws {AmdError} `REQUIREJS_AMD_UNSUPPORTED` when the script is none that can stand among others.
 */
export function classicInput(
  record: ModuleRecord,
  shim: Shim | undefined,
  define: boolean,
): readonly LinkInput[] {
  const { code, id } = record
  if (record.kind === 'esm' || (record.analysis.callsDefine && shim === undefined)) {
    const what =
      record.kind === 'esm'
        ? 'an ES module'
        : 'a script that calls define in a way that cannot be read'
    const message = `'${id}' is ${what}: it cannot be part of a single file. Set its path to 'empty:' and load it beside.`
    throw new AmdError('REQUIREJS_AMD_UNSUPPORTED', message, { file: record.source })
  }
  const text = { text: code, origin: { file: record.file, code, offset: 0, map: record.map } }
  const own: LinkInput = { kind: 'text', parts: [text, { text: '\n;\n', origin: undefined }] }
  if (!define) return [own]
  return [
    own,
    made(`define(${quote(id)},[${(shim?.deps ?? []).map(quote).join(',')}],${shimValue(shim)});\n`),
  ]
}

/** A function that gives the value of a shimmed script, as RequireJS would. */
function shimValue(shim: Shim | undefined): string {
  const global = shim?.exports === undefined ? undefined : `global.${shim.exports}`
  if (shim?.init !== undefined) {
    const result = `(${shim.init}).apply(global,arguments)`
    return `(function(global){return function(){return ${result}${global === undefined ? '' : `||${global}`}}})(this)`
  }
  return global === undefined
    ? 'function(){}'
    : `(function(global){return function(){return ${global}}})(this)`
}

/**
 * A shimmed script in a factory of its own (`wrapShim`): it runs after its dependencies, and its global is put where
 * others look for it.
 *
 * @param record The script.
 * @param shim Its shim.
 * @returns The input.
 */
export function wrappedInput(record: ModuleRecord, shim: Shim): LinkInput {
  const { code, id } = record
  const { init, exports } = shim
  const global = exports !== undefined && !exports.includes('.') ? `root.${exports}=` : ''
  const made = init === undefined ? [] : [`(${init}).apply(this,arguments)`]
  const value = [...made, ...(exports === undefined ? [] : [exports])].join('||')
  const own = (text: string): Part => ({ text, origin: undefined })
  return {
    kind: 'row',
    id,
    deps: shim.deps ?? [],
    factory: [
      own('(function(root){return function(){return (function(){\n'),
      { text: code, origin: { file: record.file, code, offset: 0, map: record.map } },
      own(`\n;return ${global}${value || 'undefined'}}).apply(root,arguments)}})(this)`),
    ],
  }
}

/**
 * A module that is not needed itself (`stubModules`).
 *
 * @param id Its id.
 * @param plugin Is it a loader plugin, whose resources are in the file?
 * @returns The input.
 */
export function stubInput(id: string, plugin: boolean): LinkInput {
  const text = plugin
    ? '{load:function(id){throw new Error("Dynamic load not allowed: "+id)}}'
    : '{}'
  return { kind: 'row', id, deps: [], factory: [{ text, origin: undefined }] }
}

/**
 * What r.js writes at the end of a file.
 *
 * @param created Id of a module that has no source.
 * @param insertRequire Ids that the file requires itself.
 * @returns The inputs.
 */
export function closingInputs(
  created: string | undefined,
  insertRequire: readonly string[],
): readonly LinkInput[] {
  return [
    ...(created === undefined ? [] : [made(`define(${quote(created)},[],function(){});\n`)]),
    ...(insertRequire.length === 0
      ? []
      : [made(`require([${insertRequire.map(quote).join(',')}]);\n`)]),
  ]
}

/**
 * Makes a module the one that a page asks for when its `data-main` is the hashed name of the module's file: the id is
 * then that name. (Our loader knows the module's own; this is for stock require.js.)
 *
 * @param id The module's id.
 * @returns The input.
 */
export function hashedMain(id: string): LinkInput {
  return made(
    `(function(s){s=document.currentScript;s=s&&s.getAttribute("data-requiremodule");` +
      `/\\.[0-9a-f]{12}(\\.js)?$/.test(s)&&define(s,[${quote(id)}],function(m){return m})})();\n`,
  )
}

/**
 * Text of ours.
 *
 * @param text The text.
 * @returns The input.
 */
export function made(text: string): LinkInput {
  return { kind: 'text', parts: [{ text, origin: undefined }] }
}
