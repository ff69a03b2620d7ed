import { join, resolve } from 'node:path'
import type { Plugin } from 'vite'
import { EMPTY_ID, EMPTY_NAME, isFinalName } from './options.ts'
import { collect, type Collected } from './collect.ts'
import { recallBundle, rememberBundle } from './last-bundle.ts'
import { Contents } from '../tree/contents.ts'
import { type Context } from '../context.ts'
import { report } from '../error.ts'
import { type BundledFile, toBundledFile } from '../publish/bundle.ts'
import { exportForCollectstatic } from '../publish/collectstatic.ts'
import { publishSite, staticRootOf } from '../publish/site.ts'
import { dialectOf } from '../tree/references.ts'
import { Tree } from '../tree/tree.ts'
import type { Project } from '../project.ts'
import { workDir } from '../work-dir.ts'
import type { Source } from '../tree/source.ts'

/** The build side of one plugin call. */
export interface Build {
  /** See `urls` of the protocol. */
  urls(publicName: string, source?: string): string | undefined
  /**
   * Publishes the last bundle once more, with everything else as it is now.
   *
   * @returns False when the last bundle is not there any more.
   * @throws {DjangoStaticError} What publishing throws, and what a derivation throws for a source that it cannot render.
   */
  publishAgain(): Promise<boolean>
  /** Every file that the other plugins have made something from, for what was published last. */
  readonly watch: readonly string[]
  readonly plugin: Plugin
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
  /** Files from which something was made whose name the bundle has asked for. */
  const known = new Set<string>()

  const begin = async (): Promise<void> => {
    announced.clear()
    known.clear()
    contents = new Contents(join(workDir(context.root), 'static', 'digests.json'))
    tree = undefined
    project = await context.project()
    collected = await collect(context, project)
  }

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
      hideMaps: context.options.hiddenSourceMaps !== undefined,
    })
  }

  const noteKnown = (): void => {
    for (const { source } of tree?.finished() ?? [])
      if ('content' in source) for (const file of source.files ?? []) known.add(file)
  }

  const publish = async (bundle: readonly BundledFile[]): Promise<void> => {
    if (project === undefined) return
    try {
      const overrides = bundle
        .filter(({ fileName }) => !isFinalName(fileName))
        .map(({ fileName, content }) => [fileName, { content, from: fileName }] as const)
      const finals = bundle.filter(({ fileName }) => isFinalName(fileName))
      const names = [...derivedNames(collected), ...overrides.map(([name]) => name)]
      const made = { tree: treeOver(overrides), finals, names: [...new Set(names)], contents }
      if (context.options.mode === 'own') await publishSite(context, project, made)
      else exportForCollectstatic(context, project, made)
    } finally {
      contents.close()
    }
  }

  return {
    urls(publicName, source) {
      if (source !== undefined) {
        noteKnown()
        announced.set(publicName, { content: Buffer.from(source), from: publicName })
        tree = undefined
      }
      tree ??= treeOver(announced)
      return tree.finish(publicName)?.hashed
    },
    async publishAgain() {
      const bundle = recallBundle(context.root)
      if (bundle === undefined) return false
      await begin()
      await publish(bundle)
      return true
    },
    get watch() {
      return collected?.watch ?? []
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
      async buildStart() {
        if (context.options.mode !== 'own' || !isPublished(context)) return
        try {
          // Before the work, not after it.
          staticRootOf(await context.project())
        } catch (error) {
          report(this, error)
        }
      },
      async renderStart() {
        try {
          await begin()
        } catch (error) {
          report(this, error)
        }
        // Under the `kovu` command they are the target's inputs, not the bundle's.
        if (isUnderKovu(context)) return
        for (const file of collected?.watch ?? []) this.addWatchFile(file)
      },
      generateBundle(_options, bundle) {
        for (const [fileName, output] of Object.entries(bundle)) {
          if (output.type === 'chunk' && output.name === EMPTY_NAME) delete bundle[fileName]
        }
      },
      writeBundle: {
        order: 'post',
        async handler({ dir = '' }, bundle) {
          if (project === undefined) return
          noteKnown()
          for (const file of known) this.addWatchFile(file)
          const files = Object.values(bundle).map(toBundledFile)
          try {
            if (isUnderKovu(context))
              rememberBundle(context.root, resolve(context.root, dir), files)
            if (isPublished(context)) await publish(files)
          } catch (error) {
            report(this, error)
          }
        },
      },
    },
  }
}

/** Does the `kovu` command run, and know what its targets read? */
function isUnderKovu({ config, userTargets }: Context): boolean {
  return (config?.kovu ?? userTargets) !== undefined
}

/** Under the `kovu` command only where `static` is among what runs, which is known when the configuration has been resolved. */
function isPublished({ config, userTargets }: Context): boolean {
  const targets = config?.kovu?.targets ?? userTargets
  return targets === undefined || targets.includes('static')
}

function derivedNames(collected: Collected | undefined): string[] {
  return [...(collected?.sources ?? [])].flatMap(([name, source]) =>
    'content' in source ? [name] : [],
  )
}
