import { join } from 'node:path'
import type { Plugin } from 'vite'
import { EMPTY_ID, EMPTY_NAME, isFinalName } from './options.ts'
import { collect, type Collected } from './collect.ts'
import { Contents } from '../tree/contents.ts'
import { type Context } from '../context.ts'
import { report } from '../error.ts'
import { toOutput } from '../publish/bundle.ts'
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
        announced.clear()
        contents = new Contents(join(workDir(context.root), 'static', 'digests.json'))
        tree = undefined
        try {
          project = await context.project()
          collected = await collect(context, project)
          for (const file of collected.watch) this.addWatchFile(file)
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
            const tree = treeOver(overrides)
            const names = [...derivedNames(collected), ...overrides.map(([name]) => name)]
            const made = { tree, finals, names: [...new Set(names)], contents }
            if (context.options.mode === 'own') await publishSite(context, project, made)
            else exportForCollectstatic(context, project, made)
          } catch (error) {
            report(this, error)
          } finally {
            contents.close()
          }
        },
      },
    },
  }
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
