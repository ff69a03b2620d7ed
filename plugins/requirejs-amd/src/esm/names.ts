/** Names by which ES modules and AMD modules know each other. */
import { Buffer } from 'node:buffer'

const PREFIX = 'virtual:requirejs-amd/'

/** Id of the module that waits for the page's registry. */
export const REGISTRY: string = `${PREFIX}registry.js`

/** What ids in generated code begin with, so that they can be found again in minified text. */
export const MARK = 'kovu-amd:'

/** Loader plugin by which AMD modules load ES modules: `kovu-esm!url`. */
export const NATIVE = 'kovu-esm'

/** Name under which a generated module exports the namespace of an AMD module. */
export const NAMESPACE = '__namespace'

/** Ids of generated modules, as imports have them. */
export const virtualId: RegExp = new RegExp(`^${PREFIX}`)

/** Ids of generated modules, as plugins have them. */
export const loadedId: RegExp = new RegExp(`^\\0${PREFIX}`)

/** An AMD module as an ES module: its value, and the properties that someone imports by name. */
export interface AmdImport {
  readonly id: string
  readonly names: readonly string[]
}

/** The ES module that stands for an AMD module. */
export function amdModuleId(wanted: AmdImport): string {
  return `${PREFIX}amd/${encode([wanted.id, ...wanted.names])}.js`
}

/** The ES module whose value AMD modules get for an npm package. */
export function npmModuleId(name: string): string {
  // Node's rules for `import` hold in it: the default import of CommonJS is `module.exports`.
  return `${PREFIX}npm/${encode([name])}.mjs`
}

/** What a generated module stands for. */
export type Generated =
  | { readonly kind: 'registry' }
  | ({ readonly kind: 'amd' } & AmdImport)
  | { readonly kind: 'npm'; readonly name: string }

/** Reads an id that {@link amdModuleId}, {@link npmModuleId} or {@link REGISTRY} made, with or without `\\0`. */
export function readGenerated(id: string): Generated | undefined {
  const path = id.replace(loadedId, '').replace(virtualId, '')
  if (path === 'registry.js') return { kind: 'registry' }
  const [, kind, text = ''] = /^(amd|npm)\/([\w-]+)\.m?js$/.exec(path) ?? []
  if (kind === undefined) return undefined
  const [first = '', ...names] = JSON.parse(
    Buffer.from(text, 'base64url').toString('utf8'),
  ) as string[]
  return kind === 'amd' ? { kind, id: first, names } : { kind: 'npm', name: first }
}

function encode(values: readonly string[]): string {
  return Buffer.from(JSON.stringify(values)).toString('base64url')
}
