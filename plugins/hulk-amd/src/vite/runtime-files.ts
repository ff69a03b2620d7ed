import fs from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

export const HOT_ID = 'virtual:hulk-amd/runtime/hot/index'
export const AMD_WATCH_ID = 'virtual:hulk-amd/runtime/hot/watch'
export const AMD_HOT_ID = 'virtual:hulk-amd/runtime/hot/amd'

const PUBLIC_PREFIX = 'virtual:hulk-amd/'
const PREFIX = `\0${PUBLIC_PREFIX}`
/** The folder of this package's sources, as they run. */
const SOURCES = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
const EXTENSION = path.extname(fileURLToPath(import.meta.url))

/** Ids of runtime modules, before and after they are resolved. */
// oxlint-disable-next-line no-control-regex -- \0 marks virtual modules
export const RUNTIME_RE: RegExp = /^\0?virtual:hulk-amd\//

/** What a path below this package is made of: ids come from the browser, too. */
const NAME_RE = /^(?:[\w-]+\/)*[\w-]+$/

/** The id of a runtime module: named by one of the constants, or relative to another one. */
export function resolveRuntime(source: string, importer: string | undefined): string | undefined {
  if (source.startsWith(PUBLIC_PREFIX)) return `\0${source}`
  if (!importer?.startsWith(PREFIX) || !source.startsWith('.')) return undefined
  const from = importer.slice(PREFIX.length)
  const to = path.posix.join(path.posix.dirname(from), source.replace(/\.[jt]s$/, ''))
  return `${PREFIX}${to}`
}

/** The code of a runtime module, or undefined when there is none of that id. */
export async function loadRuntime(id: string): Promise<string | undefined> {
  const name = id.slice(PREFIX.length)
  if (!NAME_RE.test(name)) return undefined
  const file = path.join(SOURCES, `${name}${EXTENSION}`)
  const code = await fs.readFile(file, 'utf8')
  if (EXTENSION === '.js') return code
  // The sources of this package are in use.
  const { transformWithOxc } = await import('vite')
  return (await transformWithOxc(code, file, { sourcemap: false })).code
}
