import { existsSync, readFileSync, statSync } from 'node:fs'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { join } from 'node:path'
import type { Publication } from './publish.ts'
import { readSource } from './tree.ts'

// WhiteNoise's list: what is compressed already.
const COMPRESSED =
  /\.(?:jpe?g|png|gif|webp|avif|zip|gz|tgz|bz2|tbz|xz|br|swf|flv|woff2?|3gp|3gpp|asf|avi|m4v|mov|mp4|mpe?g|webm|wmv)$/i
/** A compressed file is kept when it is at most this part of the original: WhiteNoise's rule. */
const WORTH = 0.95

const gzipAsync = promisify(gzip)
const brotliAsync = promisify(brotliCompress)

/**
 * Makes `.br` and `.gz` siblings, as WhiteNoise would and serves them: no Gzip where Brotli is not worth it.
 *
 * @param root STATIC_ROOT: siblings of hashed names that are there already are left as they are.
 * @param files What is about to be published.
 */
export async function compressFiles(
  root: string,
  files: readonly Publication[],
): Promise<Publication[]> {
  const made: Publication[] = []
  const queue = files.filter(({ name }) => !COMPRESSED.test(name))
  const worker = async (): Promise<void> => {
    for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
      made.push(...(await compressFile(root, file)))
    }
  }
  await Promise.all(Array.from({ length: 4 }, worker))
  return made.sort((left, right) => (left.name < right.name ? -1 : 1))
}

async function compressFile(root: string, file: Publication): Promise<Publication[]> {
  const { name, hashed } = file
  if (hashed && existsSync(join(root, name)) && isThere(root, `${name}.br`)) {
    return ['.br', '.gz']
      .filter((suffix) => isThere(root, name + suffix))
      .map((suffix) => ({
        name: name + suffix,
        source: { content: readFileSync(join(root, name + suffix)), from: name },
        hashed,
      }))
  }
  const content = readSource(name, file.source)
  if (content.length === 0) return []
  const made: Publication[] = []
  const keep = (suffix: string, bytes: Uint8Array): boolean => {
    const worth = bytes.length <= content.length * WORTH
    if (worth)
      made.push({ name: name + suffix, source: { content: bytes, from: name }, hashed: false })
    return worth
  }
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
    [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
  }
  // Node writes no time into a Gzip header: the same content gives the same bytes.
  if (keep('.br', await brotliAsync(content, { params }))) {
    keep('.gz', await gzipAsync(content, { level: 9 }))
  }
  return made
}

function isThere(root: string, name: string): boolean {
  return statSync(join(root, name), { throwIfNoEntry: false })?.isFile() ?? false
}
