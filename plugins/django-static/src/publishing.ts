import { existsSync, readdirSync, rmSync } from 'node:fs'
import { isAbsolute, join, relative, resolve } from 'node:path'
import type { Rolldown } from 'vite'
import {
  writeIntegrity,
  writeRequirejsMap,
  writeViteManifest,
  type Artifacts,
} from './artifacts.ts'
import { compressFiles } from './compress.ts'
import type { Contents } from './contents.ts'
import { workDir, type Context, type Project } from './context.ts'
import { DjangoStaticError, nearest } from './error.ts'
import { manifestText } from './manifest.ts'
import { publish, type Publication } from './publish.ts'
import { writeWhole } from './releases.ts'
import { withoutHash } from './request.ts'
import { readSource, type Tree } from './tree.ts'

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

/** The file of {@link exportForCollectstatic} that the storage class reads. */
const BUNDLE_FILE = 'kovu-bundle.json'
const MAP_COMMENT =
  /\n?(?:\/\/# sourceMappingURL=(?!data:)[^\n]*|\/\*# sourceMappingURL=(?!data:)[^\n]*?\*\/)\s*$/

/**
 * Writes STATIC_ROOT and what else was asked for.
 *
 * @param context The context of the plugin call.
 * @param project The project.
 * @param made What the build has made.
 */
export async function publishSite(context: Context, project: Project, made: Made): Promise<void> {
  const { info } = project
  const { options } = context
  const { tree, contents } = made
  if (info.staticRoot === null) {
    throw new DjangoStaticError(
      'DJANGO_STATIC_ROOT',
      `${info.settingsModule} sets no STATIC_ROOT: there is no folder to write to. Set it, for example STATIC_ROOT = BASE_DIR / 'staticroot'.`,
    )
  }
  const { paths, bundled, files } = bundledFiles(context, project, made)
  const hidden: [string, Uint8Array][] = []
  const isHidden = (name: string): boolean =>
    options.hiddenSourceMaps !== undefined && /\.(?:js|css)\.map$/.test(name)
  for (const { fileName, content } of made.finals.map(toOutput))
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
    const final = rewritten === undefined ? source : { content: rewritten, from: name }
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
  const { written, unchanged } = publish(
    info.staticRoot,
    [...files, ...siblings],
    manifestText(paths),
    { contents, link: options.link },
  )
  contents.save()
  if (options.viteManifest !== undefined) writeViteManifest(artifacts, options.viteManifest)
  if (options.integrity !== undefined) writeIntegrity(artifacts, options.integrity)
  if (options.requirejsMap !== undefined) writeRequirejsMap(artifacts, options.requirejsMap)
  context.config?.logger.info(
    `django-static: ${paths.size} names in ${shown(context, info.staticRoot)}: ${written.length} files written, ${unchanged} unchanged`,
  )
}

/**
 * Fills the folder from which `collectstatic` takes what Kovu made; the storage class of `kovu_django` then leaves bundled
 * modules as they are.
 *
 * @param context The context of the plugin call.
 * @param project The project.
 * @param made What the build has made.
 */
export function exportForCollectstatic(context: Context, project: Project, made: Made): void {
  const dir = resolve(context.root, context.options.collectDir)
  const { bundled, files } = bundledFiles(context, project, made)
  refuseForeign(dir)
  rmSync(dir, { recursive: true, force: true })
  for (const { name, source } of files)
    writeWhole(join(dir, name), readSource(name, source, made.contents))
  for (const name of made.names) {
    const finished = tree(made, name)
    if (finished !== undefined)
      writeWhole(join(dir, name), readSource(name, finished.source, made.contents))
  }
  const identity = files.map(({ name }) => [name, name] as const)
  const names = Object.fromEntries([...bundled, ...identity].sort(([a], [b]) => (a < b ? -1 : 1)))
  writeWhole(join(dir, BUNDLE_FILE), `${JSON.stringify(names)}\n`)
  warn(context, project, made, undefined)
  context.config?.logger.info(
    `django-static: ${files.length + made.names.length} files in ${shown(context, dir)} for collectstatic`,
  )
}

/** Only a folder that an earlier build has filled is emptied. */
function refuseForeign(dir: string): void {
  if (!existsSync(dir) || readdirSync(dir).length === 0) return
  if (existsSync(join(dir, BUNDLE_FILE))) return
  throw new DjangoStaticError(
    'DJANGO_STATIC_OPTION',
    `djangoStatic's \`collectDir\` is ${dir}, which holds files that Kovu did not make (there is no ${BUNDLE_FILE} in it), and the folder is emptied by each build. Name another, or empty it yourself.`,
  )
}

function tree({ tree: all }: Made, name: string): ReturnType<Tree['finish']> {
  return all.finish(name)
}

function bundledFiles(
  { options }: Context,
  project: Project,
  { finals }: Made,
): { paths: Map<string, string>; bundled: Map<string, string>; files: Publication[] } {
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
  return { paths: new Map(), bundled, files }
}

function withoutMapComment(name: string, content: Uint8Array): Uint8Array {
  if (!/\.(?:js|css)$/.test(name)) return content
  return Buffer.from(Buffer.from(content).toString('utf8').replace(MAP_COMMENT, '\n'))
}

function artifactsOf(
  { root }: Context,
  { info }: Project,
  { finals, names, contents }: Made,
  paths: ReadonlyMap<string, string>,
  files: readonly Publication[],
): Artifacts {
  const published = new Map(files.map((file) => [file.name, file]))
  return {
    root,
    staticUrl: info.staticUrl,
    paths,
    made: names,
    chunks: new Map(
      finals.flatMap((one) => (one.type === 'chunk' ? [[one.fileName, one] as const] : [])),
    ),
    contentOf: (hashed) => {
      const file = published.get(hashed)
      return file && readSource(file.name, file.source, contents)
    },
  }
}

function warn(
  context: Context,
  project: Project,
  { tree: { warnings } }: Made,
  paths: ReadonlyMap<string, string> | undefined,
): void {
  const { info } = project
  const logger = context.config?.logger
  const missing = paths === undefined ? [] : missingNames(context, project, paths)
  for (const warning of [...warnings, ...missing]) logger?.warn(`django-static: ${warning}`)
  if (!info.storage.manifest) {
    logger?.warn(
      `django-static: ${info.storage.name} does not read staticfiles.json, so {% static %} gives unhashed names. Set the "staticfiles" storage to django.contrib.staticfiles.storage.ManifestStaticFilesStorage.`,
    )
  }
}

function shown({ root }: Context, dir: string): string {
  const path = relative(root, dir)
  return path === '' || path.startsWith('..') || isAbsolute(path) ? dir : path
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

/** `data-main` may leave `.js` out. */
function addMainNames({ texts }: Project, paths: Map<string, string>): void {
  for (const { main, publicName } of texts.references()) {
    const hashed = main && !paths.has(publicName) ? paths.get(`${publicName}.js`) : undefined
    if (hashed !== undefined) paths.set(publicName, hashed)
  }
}

function missingNames(
  { root }: Context,
  { texts }: Project,
  paths: ReadonlyMap<string, string>,
): string[] {
  const sentences = new Set<string>()
  for (const { publicName, position } of texts.references()) {
    if (paths.has(publicName)) continue
    const near = nearest(publicName, paths.keys())
    const hint = near === undefined ? '' : ` Did you mean ${near}?`
    const file = relative(root, position.file)
    sentences.add(
      `${file}:${position.line}:${position.column + 1}: {% static '${publicName}' %} names no static file.${hint}`,
    )
  }
  return [...sentences]
}
