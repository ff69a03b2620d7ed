/** A layer: the modules that an id reaches, in one script, each with its own map. */
import type { Project } from '../context.ts'
import { AmdError, positionAt } from '../error.ts'
import { nativeModule, nativePlugin } from '../esm/code.ts'
import { NATIVE } from '../esm/names.ts'
import { shimOf } from '../graph/edges.ts'
import { quote, toRegistry } from '../module/registry.ts'
import type { MissingModule, ModuleRecord, SourceMapLike } from '../types.ts'

/** A layer's modules, before they are text. */
export interface Layer {
  /** In the order of definition; the asked one last. */
  readonly records: readonly ModuleRecord[]
  /** Modules that cannot be read, with the reason. */
  readonly failed: readonly { readonly id: string; readonly error: unknown }[]
  /** Ids without a file. They are left to the loader. */
  readonly missing: readonly MissingModule[]
  /** Every file the layer was made from. */
  readonly watch: readonly string[]
}

/**
 * Collects a layer.
 *
 * @param project The configuration.
 * @param id The id that is asked for.
 * @param have Ids whose layers the page has.
 * @returns Undefined when the id itself is no module that can be in a layer: a classic script, or no file at all.
 */
export async function collectLayer(
  project: Project,
  id: string,
  have: readonly string[],
): Promise<Layer | undefined> {
  const { graph } = project
  const failed: { id: string; error: unknown }[] = []
  const missing: MissingModule[] = []
  const quiet = { onMissing: () => {}, onError: () => {} }
  const own = await graph.closure([id], {
    onMissing: (problem) => void missing.push(problem),
    onError: (error, of) => void failed.push({ id: of, error }),
  })
  const root = own.find((record) => record.id === id)
  if (!root && !failed.some((failure) => failure.id === id)) return undefined
  if (root?.kind === 'script') return undefined
  // A classic script brings nothing with it.
  const layers: string[] = []
  for (const other of have) {
    const record = other === id ? undefined : await graph.module(other).catch(() => undefined)
    if (record && record.kind !== 'script') layers.push(other)
  }
  const loaded = new Set(
    layers.length > 0 ? (await graph.closure(layers, quiet)).map((record) => record.id) : [],
  )
  const records = own.filter((record) => {
    if (record.id === id) return true
    // What runs at once when it stands in the layer has to wait for its turn.
    const { kind } = record
    return !loaded.has(record.id) && (kind === 'amd' || kind === 'resource' || kind === 'esm')
  })
  // In a cycle the asked module may come earlier.
  const ordered = root ? [...records.filter((record) => record !== root), root] : records
  // Vite itself follows what it serves.
  const watch = own.flatMap((record) => (record.kind === 'esm' ? [] : record.watch))
  return { records: ordered, failed, missing, watch }
}

/** One line: a script from another origin has no base for `import()`, so the URL has to be absolute. */
const nativeLoader = `(function (base) { define(${quote(NATIVE)}, ${nativePlugin('new URL(name, base).href')}); })(document.currentScript.src);\n`

const texts = new WeakMap<ModuleRecord, string>()

/**
 * The layer's script.
 *
 * @param mapUrl URL of its map, relative to the script.
 * @param esmUrl Path below Vite's `base` under which Vite serves an ES module.
 */
export function layerCode(
  layer: Layer,
  project: Project,
  mapUrl: string,
  esmUrl: (record: ModuleRecord) => string,
): string {
  const prologue = layer.records.some(({ kind }) => kind === 'esm') ? nativeLoader : ''
  const native = (record: ModuleRecord): string => {
    const code = nativeModule(esmUrl(record))
    return code.replace('define(', () => `define(${quote(record.id)}, `)
  }
  const failures = layer.failed.map(
    ({ id, error }) =>
      `define(${quote(id)}, [], function () { throw new Error(${quote(failureText(id, error))}); });\n`,
  )
  const modules = layer.records.map((record) =>
    record.kind === 'esm' ? native(record) : moduleText(record, project),
  )
  return `${prologue}${failures.join('')}${modules.join('')}//# sourceMappingURL=${mapUrl}\n`
}

/**
 * The layer's map: one section for each module.
 *
 * @param urlOf The URL under which a source shows in the browser.
 */
export function layerMap(layer: Layer, project: Project, urlOf: (file: string) => string): string {
  const sections: { offset: { line: number; column: number }; map: SourceMapLike }[] = []
  let line = layer.failed.length + (layer.records.some(({ kind }) => kind === 'esm') ? 1 : 0)
  for (const record of layer.records) {
    if (record.kind === 'esm') {
      line++
      continue
    }
    if (record.kind !== 'resource') {
      const { map } = toRegistry(record, { shim: shimOf(project.config, record.id) })
      if (map) {
        const sources = map.sources.map((source) => (source === null ? null : urlOf(source)))
        sections.push({ offset: { line, column: 0 }, map: { ...map, sources } })
      }
    }
    line += moduleText(record, project).split('\n').length - 1
  }
  return JSON.stringify({ version: 3, sections })
}

function moduleText(record: ModuleRecord, project: Project): string {
  let text = texts.get(record)
  if (text === undefined) {
    text = toRegistry(record, { shim: shimOf(project.config, record.id), map: false }).code
    texts.set(record, text)
  }
  return text
}

function failureText(id: string, error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  const place = error instanceof AmdError ? error.place : undefined
  if (place?.text === undefined || place.offset === undefined)
    return `The module '${id}' cannot be read: ${message}`
  const { line, column } = positionAt(place.text, place.offset)
  return `The module '${id}' cannot be read: ${message} (${place.file}:${line}:${column + 1})`
}
