import { createRequire } from 'node:module'
import path from 'node:path'
import { hash } from '../lessc/recording.ts'
import { minify, type Minified, type MinifyJob } from '../minify/index.ts'
import { version } from '../version.ts'
import { read, write } from './cache.ts'

const require = createRequire(import.meta.url)

/** A minified sheet on disk; `key` stands for all that it depends on. */
interface Kept extends Minified {
  readonly key: string
}

/**
 * Minifies a sheet, unless that has been done with the same text before.
 *
 * @param folder Where to keep it between runs; undefined does not.
 * @throws What {@link minify} throws.
 */
export async function minifyOnce(job: MinifyJob, folder: string | undefined): Promise<Minified> {
  const { css, map = '', file, minifier, legacyHacks } = job
  if (folder === undefined || minifier === false) return minify(job)
  const how = JSON.stringify([minifier, legacyHacks, map !== '', file, versions()])
  const name = path.join(folder, `${path.basename(file)}-${hash(how)}.json`)
  const key = hash(css, '\0', map)
  const kept = read(name) as Kept | undefined
  if (kept?.key === key) return { code: kept.code, map: kept.map }
  const made = await minify(job)
  write(name, { key, ...made } satisfies Kept)
  return made
}

/** Ours and that of lightningcss: a newer one may do better. */
function versions(): readonly string[] {
  const lightningcss = path.resolve(require.resolve('lightningcss'), '../../package.json')
  return [version, (require(lightningcss) as { version: string }).version]
}
