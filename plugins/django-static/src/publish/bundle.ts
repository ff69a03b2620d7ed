import type { Rolldown } from 'vite'
import type { Context } from '../context.ts'
import { withoutHash } from '../serve/request.ts'
import type { Contents } from '../tree/contents.ts'
import type { Tree } from '../tree/tree.ts'
import type { Publication } from './writer.ts'
import type { Project } from '../project.ts'

/** A file of Rolldown's bundle, as far as publishing goes. */
export interface BundledFile {
  /** A path below the folder that Vite writes to, and below STATIC_ROOT. */
  readonly fileName: string
  readonly content: Uint8Array
  /** What is known of a chunk; undefined for an asset. */
  readonly chunk: Chunk | undefined
}

/** A chunk of the bundle and those it needs, by their file names. */
export type Chunk = Pick<
  Rolldown.OutputChunk,
  'name' | 'isEntry' | 'isDynamicEntry' | 'facadeModuleId' | 'imports' | 'dynamicImports'
>

/** What a build has made. */
export interface Made {
  readonly tree: Tree
  /** Files that have their final names. */
  readonly finals: readonly BundledFile[]
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
  for (const file of finals) {
    const { fileName, content } = file
    if (hide && fileName.endsWith('.map')) continue
    const source = {
      content: hide ? withoutMapComment(fileName, content) : content,
      from: fileName,
    }
    files.push({ name: fileName, source, hashed: true })
    for (const key of keysOf(file, project, bundled)) bundled.set(key, fileName)
  }
  return { bundled, files }
}

function withoutMapComment(name: string, content: Uint8Array): Uint8Array {
  if (!/\.(?:js|css)$/.test(name)) return content
  return Buffer.from(Buffer.from(content).toString('utf8').replace(MAP_COMMENT, '\n'))
}

/** A file of the bundle as it is to be published, and remembered. */
export function toBundledFile(output: Rolldown.OutputChunk | Rolldown.OutputAsset): BundledFile {
  const { fileName } = output
  if (output.type === 'asset')
    return { fileName, content: Buffer.from(output.source), chunk: undefined }
  const { name, isEntry, isDynamicEntry, facadeModuleId, imports, dynamicImports } = output
  const chunk = { name, isEntry, isDynamicEntry, facadeModuleId, imports, dynamicImports }
  return { fileName, content: Buffer.from(output.code), chunk }
}

/** The public names of a file that has its final name: the name without the hash, and the name of an entry's source. */
function keysOf(
  { fileName, chunk }: BundledFile,
  { finders }: Project,
  bundled: ReadonlyMap<string, string>,
): string[] {
  const plain = withoutHash(fileName) ?? fileName.replace(/\.[0-9a-f]{12}(?=\.)/, '')
  const isEntry = chunk?.isEntry === true
  // Two chunks may have one name; the second is known by its own alone.
  const free = isEntry || !bundled.has(plain)
  const keys = [free ? plain : fileName]
  if (isEntry && chunk.facadeModuleId !== null) {
    const source = finders.nameOf(chunk.facadeModuleId)
    if (source !== undefined) keys.push(source)
  }
  return keys
}
