/** What stands in an output file besides plain modules: r.js's single-file builds, shims, stubs, `insertRequire`. */
import type { LinkInput } from './link.ts'
import type { Part } from './link-map.ts'
import { quote } from './link-table.ts'
import { AmdError } from './error.ts'
import type { BuildFile, Graph, ModuleRecord, Shim } from './types.ts'

/** The modules of a single-file build, in r.js's order. */
export interface Script {
  readonly publicName: string
  readonly records: readonly ModuleRecord[]
  readonly insertRequire: readonly string[]
  /** Id of a module made up by the build. */
  readonly created: string | undefined
}

/**
 * Plans a build file with `out`.
 *
 * @param graph The modules.
 * @param build What the build file says.
 * @param nameOf Public name of a path.
 * @returns The one script.
 * @throws {AmdError} `REQUIREJS_AMD_OUTSIDE` when `out` is in no static root; `REQUIREJS_AMD_MISSING`.
 */
export async function planScript(
  graph: Graph,
  build: BuildFile,
  nameOf: (file: string) => string | undefined,
): Promise<Script> {
  const place = { file: build.file ?? build.folder }
  const [module] = build.modules
  // A text that goes to a function of the build file needs no place.
  const out = build.write === undefined ? build.out : `${build.baseUrl}/${module?.name ?? 'out'}.js`
  const publicName = out === undefined ? undefined : (nameOf(out) ?? (build.write && 'out.js'))
  if (publicName === undefined || module === undefined) {
    const message = `\`out\` (${build.out}) is below no folder of static files, so the script would have no public name. Let \`out\` name a path inside one.`
    throw new AmdError('REQUIREJS_AMD_OUTSIDE', message, place)
  }
  const closure = async (ids: readonly string[]): Promise<readonly ModuleRecord[]> =>
    graph.closure(
      ids.map((id) => graph.ids.normalize(id)),
      { nested: build.findNestedDependencies },
    )
  const own = module.name === undefined || module.create ? [] : [module.name]
  // r.js: `deps` of the configuration come before the module itself.
  const records = await closure([...(build.config.deps ?? []), ...own, ...module.include])
  const left = new Set(module.excludeShallow.map((id) => graph.ids.normalize(id)))
  for (const record of await closure(module.exclude)) left.add(record.id)
  const held = records.filter((record) => !left.has(record.id))
  // What defines `define` comes first, wherever it was included.
  const loader = held.filter((record) => definesLoader(record.code)).slice(0, 1)
  return {
    publicName,
    records: [...loader, ...held.filter((record) => !loader.includes(record))],
    insertRequire: module.insertRequire,
    created: module.create ? module.name : undefined,
  }
}

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

/** Is the text that of an AMD loader: require.js or almond? */
export function definesLoader(code: string): boolean {
  return /\bvar\s+requirejs\s*,\s*require\s*,\s*define\b/.test(code)
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
