import type { Rolldown } from 'vite'
import type { Context } from '../context.ts'
import { withoutHash } from '../serve/request.ts'
import type { Contents } from '../tree/contents.ts'
import type { Tree } from '../tree/tree.ts'
import type { Publication } from './writer.ts'
import type { Project } from '../project.ts'

/** A file of Rolldown's bundle. */
export type Output = Rolldown.OutputChunk | Rolldown.OutputAsset

/** What a build has made. */
export interface Made {
  readonly tree: Tree
  /** Files that have their final names. */
  readonly finals: readonly Output[]
  /** Public names that plugins emitted or derived. */
  readonly names: readonly string[]
  readonly contents: Contents
}

const MAP_COMMENT =
  /\n?(?:\/\/# sourceMappingURL=(?!data:)[^\n]*|\/\*# sourceMappingURL=(?!data:)[^\n]*?\*\/)\s*$/

/**
 * The bundle as files to be published.
 *
 * @param context The context of the plugin call.
 * @param project The project.
 * @param made What the build has made.
 * @returns The files, and their names by public name.
 */
export function bundledFiles(
  { options }: Context,
  project: Project,
  { finals }: Made,
): { bundled: Map<string, string>; files: Publication[] } {
  const files: Publication[] = []
  const bundled = new Map<string, string>()
  const hide = options.hiddenSourceMaps !== undefined
  for (const output of finals) {
    const { fileName, content } = toOutput(output)
    if (hide && fileName.endsWith('.map')) continue
    const source = {
      content: hide ? withoutMapComment(fileName, content) : content,
      from: fileName,
    }
    files.push({ name: fileName, source, hashed: true })
    for (const key of keysOf(output, project, bundled)) bundled.set(key, fileName)
  }
  return { bundled, files }
}

function withoutMapComment(name: string, content: Uint8Array): Uint8Array {
  if (!/\.(?:js|css)$/.test(name)) return content
  return Buffer.from(Buffer.from(content).toString('utf8').replace(MAP_COMMENT, '\n'))
}

/** Name and bytes of a file of the bundle. */
export function toOutput(output: Output): { fileName: string; content: Uint8Array } {
  const { fileName } = output
  if (output.type === 'chunk') return { fileName, content: Buffer.from(output.code) }
  return { fileName, content: Buffer.from(output.source) }
}

/** The public names of a file that has its final name: the name without the hash, and the name of an entry's source. */
function keysOf(
  output: Rolldown.OutputChunk | Rolldown.OutputAsset,
  { finders }: Project,
  bundled: ReadonlyMap<string, string>,
): string[] {
  const plain = withoutHash(output.fileName) ?? output.fileName.replace(/\.[0-9a-f]{12}(?=\.)/, '')
  const isEntry = output.type === 'chunk' && output.isEntry
  // Two chunks may have one name; the second is known by its own alone.
  const free = isEntry || !bundled.has(plain)
  const keys = [free ? plain : output.fileName]
  if (output.type === 'chunk' && output.isEntry && output.facadeModuleId !== null) {
    const source = finders.nameOf(output.facadeModuleId)
    if (source !== undefined) keys.push(source)
  }
  return keys
}
