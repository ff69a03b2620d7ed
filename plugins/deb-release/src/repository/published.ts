import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

import { readParagraphs } from '../deb/control.ts'
import { DebReleaseError } from '../error.ts'
import { readPackages, type Stanza } from './stanza.ts'

/** What a suite's Release file says, as readers see it now. */
export interface Published {
  /** Seconds since 1970; 0 when nothing was published. */
  readonly date: number
  /** Is there a signed InRelease? */
  readonly signed: boolean
  /** SHA-256 sums of index files by their path below the suite. */
  readonly files: ReadonlyMap<string, string>
  readonly stanzas: readonly Stanza[]
}

/**
 * Reads what is published in a suite: from its Release file on, so that a run that died half-way is as if it had not been.
 *
 * @param folder The suite's folder, absolute.
 * @throws {DebReleaseError} `DEB_RELEASE_REPOSITORY` when the folder holds something else.
 */
export async function readPublished(folder: string): Promise<Published> {
  const signed = existsSync(join(folder, 'InRelease'))
  const file = join(folder, signed ? 'InRelease' : 'Release')
  if (!existsSync(file)) return { date: 0, signed: false, files: new Map(), stanzas: [] }
  const text = (await readFile(file, 'utf8'))
    .replace(/^-----BEGIN PGP SIGNED MESSAGE-----\n(?:.+\n)*\n/, '')
    .replace(/\n-----BEGIN PGP SIGNATURE-----[\s\S]*$/, '\n')
  const [fields = new Map<string, string>()] = readParagraphs(text)
  const date = Date.parse(fields.get('Date') ?? '') / 1000
  if (!Number.isSafeInteger(date) || fields.get('Acquire-By-Hash') !== 'yes') throw foreign(file)
  const files = new Map<string, string>()
  for (const line of (fields.get('SHA256') ?? '').split('\n')) {
    const [sha256, , path] = line.trim().split(/\s+/)
    if (sha256 !== undefined && path !== undefined) files.set(path, sha256)
  }
  return { date, signed, files, stanzas: await readStanzas(folder, files) }
}

/** Every package of every index, once. */
async function readStanzas(folder: string, files: ReadonlyMap<string, string>): Promise<Stanza[]> {
  const stanzas = new Map<string, Stanza>()
  for (const [path, sha256] of files) {
    if (!path.endsWith('/Packages')) continue
    const file = join(folder, byHash(path, sha256))
    const text = await readFile(file, 'utf8').catch((cause: unknown) => {
      throw new DebReleaseError(
        'DEB_RELEASE_REPOSITORY',
        `The repository lacks ${file}, which its Release file names. Restore it, or remove the repository and publish again.`,
        { file, cause },
      )
    })
    for (const stanza of readPackages(text)) stanzas.set(stanza.filename, stanza)
  }
  return [...stanzas.values()]
}

/** Where an index file lies under its sum. */
export function byHash(path: string, sha256: string): string {
  return `${dirname(path)}/by-hash/SHA256/${sha256}`
}

/** Paths in the pool that any index names which a reader may still have: each suite's current one and some before it. */
export async function referenced(repository: string): Promise<Set<string>> {
  const dists = join(repository, 'dists')
  const files = existsSync(dists)
    ? await readdir(dists, { recursive: true, withFileTypes: true })
    : []
  const indexes = files.filter(
    (file) => file.isFile() && file.parentPath.endsWith('/by-hash/SHA256'),
  )
  const paths = new Set<string>()
  for (const { parentPath, name } of indexes) {
    const bytes = await readFile(join(parentPath, name))
    // The compressed twin of each index names the same files.
    if (bytes[0] === 0x1f && bytes[1] === 0x8b) continue
    for (const [, path] of bytes.toString('utf8').matchAll(/^Filename: (.+)$/gm)) {
      if (path !== undefined) paths.add(path)
    }
  }
  return paths
}

function foreign(file: string): DebReleaseError {
  return new DebReleaseError(
    'DEB_RELEASE_REPOSITORY',
    `${file} is not of a repository that kovu publish made. Name another folder in debRelease's \`repo\`.`,
    { file },
  )
}
