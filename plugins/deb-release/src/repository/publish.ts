import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'

import { DebReleaseError } from '../error.ts'
import { clearsign, exportKey, findKey, type SigningKey } from '../sign.ts'
import { compareVersions } from '../versions.ts'
import { concurrently } from './concurrently.ts'
import { copyWhole, writeWhole } from './files.ts'
import { withLock } from './lock.ts'
import { byHash, type Published, readPublished, referenced } from './published.ts'
import { type Stanza, stanzaOf } from './stanza.ts'
import { noteGeneration, sweep } from './sweep.ts'
import { indexFiles, releaseFile, type Suite, type SuiteFile } from './suite.ts'

/** What is published, and where to. */
export interface PublishRequest {
  /** Folder of the repository, absolute. */
  readonly repository: string
  /** The suite: `production`. */
  readonly suite: string
  /** The site's name: folder in the pool, Origin of the Release file. */
  readonly origin: string
  /** Packages to add, absolute paths. */
  readonly debs: readonly string[]
  /** How many versions of each package stay. */
  readonly keep: number
  /** The gpg key, or undefined for a repository that is not signed. */
  readonly sign: string | undefined
}

/** What came of it. */
export interface PublishResult {
  /** Packages that were not there before. */
  readonly added: readonly Stanza[]
  /** Packages that are there no longer. */
  readonly dropped: readonly Stanza[]
  /** False when readers see what they saw before. */
  readonly changed: boolean
}

/**
 * Adds packages to a suite. Readers see the suite as it was until InRelease (Release, when not signed) is replaced in one step,
 * and as it is from then on: packages and indexes come under names of their own before that, and stay for some publications more.
 *
 * @throws {DebReleaseError} `DEB_RELEASE_SIGN`, `…_LOCKED`, `…_PUBLISHED`, `…_DISK`, `…_REPOSITORY`; nothing is then published.
 */
export async function publish(request: PublishRequest): Promise<PublishResult> {
  const key = request.sign === undefined ? undefined : findKey(request.sign)
  return withLock(request.repository, () => addToSuite(request, key))
}

async function addToSuite(
  { repository, suite: name, origin, debs, keep }: PublishRequest,
  key: SigningKey | undefined,
): Promise<PublishResult> {
  const folder = join(repository, 'dists', name)
  const before = await readPublished(folder)
  const pool = `pool/main/${origin.slice(0, 1)}/${origin}`
  const offered = await concurrently(
    debs,
    async (file) => [file, await stanzaOf(file, pool)] as const,
  )
  const isNew = await newcomers(repository, before.stanzas)
  const added = offered.filter(([, stanza]) => isNew(stanza))
  const stanzas = retain([...before.stanzas, ...added.map(([, stanza]) => stanza)], keep)
  const suite: Suite = { name, origin, stanzas }
  const files = indexFiles(suite)
  if (sameAs(before, files) && before.signed === (key !== undefined)) {
    return { added: [], dropped: [], changed: false }
  }
  const date = Math.max(before.date + 1, ...stanzas.map(({ epoch }) => epoch))
  const release = releaseFile(suite, files, date)
  const signed = key && clearsign(release, key, date)

  await concurrently(added, ([file, { filename }]) => copyWhole(file, join(repository, filename)))
  if (key !== undefined) await writeWhole(join(repository, `${origin}.gpg`), exportKey(key))
  for (const { path, sha256, bytes } of files) {
    await writeWhole(join(folder, byHash(path, sha256)), bytes)
  }
  const sums = files.map(({ path, sha256 }) => [path, sha256] as const)
  const staying = await noteGeneration(folder, before.files, sums)
  // For people and for mirrors; apt reads the ones by hash.
  for (const { path, bytes } of files) await writeWhole(join(folder, path), bytes)
  if (signed !== undefined) await writeWhole(join(folder, 'InRelease'), signed)
  await writeWhole(join(folder, 'Release'), release)
  if (signed === undefined) await rm(join(folder, 'InRelease'), { force: true })

  await sweep(repository, folder, staying)
  const kept = new Set(stanzas)
  return {
    added: added.map(([, stanza]) => stanza).filter((stanza) => kept.has(stanza)),
    dropped: before.stanzas.filter((stanza) => !kept.has(stanza)),
    changed: true,
  }
}

/**
 * Tells which packages are not in the suite yet. What was published under a version is final: servers may have it.
 *
 * @throws From the returned function, `DEB_RELEASE_PUBLISHED` for other content under the same version.
 */
async function newcomers(
  repository: string,
  published: readonly Stanza[],
): Promise<(stanza: Stanza) => boolean> {
  const named = await referenced(repository)
  const elsewhere = new Map<string, string>()
  for (const { filename, sha256 } of published) elsewhere.set(filename, sha256)
  for (const path of named) {
    const file = join(repository, path)
    if (elsewhere.has(path) || !existsSync(file)) continue
    elsewhere.set(path, (await stanzaOf(file, '.')).sha256)
  }
  const here = new Set(published.map(({ filename }) => filename))
  return ({ name, version, filename, sha256 }) => {
    const there = elsewhere.get(filename)
    // The servers' command is made anew with every project; the first one of a version stays.
    if (name === 'kovu-release' && here.has(filename)) return false
    if (there !== undefined && there !== sha256) {
      throw new DebReleaseError(
        'DEB_RELEASE_PUBLISHED',
        `${name} ${version} is published already, with other content. Servers may have it: publish the new one under another build number.`,
      )
    }
    return !here.has(filename)
  }
}

/** The newest versions of each package; releases of a branch count as versions of one. */
function retain(stanzas: readonly Stanza[], keep: number): Stanza[] {
  const families = new Map<string, Stanza[]>()
  for (const stanza of stanzas) {
    const family = stanza.name.replace(/-r[0-9][a-z0-9.+]*$/, '-r')
    families.set(family, [...(families.get(family) ?? []), stanza])
  }
  return [...families.values()].flatMap((family) => {
    const newest = family.sort((a, b) => compareVersions(b.version, a.version))
    const versions = new Set(newest.map(({ version }) => version))
    const kept = new Set([...versions].slice(0, keep))
    return newest.filter(({ version }) => kept.has(version))
  })
}

function sameAs(before: Published, files: readonly SuiteFile[]): boolean {
  return (
    files.length === before.files.size &&
    files.every(({ path, sha256 }) => before.files.get(path) === sha256)
  )
}
