import { isAbsolute, join, relative } from 'node:path'
import type { Plugin, Rolldown } from 'vite'
import { EMPTY_ID, EMPTY_NAME, isFinalName } from './build-options.ts'
import { collect, type Collected } from './collect.ts'
import { compressFiles } from './compress.ts'
import { Contents } from './contents.ts'
import { workDir, type Context, type Project } from './context.ts'
import { DjangoStaticError, nearest, report } from './error.ts'
import { manifestText } from './manifest.ts'
import { publish, type Publication } from './publish.ts'
import { dialectOf } from './references.ts'
import { withoutHash } from './request.ts'
import { Tree, type Source } from './tree.ts'

/** The build side of one plugin call. */
export interface Build {
  /** See `urls` of the protocol. */
  urls(publicName: string, source?: string): string | undefined
  readonly plugin: Plugin
}

interface Output {
  readonly fileName: string
  readonly content: Uint8Array
}

/**
 * Builds: collects before Rolldown generates, publishes to STATIC_ROOT when it has written.
 *
 * @param context The context of the plugin call.
 */
export function createBuild(context: Context): Build {
  let collected: Collected | undefined
  let project: Project | undefined
  let tree: Tree | undefined
  let contents = new Contents()
  /** Content that other plugins said they would emit. */
  const announced = new Map<string, Source>()

  const treeOver = (outputs: Iterable<readonly [string, Source]>): Tree => {
    if (project === undefined || collected === undefined) {
      throw new Error('urls() is to be called from generateBundle on')
    }
    const { info } = project
    return new Tree({
      sources: new Map([...collected.sources, ...outputs]),
      dialect: dialectOf(info.django),
      staticUrl: info.staticUrl,
      contents,
    })
  }

  return {
    urls(publicName, source) {
      if (source !== undefined) {
        announced.set(publicName, { content: Buffer.from(source), from: publicName })
        tree = undefined
      }
      tree ??= treeOver(announced)
      return tree.finish(publicName)?.hashed
    },
    plugin: {
      name: 'django-static:build',
      apply: 'build',
      applyToEnvironment: ({ name }) => name === 'client',
      resolveId: {
        filter: { id: /^virtual:django-static\/empty$/ },
        handler: () => ({ id: `\0${EMPTY_ID}` }),
      },
      load: {
        filter: { id: /^\0virtual:django-static\/empty$/ },
        handler: () => 'export {}\n',
      },
      async renderStart() {
        announced.clear()
        contents = new Contents(join(workDir(context.root), 'static', 'digests.json'))
        tree = undefined
        try {
          project = await context.project()
          collected = await collect(context, project)
        } catch (error) {
          report(this, error)
        }
      },
      generateBundle(_options, bundle) {
        for (const [fileName, output] of Object.entries(bundle)) {
          if (output.type === 'chunk' && output.name === EMPTY_NAME) delete bundle[fileName]
        }
      },
      writeBundle: {
        order: 'post',
        async handler(_options, bundle) {
          if (project === undefined || !isPublished(context)) return
          const outputs = Object.values(bundle).map(toOutput)
          const overrides = outputs
            .filter(({ fileName }) => !isFinalName(fileName))
            .map(({ fileName, content }) => [fileName, { content, from: fileName }] as const)
          const finals = Object.values(bundle).filter(({ fileName }) => isFinalName(fileName))
          try {
            await publishAll(context, project, treeOver(overrides), finals, contents)
          } catch (error) {
            report(this, error)
          }
        },
      },
    },
  }
}

function isPublished({ userTargets }: Context): boolean {
  return userTargets === undefined || userTargets.includes('static')
}

async function publishAll(
  context: Context,
  project: Project,
  tree: Tree,
  finals: readonly (Rolldown.OutputChunk | Rolldown.OutputAsset)[],
  contents: Contents,
): Promise<void> {
  const { info } = project
  if (info.staticRoot === null) {
    throw new DjangoStaticError(
      'DJANGO_STATIC_ROOT',
      `${info.settingsModule} sets no STATIC_ROOT: there is no folder to write to. Set it, for example STATIC_ROOT = BASE_DIR / 'staticroot'.`,
    )
  }
  const logger = context.config?.logger
  const paths = new Map<string, string>()
  const files: Publication[] = []
  const bundled = new Map<string, string>()
  for (const output of finals) {
    const { fileName, content } = toOutput(output)
    files.push({ name: fileName, source: { content, from: fileName }, hashed: true })
    for (const key of keysOf(output, project, bundled)) bundled.set(key, fileName)
  }
  for (const { name, hashed, source, rewritten } of tree.all()) {
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
  for (const warning of [...tree.warnings, ...missingNames(context, project, paths)]) {
    logger?.warn(`django-static: ${warning}`)
  }
  if (!info.storage.manifest) {
    logger?.warn(
      `django-static: ${info.storage.name} does not read staticfiles.json, so {% static %} gives unhashed names. Set the "staticfiles" storage to django.contrib.staticfiles.storage.ManifestStaticFilesStorage.`,
    )
  }
  const siblings = context.options.compress
    ? await compressFiles(files, { contents, cacheDir: join(workDir(context.root), 'compressed') })
    : []
  const { written, unchanged } = publish(
    info.staticRoot,
    [...files, ...siblings],
    manifestText(paths),
    { contents, link: context.options.link },
  )
  contents.save()
  const shown = relative(context.root, info.staticRoot)
  const where =
    shown === '' || shown.startsWith('..') || isAbsolute(shown) ? info.staticRoot : shown
  logger?.info(
    `django-static: ${paths.size} names in ${where}: ${written.length} files written, ${unchanged} unchanged`,
  )
}

function toOutput(output: Rolldown.OutputChunk | Rolldown.OutputAsset): Output {
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
