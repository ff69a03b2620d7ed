/** What loader plugins see of a build file: r.js's own keys, with paths as if the tree was built where it lies. */
import { joinPublic } from '../../config/normalize.ts'
import type { BuildFile } from '../../types.ts'

/** Where static files are for plugins when no one folder holds those below `baseUrl`: nowhere else is anything to be read. */
const NOWHERE = '/static-files'

/**
 * The path that stands for the static root. It is the real one where `baseUrl` is a folder that is read, so that npm packages that
 * plugins use (`less`) find files by themselves.
 *
 * @param build The build file.
 * @param prefix Public name of its `baseUrl`.
 * @param nameOf Public name of a path.
 * @returns An absolute path without a slash at its end.
 */
export function pluginHome(
  build: BuildFile,
  prefix: string,
  nameOf: (path: string) => string | undefined,
): string {
  const { baseUrl } = build
  const tail = prefix === '' ? '' : `/${prefix}`
  const isReal = (nameOf(baseUrl) ?? NOWHERE) === prefix && baseUrl.endsWith(tail)
  return isReal ? baseUrl.slice(0, baseUrl.length - tail.length) : NOWHERE
}

/**
 * The configuration.
 *
 * @param build The build file.
 * @param prefix Public name of its `baseUrl`.
 * @param home The path that stands for the static root.
 * @param nameOf Public name of a path.
 */
export function pluginConfig(
  build: BuildFile,
  prefix: string,
  home: string,
  nameOf: (path: string) => string | undefined,
): Readonly<Record<string, unknown>> {
  const { raw, appDir, inlineText, optimize, write } = build
  const top = joinPublic('', (appDir === undefined ? prefix : nameOf(appDir)) ?? '') ?? ''
  const folder = top === '' ? `${home}/` : `${home}/${top}/`
  const out = build.out === undefined ? undefined : nameOf(build.out)
  return {
    ...raw,
    inlineText,
    optimize,
    appDir: appDir === undefined ? undefined : folder,
    dir: build.dir === undefined ? undefined : folder,
    out: write ?? (out === undefined ? undefined : `${home}/${out}`),
  }
}
