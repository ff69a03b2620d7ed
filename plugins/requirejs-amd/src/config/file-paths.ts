/** Paths of a build file that are r.js's way through the file system, from one folder of static files into another. */
import { posix, resolve } from 'node:path'
import type { RequireConfig } from '../types.ts'
import { joinPublic } from './normalize.ts'

/** A configuration by public names, and what cannot be named so. */
export interface PublicPaths {
  readonly config: RequireConfig
  /** Paths that lead to no folder of static files: r.js alone would find what is below them. */
  readonly outside: readonly { readonly key: string; readonly file: string }[]
}

/**
 * Says by public names what a build file says by files: an application's modules stand in a folder of their own
 * (`paths: { shop: '../shop/static/shop' }`), which the browser has below STATIC_URL all the same.
 *
 * @param config The build file's configuration, or one laid over it.
 * @param baseUrl Its `baseUrl`, an absolute path.
 * @param prefix Public name of `baseUrl`.
 * @param nameOf Public name of a file or folder.
 */
export function publicPaths(
  config: RequireConfig,
  baseUrl: string,
  prefix: string,
  nameOf: (path: string) => string | undefined,
): PublicPaths {
  const outside: { key: string; file: string }[] = []
  const named = (key: string, path: string): string => {
    const stays = /^\/|^[\w+.-]+:|\?/.test(path) || joinPublic(prefix, path) !== undefined
    if (stays) return path
    const file = resolve(baseUrl, path)
    const name = nameOf(file)
    if (name !== undefined) return posix.relative(`/${prefix}`, `/${name}`) || '.'
    outside.push({ key, file })
    return path
  }
  const paths = Object.entries(config.paths ?? {}).map(
    ([key, path]) => [key, typeof path === 'string' ? named(`paths.${key}`, path) : path] as const,
  )
  const packages = config.packages?.map((entry) =>
    typeof entry === 'string' || entry.location === undefined
      ? entry
      : { ...entry, location: named(`packages.${entry.name}`, entry.location) },
  )
  return {
    config: {
      ...config,
      ...(config.paths && { paths: Object.fromEntries(paths) }),
      ...(packages && { packages }),
    },
    outside,
  }
}
