/**
 * Classic scripts in layers. r.js puts them there as they are, so they run with the layer's text: before the factory of any module that their
 * shim names. Where that is as good as a file of their own, they go into the layer here, too.
 */
import type { DefineCall, Graph, ModuleRecord } from '../types.ts'

/**
 * May a classic script run as soon as its layer's text does? It may if whatever its shim names has done its work by then.
 *
 * @param record The script.
 * @param graph The modules.
 * @param above Scripts that lead to this one.
 */
export async function mayRunEarly(
  record: ModuleRecord,
  graph: Pick<Graph, 'module'>,
  above: ReadonlySet<string> = new Set(),
): Promise<boolean> {
  if (record.kind !== 'script' || record.analysis.callsDefine) return false
  for (const id of record.deps) {
    const dep = await graph.module(id)
    // What is no module of ours has to be there before; a style sheet may come later.
    if (dep === undefined || id.includes('!') || above.has(id)) continue
    const isDone =
      dep.kind === 'script'
        ? await mayRunEarly(dep, graph, new Set([...above, record.id]))
        : announces(dep)
    if (!isDone) return false
  }
  return true
}

/** Does a file do all its work at once, and only tell of it by `define`, as jQuery does, or define other modules by the way? */
function announces({ kind, id, code, analysis: { defines } }: ModuleRecord): boolean {
  const own = defines.filter((call) => call.anonymous || call.id === id)
  return kind === 'main' || (kind === 'amd' && own.every((call) => isAnnouncement(call, code)))
}

function isAnnouncement({ deps = [], sugar = [], factory }: DefineCall, code: string): boolean {
  if (deps.length > 0 || sugar.length > 0 || factory === undefined) return false
  const text = code.slice(factory.start, factory.end)
  return /^function\s*[\w$]*\s*\(\s*\)\s*\{\s*return\s+[\w$.]+\s*;?\s*\}$/.test(text)
}
