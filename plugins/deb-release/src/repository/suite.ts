import { createHash } from 'node:crypto'

import { gzipSync } from 'fflate'

import { printFields } from '../deb/control.ts'
import { rfc2822 } from '../packages/common.ts'
import { compareVersions } from '../versions.ts'
import { printPackages, type Stanza } from './stanza.ts'

/** Architectures that have an index even when only `all` packages are there. */
const USUAL = ['amd64', 'arm64']

/** A suite of the repository before it is written. */
export interface Suite {
  /** Such as `production`. */
  readonly name: string
  /** Who it is of: the site's name. */
  readonly origin: string
  readonly stanzas: readonly Stanza[]
}

/** A file of a suite, below `dists/<suite>/`. */
export interface SuiteFile {
  readonly path: string
  readonly bytes: Uint8Array
  readonly sha256: string
}

/**
 * The index files of a suite: `Packages` and `Packages.gz` of each architecture.
 *
 * @returns In the order in which Release lists them.
 */
export function indexFiles({ stanzas }: Suite): SuiteFile[] {
  return architecturesOf(stanzas).flatMap((architecture) => {
    const here = stanzas.filter(
      (one) => one.architecture === architecture || one.architecture === 'all',
    )
    const packages = Buffer.from(printPackages(sortStanzas(here)))
    const folder = `main/binary-${architecture}`
    return [
      indexFile(`${folder}/Packages`, packages),
      indexFile(`${folder}/Packages.gz`, gzipSync(packages, { level: 6, mtime: 0 })),
    ]
  })
}

/**
 * The Release file (https://wiki.debian.org/DebianRepository/Format).
 *
 * @param date Seconds since 1970.
 */
export function releaseFile(suite: Suite, files: readonly SuiteFile[], date: number): string {
  const sums = files
    .map(({ path, bytes, sha256 }) => `\n${sha256} ${bytes.length} ${path}`)
    .join('')
  return printFields({
    Origin: suite.origin,
    Label: suite.origin,
    Suite: suite.name,
    Codename: suite.name,
    Date: rfc2822(date).replace('+0000', 'UTC'),
    // Index files are also there under their sums: a reader never gets another one than InRelease told it of.
    'Acquire-By-Hash': 'yes',
    Architectures: architecturesOf(suite.stanzas).join(' '),
    Components: 'main',
    Description: `Releases of ${suite.origin}`,
    SHA256: sums,
  })
}

/** By name, then the newest version first. */
function sortStanzas(stanzas: readonly Stanza[]): Stanza[] {
  return [...stanzas].sort(
    (a, b) =>
      (a.name < b.name ? -1 : a.name > b.name ? 1 : 0) ||
      compareVersions(b.version, a.version) ||
      (a.architecture < b.architecture ? -1 : 1),
  )
}

function architecturesOf(stanzas: readonly Stanza[]): string[] {
  const found = stanzas.map(({ architecture }) => architecture).filter((one) => one !== 'all')
  return [...new Set([...USUAL, ...found])].sort()
}

function indexFile(path: string, bytes: Uint8Array): SuiteFile {
  return { path, bytes, sha256: createHash('sha256').update(bytes).digest('hex') }
}
