import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { ignorePatterns } from '../context.ts'
import { inside } from '../finders/public-name.ts'
import { walk } from '../finders/walk.ts'
import { error, warning, type Check } from './check.ts'

/** What lies in the static folders. */
export const fileChecks: Readonly<Record<string, Check>> = {
  'nested-folders': ({ project: { info, finders } }) => {
    const { staticRoot } = info
    if (staticRoot === null) return undefined
    const root = finders.roots.find(
      ({ dir }) =>
        dir === staticRoot ||
        inside(dir, staticRoot) !== undefined ||
        inside(staticRoot, dir) !== undefined,
    )
    return root === undefined
      ? undefined
      : error(
          `STATIC_ROOT ${staticRoot} and the folder of sources ${root.dir} lie in each other: what is published would be collected again.`,
        )
  },
  'private-files': ({ project: { privateFiles } }) =>
    privateFiles.exposed.map((dir) =>
      error(
        `STATICFILES_DIRS names ${dir}, which holds the project's own Python files or database: Kovu neither serves nor publishes them, but collectstatic and runserver do. Keep static files in a folder of their own.`,
      ),
    ),
  'missing-folder': ({ project: { info, finders } }) => {
    const apps = new Set(info.apps)
    return finders.roots
      .filter(({ dir }) => !existsSync(dir) && !apps.has(dir.replace(/[\\/][^\\/]+$/, '')))
      .map(({ dir }) => warning(`STATICFILES_DIRS names ${dir}, which does not exist.`))
  },
  'unlisted-folder': ({ project: { root, finders } }) => {
    const dir = join(root, 'static')
    const isListed = finders.roots.some(
      (one) => one.dir === dir || inside(one.dir, dir) !== undefined,
    )
    return isListed || walk(dir).length === 0
      ? undefined
      : warning(
          `There are files in ${dir}, but no finder looks into it. Name it in STATICFILES_DIRS, as BASE_DIR / 'static'.`,
        )
  },
  'passed-over': ({ project: { finders } }) => finders.passedOver.map(warning),
  shadowed: ({ context, project: { info, finders } }) => {
    const ignored = ignorePatterns(context, info)
    const shadowed = [...finders.collect(ignored).keys()].filter(
      (name) => finders.findAll(name).length > 1,
    )
    if (shadowed.length === 0) return undefined
    const some = shadowed.slice(0, 5).join(', ') + (shadowed.length > 5 ? ', …' : '')
    const names =
      shadowed.length === 1 ? '1 public name has' : `${shadowed.length} public names have`
    return warning(
      `${names} more than one file, the first finder's wins: ${some}. \`kovu findstatic NAME\` tells which.`,
    )
  },
  'letter-case': ({ project: { finders } }) => {
    const known = new Map<string, string>()
    for (const [name] of finders.list()) {
      const other = known.get(name.toLowerCase())
      if (other !== undefined) {
        return warning(
          `${other} and ${name} differ by case alone: on a file system that does not see the difference they are one file.`,
        )
      }
      known.set(name.toLowerCase(), name)
    }
    return undefined
  },
  'vite-manifest': ({ context }) =>
    context.config?.build.manifest === true
      ? warning(
          "build.manifest is true: Vite then writes .vite/manifest.json, which web servers and WhiteNoise serve to everybody and collectstatic leaves out. Use djangoStatic({ viteManifest: '…' }) for a file outside STATIC_ROOT.",
        )
      : undefined,
}
