/** Resources whose loader plugins write into each layer anew, and the files that these plugins write beside the layers. */
import type { OutputFile } from './project.ts'
import type { Project } from '../context.ts'
import type { LinkInput } from '../link/index.ts'
import { made } from '../link/classic.ts'
import type { LayerName } from '../loader-plugins/foreign/index.ts'
import { analyze } from '../module/analyze.ts'
import type { ModuleRecord } from '../types.ts'

/** A layer as loader plugins have written into it. */
interface WrittenLayer {
  readonly records: readonly ModuleRecord[]
  /** What stands behind its modules. */
  readonly closing: readonly LinkInput[]
}

/**
 * Has loader plugins write into a layer.
 *
 * @param project The project of the layer.
 * @param records Its modules.
 * @param layer The layer; undefined for one that no build file asks for: there, the plugins load their resources in the page.
 * @returns The modules, with what was written for resources.
 */
export function writtenBy(
  { plugins }: Project,
  records: readonly ModuleRecord[],
  layer: LayerName | undefined,
): WrittenLayer {
  if (!records.some((record) => record.layered)) return { records, closing: [] }
  const writer = layer && plugins?.layer(layer)
  const written = records.flatMap((record): ModuleRecord[] => {
    if (!record.layered) return [record]
    const code = writer?.write(record.id) ?? ''
    return code === '' ? [] : [{ ...record, code, analysis: analyze(code, { file: record.file }) }]
  })
  const end = writer?.end() ?? ''
  return { records: written, closing: end === '' ? [] : [made(end)] }
}

/**
 * Lets loader plugins finish what they do later, such as writing files.
 *
 * @param project The project.
 * @param write Writes all layers, one after the other.
 * @returns The layers, and the files that plugins have written themselves.
 */
export async function withPlugins<T>(
  project: Project,
  write: () => T,
): Promise<{ wanted: T; beside: readonly OutputFile[] }> {
  const hosts = [project, ...project.layers.values()].flatMap(({ plugins }) => plugins ?? [])
  for (const host of hosts) host.begin()
  const wanted = write()
  const files = new Map<string, string>()
  for (const host of hosts) {
    for (const [name, code] of await host.finish()) files.set(name, code)
  }
  const beside = [...files].map(([publicName, code]): OutputFile => ({
    publicName,
    code,
    map: undefined,
    ids: [],
    main: undefined,
  }))
  return { wanted, beside }
}
