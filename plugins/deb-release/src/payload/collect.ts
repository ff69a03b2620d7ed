import { existsSync } from 'node:fs'
import { join, posix, relative, resolve } from 'node:path'

import type { Entry } from '../deb/entry.ts'
import type { Release } from '../release.ts'
import { architectureOf } from './architecture.ts'
import { nodeModules } from './node-modules.ts'
import { refuseSecrets, secretsOf } from './secrets.ts'
import { selection } from './selection.ts'
import { type Virtualenv, virtualenv } from './virtualenv.ts'
import { walk } from './walk.ts'

/** Everything a release carries. */
export interface Payload {
  readonly entries: readonly Entry[]
  /** `all`, or the one that compiled files are for. */
  readonly architecture: string
  /** The Python of the virtual environment, if there is one. */
  readonly minor: string | undefined
  /** Are packages for Node in it? */
  readonly node: boolean
  /** Names of the programs in the virtual environment. */
  readonly programs: ReadonlySet<string>
}

/** Where {@link collect} looks. */
export interface CollectRequest {
  readonly release: Release
  /** Absolute paths that are never carried: where packages and the repository are written. */
  readonly outputs: readonly string[]
  /** STATIC_ROOT, absolute, if there is one. */
  readonly staticRoot: string | undefined
  /** Where the virtual environment is kept between runs. */
  readonly cache: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly signal?: AbortSignal | undefined
  /** Told what takes long. */
  readonly say: (message: string) => void
}

/** Where requirements of production are looked for. */
const requirementFiles = [
  'requirements-production.txt',
  'requirements/production.txt',
  'requirements.txt',
]

/**
 * Gathers the project's files, its static tree, the virtual environment and node_modules.
 *
 * @throws {DebReleaseError} For everything that cannot or must not be carried.
 */
export async function collect(request: CollectRequest): Promise<Payload> {
  const { release, outputs, staticRoot, env } = request
  const { root, names, options } = release
  const { src, roles } = options
  const { leavesOut } = selection(root, src.files, outputs)
  const project = walk({ from: root, to: names.release, leavesOut })
  const outside = staticRoot !== undefined && relative(root, staticRoot).startsWith('..')
  const published = outside
    ? walk({
        from: staticRoot,
        to: posix.join(names.release, release.staticPath),
        leavesOut: (path) => path.startsWith('.'),
      })
    : []
  refuseSecrets(project, secretsOf(env))
  const runsNode = [...roles.values()].some(({ run }) => run?.startsWith('node ') === true)
  const which = src.node ?? runsNode
  const modules = which === false ? [] : nodeModules(root, which, names.release)
  const venv = await environment(request)
  const entries = [...project, ...published, ...modules, ...(venv?.entries ?? [])]
  const { platform, arch } = process
  return {
    entries,
    architecture: architectureOf(entries, { platform, arch }),
    minor: venv?.minor,
    node: which !== false,
    programs: programsOf(venv, `${names.release}/venv/bin/`),
  }
}

async function environment({
  release: { root, names, options },
  cache,
  signal,
  say,
}: CollectRequest): Promise<Virtualenv | undefined> {
  const { requirements, python } = options.src
  if (requirements === false) return undefined
  const name = requirements ?? requirementFiles.find((file) => existsSync(join(root, file)))
  if (name === undefined) return undefined
  say(`The virtual environment is made from ${name} when it has changed …`)
  const file = resolve(root, name)
  return virtualenv({ root, requirements: file, python, cache, release: names.release, signal })
}

function programsOf(venv: Virtualenv | undefined, folder: string): Set<string> {
  const paths = (venv?.entries ?? []).map(({ path }) => path)
  return new Set(
    paths.flatMap((path) => (path.startsWith(folder) ? [path.slice(folder.length)] : [])),
  )
}
