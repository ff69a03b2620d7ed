import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { basename } from 'node:path'

import { printFields, readParagraphs } from '../deb/control.ts'
import { readDeb } from '../deb/read.ts'
import { readError } from '../error.ts'

/** A package in the index. */
export interface Stanza {
  readonly name: string
  readonly version: string
  readonly architecture: string
  /** Path below the repository: `pool/main/d/drund/…deb`. */
  readonly filename: string
  readonly sha256: string
  /** Time of the package, in seconds since 1970: kept in the index, so that no package is opened twice. */
  readonly epoch: number
  /** The paragraph as it stands in `Packages`, without the empty line that ends it. */
  readonly text: string
}

/** Where the time of a package is kept. apt passes over fields it does not know. */
const TIME = 'X-Kovu-Time'

/**
 * Describes a `.deb` for the index.
 *
 * @param file Absolute path.
 * @param folder Folder of the pool below the repository.
 * @throws {DebReleaseError} `DEB_RELEASE_READ` when it is no package.
 */
export async function stanzaOf(file: string, folder: string): Promise<Stanza> {
  const { control, epoch } = await readDeb(file)
  const { size, md5, sha1, sha256 } = await sumsOf(file)
  const { Description: description = '', ...fields } = Object.fromEntries(control)
  const filename = `${folder}/${basename(file)}`
  return stanza(
    printFields({
      ...fields,
      Filename: filename,
      Size: String(size),
      MD5sum: md5,
      SHA1: sha1,
      SHA256: sha256,
      [TIME]: String(epoch),
      Description: description,
    }),
  )
}

/** Reads an index. */
export function readPackages(text: string): Stanza[] {
  return text
    .split(/\n\n+/)
    .filter((paragraph) => paragraph.trim() !== '')
    .map((paragraph) => stanza(`${paragraph.trimEnd()}\n`))
}

/** Prints an index. */
export function printPackages(stanzas: readonly Stanza[]): string {
  return stanzas.map(({ text }) => `${text}\n`).join('')
}

function stanza(text: string): Stanza {
  const [fields = new Map<string, string>()] = readParagraphs(text)
  const field = (name: string): string => fields.get(name) ?? ''
  return {
    name: field('Package'),
    version: field('Version'),
    architecture: field('Architecture'),
    filename: field('Filename'),
    sha256: field('SHA256'),
    epoch: Number(field(TIME)) || 0,
    text,
  }
}

async function sumsOf(
  file: string,
): Promise<{ size: number; md5: string; sha1: string; sha256: string }> {
  const hashes = ['md5', 'sha1', 'sha256'].map((name) => createHash(name))
  let size = 0
  try {
    for await (const bytes of createReadStream(file, { highWaterMark: 1 << 18 })) {
      for (const hash of hashes) hash.update(bytes as Buffer)
      size += (bytes as Buffer).length
    }
  } catch (cause) {
    throw readError(file, cause)
  }
  const [md5 = '', sha1 = '', sha256 = ''] = hashes.map((hash) => hash.digest('hex'))
  return { size, md5, sha1, sha256 }
}
