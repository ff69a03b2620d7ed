/** Which ids a source makes RequireJS load: before its factory runs, and later. */
import { loaderPluginOf } from '../loader-plugins/index.ts'
import type { Analysis, DefineCall, DepLiteral, Ids, Shim } from '../types.ts'

/** The edges of a module. */
export interface Edges {
  /** Normalized ids, each once, in the order RequireJS would ask for them. */
  readonly deps: readonly string[]
  /** Normalized ids of `require([…])` calls inside functions. */
  readonly nestedDeps: readonly string[]
  /** Where an id is named first in the source. */
  readonly offsets: ReadonlyMap<string, number>
  /** Ids of `require([…])` calls that handle their failing. */
  readonly optional: ReadonlySet<string>
  /** Paths of loader plugin resources by their ids. */
  readonly resources: ReadonlyMap<string, string>
}

/** What becomes of loader plugins' resources. */
export interface Resources {
  /** The code of a module in the place of a resource. */
  standIn(plugin: string, resource: string): string | undefined
  /** May plugins write their resources into layers? */
  readonly isWritten: boolean
}

/**
 * Reads the edges off an analysis.
 *
 * @param analysis The module's source.
 * @param id The module's normalized id.
 * @param ids The ids of its configuration; `shim` is taken from there.
 * @param around What becomes of loader plugins' resources.
 */
export function edgesOf(analysis: Analysis, id: string, ids: Ids, around: Resources): Edges {
  const offsets = new Map<string, number>()
  const resources = new Map<string, string>()
  const add = (
    to: Set<string>,
    written: string,
    parent: string | undefined,
    offset?: number,
  ): void => {
    let resolved = ids.resolve(written, parent)
    if (parent === undefined && written.startsWith('.') && resolved.kind === 'missing') {
      // The page's `baseUrl` of that moment is not known; r.js takes such an id for one relative to its file.
      const near = ids.resolve(written, id)
      if (near.kind === 'module') resolved = near
    }
    if (resolved.kind === 'special') return
    if (resolved.kind === 'plugin') {
      if (!offsets.has(resolved.plugin) && offset !== undefined)
        offsets.set(resolved.plugin, offset)
      to.add(resolved.plugin)
      const made = around.standIn(resolved.plugin, resolved.resource) !== undefined
      const plugin = loaderPluginOf(resolved.plugin)
      for (const other of plugin?.modules?.(resolved.resource, ids.config) ?? []) {
        // Whether they are there is the plugin's own affair.
        const found = ids.resolve(other)
        if (found.kind === 'module') to.add(found.id)
      }
      const path = plugin?.path?.(resolved.resource)
      if (path !== undefined) resources.set(resolved.id, path)
      else if (!made && !around.isWritten) return
    }
    if (!offsets.has(resolved.id) && offset !== undefined) offsets.set(resolved.id, offset)
    to.add(resolved.id)
  }
  const addAll = (
    to: Set<string>,
    list: readonly DepLiteral[],
    parent: string | undefined,
  ): void => {
    for (const dep of list) add(to, dep.id, parent, dep.start)
  }

  const deps = new Set<string>()
  for (const dep of shimOf(ids.config, id)?.deps ?? []) add(deps, dep, undefined)
  const [first, ...others] = analysis.defines
  // One anonymous call is what most files are; then no id is that of a neighbour.
  const isAlone = others.length === 0 && first?.id === undefined
  const local = new Set(isAlone ? [] : analysis.defines.flatMap((call) => call.id ?? []))
  for (const call of definesFor(analysis, id)) {
    const parent = call.id ?? id
    const named = call.deps ?? call.sugar ?? []
    const own = isAlone ? named : named.filter((dep) => !local.has(ids.normalize(dep.id, parent)))
    addAll(deps, own, parent)
  }
  const needed = new Set(analysis.requires.length > 0 ? deps : [])
  const optional = new Set<string>()
  for (const call of analysis.requires) {
    const parent = call.local ? id : undefined
    addAll(deps, call.deps, parent)
    addAll(call.errback ? optional : needed, call.deps, parent)
  }
  for (const dep of needed) optional.delete(dep)
  if (analysis.kind === 'main') {
    for (const { config } of analysis.configs)
      for (const dep of config.deps ?? []) add(deps, dep, undefined)
  }
  const nested = new Set<string>()
  for (const call of analysis.nested) addAll(nested, call.deps, call.local ? id : undefined)
  deps.delete(id)
  return {
    deps: [...deps],
    nestedDeps: [...nested].filter((dep) => !deps.has(dep)),
    offsets,
    optional,
    resources,
  }
}

/** The shim of an id in its full form. */
export function shimOf(config: Ids['config'], id: string): Shim | undefined {
  const shim = config.shim && Object.hasOwn(config.shim, id) ? config.shim[id] : undefined
  return Array.isArray(shim) ? { deps: shim } : shim
}

/** The `define` calls that run when the id is required: its own one, and others of the same file that it names. */
function definesFor(analysis: Analysis, id: string): readonly DefineCall[] {
  if (analysis.defines.length === 1 && analysis.defines[0]?.anonymous) return analysis.defines
  const byId = new Map(analysis.defines.map((call) => [call.id ?? id, call]))
  const anonymous = analysis.defines.filter((call) => call.anonymous)
  const start = byId.get(id)
  if (!start) return []
  const reached = new Set<DefineCall>([...anonymous, start])
  for (const call of reached) {
    for (const dep of call.deps ?? call.sugar ?? []) {
      const other = byId.get(dep.id)
      if (other) reached.add(other)
    }
  }
  return [...reached]
}
