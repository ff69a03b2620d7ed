/** `format: 'esm'`: layers as ES chunks, their public names as ES modules, and the loader that gets chunks by `import()`. */
import { dirname, join, relative } from 'node:path/posix'
import { quote } from '../module/registry.ts'
import { isStrict } from '../module/strict.ts'
import type { ModuleRecord, SourceMapLike } from '../types.ts'

/** Folder of the chunks: what is in it is loaded by `import()`. */
const FOLDER = '_kovu/es/'

/** Public name of the loader as an ES module. */
export const ES_LOADER = '_kovu/require-es.js'

/** The public name of a layer's chunk. */
export function chunkName(publicName: string): string {
  return FOLDER + publicName
}

/**
 * May the modules stand in an ES chunk? Not if one of them needs sloppy mode, or makes globals.
 *
 * @param records The modules of a layer.
 */
export function fitsChunk(records: readonly ModuleRecord[]): boolean {
  return records.every(
    ({ kind, analysis, code }) =>
      kind === 'resource' ||
      ((kind === 'amd' || kind === 'main') && !analysis.declares && isStrict(code)),
  )
}

/** A layer as text. */
interface Layer {
  readonly publicName: string
  readonly code: string
  readonly map: SourceMapLike | undefined
}

/**
 * A layer as an ES chunk. It defines its modules where the page's loader looks for them.
 *
 * @param layer The layer as a classic script.
 * @returns The chunk, under its own name.
 */
export function toChunk<T extends Layer>(layer: T): T {
  const publicName = chunkName(layer.publicName)
  const up = relative(dirname(publicName), dirname(layer.publicName))
  const map = layer.map && {
    ...layer.map,
    mappings: `;${layer.map.mappings}`,
    sources: layer.map.sources.map((source) =>
      source === null || /^(?:\/|\w+:)/.test(source) ? source : join(up, source),
    ),
  }
  // `this` is what it is in a classic script.
  return { ...layer, publicName, code: `(function(){\n${layer.code}\n}).call(window);\n`, map }
}

/**
 * The ES module under a layer's public name: it starts the layer's module, whose value is its default export.
 *
 * @param publicName The public name.
 * @param id Id of the module.
 * @param loader Final name of {@link ES_LOADER}.
 * @param page The object that has `requirejs`.
 */
export function facade(publicName: string, id: string, loader: string, page: string): string {
  const path = relative(dirname(publicName), loader)
  return `import ${quote(path.startsWith('.') ? path : `./${path}`)}
export default await new Promise(function (resolve, reject) {
  ${page}.requirejs([${quote(id)}], resolve, reject)
})
`
}

/**
 * Lets a loader get ES chunks by `import()`.
 *
 * @param loader The loader.
 * @param page The object that has `requirejs`.
 */
export function withImport(loader: string, page: string): string {
  return `${loader};(function (page) {
  var load = page.requirejs.load
  if (load.es) return
  page.requirejs.load = function (context, id, url) {
    if (url.indexOf(${quote(`/${FOLDER}`)}) < 0) return load.apply(this, arguments)
    // As scripts do, they say what is wrong in a task of their own.
    import(new URL(url, document.baseURI).href).then(function () {
      setTimeout(function () { context.completeLoad(id) })
    }, function (error) {
      var node = { getAttribute: function () { return id } }
      setTimeout(function () { context.onScriptError({ type: 'error', error: error, currentTarget: node }) })
    })
  }
  page.requirejs.load.es = true
})(${page});
`
}

/**
 * The loader as an ES module, unless the page has one.
 *
 * @param loader The complete loader.
 * @param page The object that has `requirejs`.
 * @param baseUrl Path of the modules' folder, as seen from the loader's own.
 */
export function loaderModule(loader: string, page: string, baseUrl: string): string {
  const own = loader.replace(/\b\w+\.document\.currentScript\b/, '({src:import.meta.url})')
  return `if (!${page}.requirejs) {
${own}
${page}.requirejs.config({ baseUrl: new URL(${quote(baseUrl)}, import.meta.url).href })
}
${withImport('', page)}`
}
