import { join, resolve } from 'node:path'
import {
  writeIntegrity,
  writeRequirejsMap,
  writeViteManifest,
  type Artifacts,
} from './artifacts.ts'
import { compressFiles } from './compress.ts'
import { type Context } from '../context.ts'
import { DjangoStaticError } from '../error.ts'
import { manifestText } from './manifest.ts'
import { placeOf } from './folders.ts'
import { publish } from './write.ts'
import type { Publication } from './writer.ts'
import { writeWhole } from './releases.ts'
import { readSource } from '../tree/tree.ts'
import { bundledFiles, type Made } from './bundle.ts'
import { shown, warn } from './warnings.ts'
import type { Project } from '../project.ts'
import { workDir } from '../work-dir.ts'

/**
 * The folder that is published to.
 *
 * @param project The project.
 * @throws {DjangoStaticError} `DJANGO_STATIC_ROOT` when the settings name none.
 */
export function staticRootOf({ info }: Project): string {
  if (info.staticRoot !== null) return info.staticRoot
  throw new DjangoStaticError(
    'DJANGO_STATIC_ROOT',
    `${info.settingsModule} sets no STATIC_ROOT: there is no folder to write to. Set it, for example STATIC_ROOT = BASE_DIR / 'staticroot'.`,
  )
}

/**
 * Writes STATIC_ROOT and what else was asked for.
 *
 * @param context The context of the plugin call.
 * @param project The project.
 * @param made What the build has made.
 */
export async function publishSite(context: Context, project: Project, made: Made): Promise<void> {
  const { options } = context
  const { tree, contents } = made
  const root = staticRootOf(project)
  context.published.clear()
  const paths = new Map<string, string>()
  const { bundled, files } = bundledFiles(context, project, made)
  const hidden: [string, Uint8Array][] = []
  const isHidden = (name: string): boolean =>
    options.hiddenSourceMaps !== undefined && /\.(?:js|css)\.map$/.test(name)
  for (const { fileName, content } of made.finals)
    if (isHidden(fileName)) hidden.push([fileName, content])
  for (const { name, hashed, source, rewritten } of tree.all()) {
    if (isHidden(name)) {
      const owner = tree.finish(name.slice(0, -4))?.hashed ?? name.slice(0, -4)
      hidden.push([`${owner}.map`, readSource(name, source, contents)])
      continue
    }
    const twin = rewritten === undefined && !bundled.has(name) ? hashed : undefined
    files.push({ name, source, hashed: false, twin })
    // The source of an entry is known by the chunk that was made from it.
    if (bundled.has(name)) continue
    paths.set(name, hashed)
    const final = rewritten ?? source
    files.push({ name: hashed, source: final, hashed: true })
  }
  for (const [key, fileName] of bundled) paths.set(key, fileName)
  addMainNames(project, paths)
  warn(context, project, made, paths)
  const artifacts = artifactsOf(context, project, made, paths, files)
  if (options.viteManifest !== undefined) {
    // django-vite asks the storage for the file that the manifest names: a hashed name is a name of its own.
    for (const name of artifacts.chunks.keys()) paths.set(name, name)
    for (const name of made.names) {
      const hashed = paths.get(name)
      if (hashed !== undefined) paths.set(hashed, hashed)
    }
  }
  const siblings = options.compress
    ? await compressFiles(files, { contents, cacheDir: join(workDir(context.root), 'compressed') })
    : []
  if (options.hiddenSourceMaps !== undefined) {
    const dir = resolve(context.root, options.hiddenSourceMaps)
    for (const [name, content] of hidden) writeWhole(join(dir, name), content)
  }
  const { written, unchanged } = publish(root, [...files, ...siblings], manifestText(paths), {
    contents,
    link: options.link,
  })
  contents.save()
  for (const { name } of [...files, ...siblings]) context.published.add(placeOf(root, name))
  context.published.add(placeOf(root, 'staticfiles.json'))
  const { viteManifest, integrity, requirejsMap } = options
  for (const file of [viteManifest, integrity, requirejsMap])
    if (file !== undefined) context.published.add(resolve(context.root, file))
  if (options.viteManifest !== undefined) writeViteManifest(artifacts, options.viteManifest)
  if (options.integrity !== undefined) writeIntegrity(artifacts, options.integrity)
  if (options.requirejsMap !== undefined) writeRequirejsMap(artifacts, options.requirejsMap)
  context.config?.logger.info(
    `django-static: ${paths.size} names in ${shown(context, root)}: ${written.length} files written, ${unchanged} unchanged`,
  )
}

function artifactsOf(
  { root }: Context,
  { info }: Project,
  { finals, names, contents }: Made,
  paths: ReadonlyMap<string, string>,
  files: readonly Publication[],
): Artifacts {
  let published: Map<string, Publication> | undefined
  return {
    root,
    staticUrl: info.staticUrl,
    paths,
    made: names,
    chunks: new Map(
      finals.flatMap(({ fileName, chunk }) => (chunk ? [[fileName, chunk] as const] : [])),
    ),
    contentOf: (hashed) => {
      published ??= new Map(files.map((file) => [file.name, file]))
      const file = published.get(hashed)
      return file && readSource(file.name, file.source, contents)
    },
  }
}

/** `data-main` may leave `.js` out. */
function addMainNames({ texts }: Project, paths: Map<string, string>): void {
  for (const { main, publicName } of texts.references()) {
    const hashed = main && !paths.has(publicName) ? paths.get(`${publicName}.js`) : undefined
    if (hashed !== undefined) paths.set(publicName, hashed)
  }
}
