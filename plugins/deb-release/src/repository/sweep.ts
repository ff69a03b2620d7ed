import { readdir, readFile, rm } from 'node:fs/promises'
import { join, relative } from 'node:path'

import { writeWhole } from './files.ts'
import { byHash, referenced } from './published.ts'

/** For so many publications a reader who was told of an index finds it, and the packages that it names. */
const GENERATIONS = 5

/** Where the index files of the last publications are listed: one line each, the oldest first. */
const HISTORY = 'history'

/** Index files by their path below the suite. */
type Sums = Iterable<readonly [path: string, sha256: string]>

/**
 * Notes the index files of a publication, before it is one.
 *
 * @param folder The suite's folder, absolute.
 * @param before Index files that readers are told of now.
 * @param files Those that they will be told of.
 * @returns Paths below the suite that have to stay.
 */
export async function noteGeneration(
  folder: string,
  before: Sums,
  files: Sums,
): Promise<Set<string>> {
  const file = join(folder, HISTORY)
  const earlier = (await readFile(file, 'utf8').catch(() => '')).split('\n').filter(Boolean)
  const hashed = (sums: Sums): string[] => [...sums].map((sum) => byHash(...sum))
  const now = hashed(files)
  const history = [...earlier.filter((line) => line !== now.join(' ')), now.join(' ')]
  const kept = history.slice(-GENERATIONS)
  await writeWhole(file, kept.map((line) => `${line}\n`).join(''))
  return new Set([...hashed(before), ...kept.flatMap((line) => line.split(' '))])
}

/**
 * Removes index files that no longer have to stay, and packages that no index of any suite names.
 *
 * @param kept What {@link noteGeneration} gave.
 */
export async function sweep(
  repository: string,
  folder: string,
  kept: ReadonlySet<string>,
): Promise<void> {
  for (const path of await filesBelow(folder)) {
    if (path.includes('/by-hash/') && !kept.has(path)) await rm(join(folder, path), { force: true })
  }
  const named = await referenced(repository)
  for (const path of await filesBelow(join(repository, 'pool'))) {
    const file = `pool/${path}`
    if (!named.has(file)) await rm(join(repository, file), { force: true })
  }
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(folder, join(parentPath, name)).replaceAll('\\', '/'))
}
