/** What a specifier of an ES module means to RequireJS. */
import { dirname, resolve } from 'node:path/posix'
import { rulesOf, splitPlugin } from '../config/normalize.ts'
import type { Project } from '../context.ts'
import type { Peers } from '../peers.ts'

/** An AMD module of the page's registry, or the file of an ES module under an AMD id. */
export type AmdTarget =
  | { readonly kind: 'amd'; readonly id: string; readonly project: Project }
  | { readonly kind: 'file'; readonly file: string }

/**
 * Asks every configuration for a specifier.
 *
 * @param specifier As it stands in the import.
 * @param importer Path of the importing file.
 * @returns Undefined when it is no AMD id and no AMD file: Vite then resolves it.
 */
export async function findAmd(
  specifier: string,
  importer: string,
  projects: readonly Project[],
  peers: Peers,
): Promise<AmdTarget | undefined> {
  for (const project of projects) {
    const { ids } = project
    if (specifier.startsWith('.') && !specifier.includes('!')) {
      const id = idOfPath(resolve(dirname(importer), specifier), project, peers)
      const record = id === undefined ? undefined : await project.graph.module(id)
      if (id !== undefined && record && record.kind !== 'esm' && isModule(project, id, record.kind))
        return { kind: 'amd', id, project }
      continue
    }
    const parent = idOfPath(importer, project, peers)
    const id = ids.normalize(specifier, parent)
    const found = ids.locate(id)
    if (found.kind === 'plugin') {
      // `text!…`, and whatever the page has a plugin for.
      const plugin = ids.locate(found.plugin)
      if (plugin.kind === 'module') return { kind: 'amd', id, project }
    } else if (found.kind === 'module') {
      const record = await project.graph.module(id)
      if (record?.kind === 'esm') return { kind: 'file', file: record.file }
      if (record && isModule(project, id, record.kind)) return { kind: 'amd', id, project }
    } else if (
      (found.kind === 'external' || found.kind === 'empty') &&
      isConfigured(project, splitPlugin(id).name)
    ) {
      return { kind: 'amd', id, project }
    }
  }
  return undefined
}

/** Does the configuration itself say where the id is (on another host, in another layer)? */
function isConfigured({ ids }: Project, id: string): boolean {
  const { paths } = rulesOf(ids.config)
  return id
    .split('/')
    .some((_, at, parts) => Object.hasOwn(paths, parts.slice(0, at + 1).join('/')))
}

/** Has it a value in the registry? A classic script only when a shim says which. */
function isModule({ ids }: Project, id: string, kind: string): boolean {
  return kind !== 'script' || Object.hasOwn(ids.config.shim ?? {}, id)
}

function idOfPath(path: string, { ids }: Project, peers: Peers): string | undefined {
  const name = peers.nameOf(path)
  if (name === undefined) return undefined
  const script = name.replace(/\.(?:[cm]?[jt]sx?)$/, '')
  return ids.idOf(`${script}.js`)
}
