import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'

import type { Entry } from '../deb/entry.ts'
import { DebReleaseError, readError } from '../error.ts'
import { walk } from './walk.ts'

/** What is read of a package.json. */
export interface Manifest {
  readonly name?: string
  readonly author?: string | { readonly name?: string; readonly email?: string }
  readonly description?: string
  readonly homepage?: string
  readonly license?: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

/** An installed package and where it lands below the release: `node_modules/ws`. */
interface Placed {
  readonly folder: string
  readonly at: string
}

/**
 * Reads a folder's package.json.
 *
 * @returns Undefined when there is none.
 * @throws {DebReleaseError} `DEB_RELEASE_READ` when it is no JSON.
 */
export function readManifest(folder: string): Manifest | undefined {
  const file = join(folder, 'package.json')
  if (!existsSync(file)) return undefined
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Manifest
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw readError(file, cause)
    const message = `${file} is no JSON: ${cause.message}.`
    throw new DebReleaseError('DEB_RELEASE_READ', message, { file, cause })
  }
}

/**
 * The production packages of a project as entries: those that Node finds from its root and from each other, copied from where
 * they are installed, hoisted or linked as they may be (npm, workspaces, pnpm). No registry is asked.
 *
 * @param root The project's folder.
 * @param which Names of packages; true for all `dependencies`.
 * @param release Where the release lands, below `/`.
 * @throws {DebReleaseError} `DEB_RELEASE_NODE` when a needed package is not installed.
 */
export function nodeModules(
  root: string,
  which: true | readonly string[],
  release: string,
): Entry[] {
  const own = readManifest(root)
  const needed = which === true ? Object.keys(own?.dependencies ?? {}) : which
  const optional = which === true ? Object.keys(own?.optionalDependencies ?? {}) : []
  return place(root, needed, optional).flatMap(({ folder, at }) =>
    walk({
      from: folder,
      to: posix.join(release, at),
      leavesOut: (path) => path === 'node_modules',
    }),
  )
}

/** Gives each package the highest place from which those that need it find it, and no other of that name. */
function place(root: string, needed: readonly string[], optional: readonly string[]): Placed[] {
  const taken = new Map<string, string>()
  const placed: Placed[] = []
  const queue: {
    folder: string
    at: string
    needed: readonly string[]
    optional: readonly string[]
  }[] = [{ folder: root, at: '', needed, optional }]
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    for (const name of [...next.needed, ...next.optional].sort()) {
      const folder = find(next.folder, name)
      if (folder === undefined) {
        if (next.needed.includes(name)) throw notInstalled(name, next.folder)
        continue
      }
      const visible = seen(taken, next.at, name)
      if (visible === folder) continue
      const at = posix.join(visible === undefined ? '' : next.at, 'node_modules', name)
      taken.set(at, folder)
      placed.push({ folder, at })
      const {
        dependencies = {},
        optionalDependencies = {},
        peerDependencies = {},
      } = readManifest(folder) ?? {}
      const maybe = Object.keys({ ...optionalDependencies, ...peerDependencies })
      const surely = Object.keys(dependencies).filter((each) => !maybe.includes(each))
      queue.push({ folder, at, needed: surely, optional: maybe })
    }
  }
  return placed
}

/** What Node finds under a name from a folder on: the nearest `node_modules` upwards, links followed. */
function find(from: string, name: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name)
    if (existsSync(join(candidate, 'package.json'))) return realpathSync(candidate)
    if (dirname(folder) === folder) return undefined
  }
}

/** The same among what was placed. */
function seen(taken: ReadonlyMap<string, string>, at: string, name: string): string | undefined {
  for (let folder = at; ; folder = posix.dirname(folder)) {
    const found = taken.get(posix.join(folder, 'node_modules', name))
    if (found !== undefined || folder === '' || folder === '.') return found
  }
}

function notInstalled(name: string, from: string): DebReleaseError {
  return new DebReleaseError(
    'DEB_RELEASE_NODE',
    `The package ${name} that ${from} depends on is not installed. Run npm install, or name in \`src.node\` what the roles need.`,
  )
}
