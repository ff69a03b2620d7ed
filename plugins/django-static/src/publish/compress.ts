import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { Contents } from '../tree/contents.ts'
import type { Publication } from './writer.ts'
import { readSource } from '../tree/tree.ts'

// WhiteNoise's list: what is compressed already.
const COMPRESSED =
  /\.(?:jpe?g|png|gif|webp|avif|zip|gz|tgz|bz2|tbz|xz|br|swf|flv|woff2?|3gp|3gpp|asf|avi|m4v|mov|mp4|mpe?g|webm|wmv)$/i
/** A compressed file is kept when it is at most this part of the original: WhiteNoise's rule. */
const WORTH = 0.95

const gzipAsync = promisify(gzip)
const brotliAsync = promisify(brotliCompress)

/** What {@link compressFiles} needs. */
export interface CompressOptions {
  readonly contents: Contents
  /** Folder where compressed contents are kept by the digest of what was compressed. */
  readonly cacheDir: string
}

interface Siblings {
  readonly br: Uint8Array | undefined
  readonly gz: Uint8Array | undefined
}

/**
 * Makes `.br` and `.gz` siblings, as WhiteNoise would and serves them: no Gzip where Brotli is not worth it. The same content
 * is compressed once, whatever its name and whatever the release.
 *
 * @param files What is about to be published.
 * @param options See {@link CompressOptions}.
 */
export async function compressFiles(
  files: readonly Publication[],
  options: CompressOptions,
): Promise<Publication[]> {
  mkdirSync(options.cacheDir, { recursive: true })
  const made: Publication[] = []
  const queue = files.filter(({ name }) => !COMPRESSED.test(name))
  const worker = async (): Promise<void> => {
    for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
      const { name, source, hashed } = file
      const siblings = await siblingsOf(readSource(name, source, options.contents), options)
      for (const [suffix, content] of Object.entries(siblings)) {
        if (content === undefined) continue
        made.push({ name: `${name}.${suffix}`, source: { content, from: name }, hashed })
      }
    }
  }
  await Promise.all(Array.from({ length: 4 }, worker))
  return made.sort((left, right) => (left.name < right.name ? -1 : 1))
}

async function siblingsOf(content: Uint8Array, { cacheDir }: CompressOptions): Promise<Siblings> {
  const place = join(cacheDir, createHash('sha256').update(content).digest('hex'))
  const br = await kept(`${place}.br`, content, () =>
    brotliAsync(content, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
        [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
      },
    }),
  )
  if (br === undefined) return { br, gz: undefined }
  // Node writes no time into a Gzip header: the same content gives the same bytes.
  return { br, gz: await kept(`${place}.gz`, content, () => gzipAsync(content, { level: 9 })) }
}

/** The compressed content from the cache, else anew; undefined when it is not worth it, which the cache has as an empty file. */
async function kept(
  file: string,
  content: Uint8Array,
  compress: () => Promise<Uint8Array>,
): Promise<Uint8Array | undefined> {
  try {
    const known = readFileSync(file)
    return known.length === 0 ? undefined : known
  } catch {
    const bytes = content.length === 0 ? new Uint8Array() : await compress()
    const worth = bytes.length > 0 && bytes.length <= content.length * WORTH
    writeFileSync(`${file}.${process.pid}`, worth ? bytes : '')
    renameSync(`${file}.${process.pid}`, file)
    return worth ? bytes : undefined
  }
}
