/** Imports of AMD modules in ES modules: each says by name what it wants of a value that only the page knows. */
import { MagicString } from 'magic-string'
import { parseSync } from 'vite'
import { AmdError } from '../error.ts'
import { amdModuleId, NAMESPACE } from './names.ts'
import { quote } from '../module/registry.ts'

/** One import, re-export or `import()` of a source. */
interface Wish {
  readonly specifier: string
  /** Of the specifier with its quotes. */
  readonly start: number
  readonly end: number
  readonly names: readonly string[]
  /** The range in which `* as ns` stands, when the whole namespace is wanted. */
  readonly star: { readonly start: number; readonly end: number } | undefined
  readonly dynamic: { readonly end: number } | undefined
  /** `export * from` */
  readonly all: boolean
}

/** Everything of a source that {@link rewriteImports} needs. */
export interface Rewriting {
  readonly code: string
  /** Path of the file, for errors and the map. */
  readonly file: string
  /** The AMD module that a specifier means; undefined when it means none. */
  readonly amdId: (specifier: string) => Promise<string | undefined>
}

/**
 * Lets every import of an AMD module lead to a generated module.
 *
 * @returns Undefined when the source imports no AMD module.
 * @throws {AmdError} `REQUIREJS_AMD_UNSUPPORTED` for `export * from` an AMD module.
 */
export async function rewriteImports({
  code,
  file,
  amdId,
}: Rewriting): Promise<{ code: string; map: string } | undefined> {
  const text = new MagicString(code)
  let changed = false
  for (const wish of wishesOf(code)) {
    const id = await amdId(wish.specifier)
    if (id === undefined) continue
    changed = true
    if (wish.all) {
      const message = `\`export * from ${quote(wish.specifier)}\`: what the AMD module '${id}' has is known in the page only. Name what is exported.`
      throw new AmdError('REQUIREJS_AMD_UNSUPPORTED', message, {
        file,
        text: code,
        offset: wish.start,
      })
    }
    text.update(wish.start, wish.end, quote(amdModuleId({ id, names: wish.names })))
    if (wish.star) {
      const { start, end } = wish.star
      const clause = code
        .slice(start, end)
        .replace(/\*\s*as\s+([^\s,{}]+)/, (_, name: string) => `{ ${NAMESPACE} as ${name} }`)
      text.update(start, end, clause)
    }
    if (wish.dynamic) text.appendLeft(wish.dynamic.end, `.then((m) => m.${NAMESPACE})`)
  }
  if (!changed) return undefined
  const map = text.generateMap({ source: file, includeContent: true, hires: 'boundary' })
  return { code: text.toString(), map: map.toString() }
}

function wishesOf(code: string): Wish[] {
  const { module, errors } = parseSync('module.js', code, { sourceType: 'module' })
  if (errors.length > 0) return []
  const wishes: Wish[] = []
  for (const { start, moduleRequest, entries } of module.staticImports) {
    const whole = entries.some(({ importName }) => importName.kind === 'NamespaceObject')
    wishes.push({
      specifier: moduleRequest.value,
      start: moduleRequest.start,
      end: moduleRequest.end,
      names: [
        ...(whole ? [NAMESPACE] : []),
        ...entries.flatMap(({ importName }) => importName.name ?? []),
      ].sort(),
      star: whole ? { start, end: moduleRequest.start } : undefined,
      dynamic: undefined,
      all: false,
    })
  }
  const imported = new Set(module.staticImports.map(({ moduleRequest }) => moduleRequest.start))
  for (const statement of module.staticExports) {
    const from = statement.entries[0]?.moduleRequest
    // The export of an import stands for that import, which has been seen.
    if (!from || imported.has(from.start)) continue
    const kinds = new Set(statement.entries.map(({ importName }) => importName.kind))
    const whole = kinds.has('All')
    wishes.push({
      specifier: from.value,
      start: from.start,
      end: from.end,
      names: [
        ...(whole ? [NAMESPACE] : []),
        ...statement.entries.flatMap(({ importName }) => importName.name ?? []),
      ].sort(),
      star: whole ? { start: statement.start, end: from.start } : undefined,
      dynamic: undefined,
      all: kinds.has('AllButDefault'),
    })
  }
  for (const { end, moduleRequest } of module.dynamicImports) {
    const literal = code.slice(moduleRequest.start, moduleRequest.end)
    const [, , specifier] = /^(["'`])([^"'`$\\]+)\1$/.exec(literal) ?? []
    if (specifier === undefined) continue
    const { start, end: until } = moduleRequest
    const base = { specifier, start, end: until, star: undefined, all: false }
    wishes.push({ ...base, names: [NAMESPACE], dynamic: { end } })
  }
  return wishes
}
