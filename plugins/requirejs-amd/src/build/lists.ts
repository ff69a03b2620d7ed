/** What a build file wants to be told of its output: `bundles`, `build.txt`, paths. */
import { relative } from 'node:path/posix'
import type { LinkSettings, OutputFile } from './project.ts'
import type { Project } from '../context.ts'
import { joinPublic } from '../config/normalize.ts'
import type { LinkInput } from '../link/index.ts'
import { made } from '../link/classic.ts'
import type { BuildFile, BundleComplete } from '../types.ts'

/** Public name of the folder that `dir` mirrors. */
function topOf(project: Project, build: BuildFile, settings: LinkSettings): string {
  // A folder that no finder knows is what a Makefile collects into: the static root itself.
  const name = build.appDir === undefined ? project.prefix : settings.nameOf(build.appDir)
  return joinPublic('', name ?? '') ?? ''
}

/**
 * A public name as r.js would name the file: relative to `dir`, or absolute with `out`.
 *
 * @param publicName The public name.
 */
export function pathInBuild(
  project: Project,
  build: BuildFile,
  settings: LinkSettings,
  publicName: string,
): string {
  const top = topOf(project, build, settings)
  if (build.dir !== undefined) return top === '' ? publicName : publicName.slice(top.length + 1)
  if (build.out !== undefined && settings.nameOf(build.out) === publicName) return build.out
  return `${build.baseUrl}/${publicName.slice(project.prefix === '' ? 0 : project.prefix.length + 1)}`
}

/**
 * The public name of a path below `dir`.
 *
 * @param path An absolute path.
 * @returns Undefined for a path elsewhere.
 */
export function nameInBuild(
  project: Project,
  build: BuildFile,
  settings: LinkSettings,
  path: string,
): string | undefined {
  const below = relative(build.dir ?? '', path)
  return below.startsWith('..') ? undefined : joinPublic(topOf(project, build, settings), below)
}

/**
 * The statement that tells RequireJS what layers hold.
 *
 * @param layers Ids of layers, with those of the modules in them.
 */
export function bundlesInput(
  layers: readonly { main: string | undefined; ids: readonly string[] }[],
): LinkInput {
  const bundles = Object.fromEntries(
    layers.flatMap(({ main, ids }) =>
      main === undefined ? [] : [[main, ids.filter((id) => id !== main)]],
    ),
  )
  return made(`requirejs.config({bundles:${JSON.stringify(bundles)}});\n`)
}

/**
 * `build.txt`: the files of the build, each with what it was made from.
 *
 * @param complete The files.
 */
export function listing(
  project: Project,
  build: BuildFile,
  settings: LinkSettings,
  complete: readonly BundleComplete[],
): OutputFile {
  const code = complete
    .map(({ path, included }) => `\n${path}\n----------------\n${included.join('\n')}\n`)
    .join('')
  const publicName = joinPublic(topOf(project, build, settings), 'build.txt') ?? 'build.txt'
  return { publicName, code, map: undefined, ids: [], main: undefined }
}
