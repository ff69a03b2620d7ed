import fs from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** What a template's module imports of us: answered by the plugin, so no path outside the project is asked for. */
export const VIRTUAL: RuntimeNames = {
  runtime: 'virtual:hulk-amd/runtime/index',
  compiler: 'virtual:hulk-amd/runtime/compiler',
  spec: 'virtual:hulk-amd/runtime/spec',
  specCompiler: 'virtual:hulk-amd/runtime/spec-compiler',
}
/** The same in files that leave this build. */
export const PACKAGED: RuntimeNames = {
  runtime: '@kovu/hulk-amd/runtime',
  compiler: '@kovu/hulk-amd/runtime/compiler',
  spec: '@kovu/hulk-amd/runtime/spec',
  specCompiler: '@kovu/hulk-amd/runtime/spec-compiler',
}
export const HOT_ID = 'virtual:hulk-amd/runtime/hot'
export const AMD_HOT_ID = 'virtual:hulk-amd/runtime/amd-hot'

/** Where the modules of the runtime are imported from. */
export interface RuntimeNames {
  readonly runtime: string
  readonly compiler: string
  readonly spec: string
  readonly specCompiler: string
}

const PUBLIC_PREFIX = 'virtual:hulk-amd/'
const PREFIX = `\0${PUBLIC_PREFIX}`
const HERE = path.dirname(fileURLToPath(import.meta.url))
const EXTENSION = path.extname(fileURLToPath(import.meta.url))

/** Ids of runtime modules, before and after they are resolved. */
// oxlint-disable-next-line no-control-regex -- \0 marks virtual modules
export const RUNTIME_RE: RegExp = /^\0?virtual:hulk-amd\//

/** The id of a runtime module: named by one of the constants, or relative to another one. */
export function resolveRuntime(source: string, importer: string | undefined): string | undefined {
  if (source.startsWith(PUBLIC_PREFIX)) return `\0${source}`
  if (!importer?.startsWith(PREFIX) || !source.startsWith('.')) return undefined
  const from = importer.slice(PREFIX.length)
  const to = path.posix.join(path.posix.dirname(from), source.replace(/\.[jt]s$/, ''))
  return `${PREFIX}${to}`
}

/** The code of a runtime module. */
export async function loadRuntime(id: string): Promise<string> {
  const file = path.join(HERE, `${id.slice(PREFIX.length)}${EXTENSION}`)
  const code = await fs.readFile(file, 'utf8')
  if (EXTENSION === '.js') return code
  // The sources of this package are in use.
  const { transformWithOxc } = await import('vite')
  return (await transformWithOxc(code, file, { sourcemap: false })).code
}
