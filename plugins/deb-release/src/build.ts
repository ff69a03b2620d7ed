import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

import type { Context } from './context.ts'
import { type DebPackage, writeDeb } from './deb/write.ts'
import { payloadPackage } from './packages/payload.ts'
import { rolePackage } from './packages/role.ts'
import { SERVER_EPOCH, serverPackage } from './packages/server.ts'
import { sourcePackage } from './packages/source.ts'
import { collect } from './payload/collect.ts'

/** A `.deb` that was written. */
export interface BuiltDeb {
  /** Absolute path. */
  readonly file: string
  /** Bytes. */
  readonly size: number
}

/** How {@link buildPackages} runs. */
export interface BuildRequest {
  readonly signal?: AbortSignal | undefined
  readonly say: (message: string) => void
}

/**
 * Writes all packages of a release to `dist/deb`, and removes those of earlier builds of the same branch from there.
 *
 * @returns The packages, the biggest first.
 * @throws {DebReleaseError} When anything cannot or must not be packed; the packages of earlier runs are then still there.
 */
export async function buildPackages(context: Context, request: BuildRequest): Promise<BuiltDeb[]> {
  const { signal, say } = request
  const release = await context.release()
  const { debFolder: folder, repository, cache } = context
  const payload = await collect({
    release,
    outputs: [folder, repository],
    staticRoot: await context.staticRoot(),
    cache: join(cache, 'venv'),
    env: process.env,
    signal,
    say,
  })
  const { epoch } = release.identity
  const roles = [...release.options.roles].map(([role, options]) =>
    rolePackage(release, role, options, payload.programs),
  )
  const packages: readonly { made: DebPackage; epoch: number }[] = [
    { made: payloadPackage(release, payload), epoch },
    { made: sourcePackage(release), epoch },
    ...roles.map((made) => ({ made, epoch })),
    { made: serverPackage(release), epoch: SERVER_EPOCH },
  ]
  const built: BuiltDeb[] = []
  for (const { made, epoch } of packages) {
    const file = join(folder, fileName(made))
    built.push({ file, size: await writeDeb(file, made, { epoch, signal }) })
  }
  removeEarlier(folder, built, release.names.source, release.identity)
  return built
}

/** `NAME_VERSION_ARCHITECTURE.deb`, as dpkg-name calls packages. */
function fileName({ control }: DebPackage): string {
  return `${control.Package ?? ''}_${control.Version ?? ''}_${control.Architecture ?? ''}.deb`
}

/** Packages of the same site and branch that this run did not write: another build's, or a role's that is no more. */
function removeEarlier(
  folder: string,
  built: readonly BuiltDeb[],
  source: string,
  { name, branch }: { readonly name: string; readonly branch: string },
): void {
  const kept = new Set(built.map(({ file }) => file))
  for (const entry of readdirSync(folder)) {
    const [packageName = ''] = entry.split('_')
    const payload = packageName.startsWith(`${source}-r`)
    const role = packageName.startsWith(`${name}-`) && packageName.endsWith(`-${branch}`)
    const ours = entry.endsWith('.deb') && (payload || role || packageName === 'kovu-release')
    if (ours && !kept.has(join(folder, entry))) rmSync(join(folder, entry), { force: true })
  }
}

/** A size for people. */
export function sizeOfDeb(bytes: number): string {
  return bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`
}
