import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { DebReleaseError, readError } from '../error.ts'
import type { Release } from '../release.ts'

/**
 * Reads a file of the project that a role names, and puts the release's paths in the place of `@current@`, `@previous@`,
 * `@static@`, `@data@`, `@socket@`, `@socket:ROLE@`, `@name@` and `@branch@`.
 *
 * @param path From Vite's root.
 * @throws {DebReleaseError} `DEB_RELEASE_READ`; `DEB_RELEASE_ROLE` with the line of a token that is none of these.
 */
export function readRoleFile(release: Release, role: string, path: string): string {
  const file = join(release.root, path)
  let source: string
  try {
    source = readFileSync(file, 'utf8')
  } catch (cause) {
    throw readError(file, cause)
  }
  return replaceTokens(release, role, source, file)
}

/** The same for one line of the options. */
export function replaceTokens(
  release: Release,
  role: string,
  source: string,
  file?: string,
): string {
  const { identity, names, staticPath } = release
  const values: Readonly<Record<string, string>> = {
    current: `/${names.current}`,
    previous: `/${names.home}/previous`,
    static: `/${names.current}/${staticPath}`,
    data: dataFolder(release),
    socket: socketPath(release, role),
    name: identity.name,
    branch: identity.branch,
  }
  return source.replaceAll(
    /@([a-z]+)(?::([a-z0-9+.]+))?@/g,
    (token, word: string, other?: string) => {
      const value =
        other === undefined
          ? values[word]
          : word === 'socket'
            ? socketPath(release, other)
            : undefined
      if (value !== undefined && (other === undefined || release.options.roles.has(other)))
        return value
      const line = source.slice(0, source.indexOf(token)).split('\n').length
      throw new DebReleaseError(
        'DEB_RELEASE_ROLE',
        `The role \`${role}\` has ${token}, which stands for nothing. There is ${Object.keys(values)
          .map((name) => `@${name}@`)
          .join(', ')} and @socket:ROLE@.`,
        { file, line },
      )
    },
  )
}

/** The Unix socket of a role. */
export function socketPath({ names }: Release, role: string): string {
  return `/run/${names.role(role)}.sock`
}

/** The folder for data, which no package owns. */
export function dataFolder({ identity }: Release): string {
  return `/var/lib/${identity.name}/${identity.branch}`
}
