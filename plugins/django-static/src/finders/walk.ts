import { readdirSync, realpathSync, statSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Lists the files below a folder as Django's storages do: links are followed; a link that leads back to a folder above it
 * and a file whose name is not UTF-8 are passed over.
 *
 * @param dir Absolute path.
 * @param enter Is a folder of this base name and relative path to be looked into?
 * @returns Paths relative to the folder, with forward slashes.
 */
export function* walk(
  dir: string,
  enter: (name: string, path: string) => boolean = () => true,
): Generator<string> {
  yield* below(dir, '', [], enter)
}

function* below(
  dir: string,
  path: string,
  above: readonly string[],
  enter: (name: string, path: string) => boolean,
): Generator<string> {
  let entries
  let real: string
  try {
    entries = readdirSync(dir, { withFileTypes: true })
    real = realpathSync(dir)
  } catch {
    return
  }
  if (above.includes(real)) return
  entries.sort((left, right) => (left.name < right.name ? -1 : 1))
  for (const entry of entries) {
    if (entry.name.includes('\uFFFD')) continue
    const name = path === '' ? entry.name : `${path}/${entry.name}`
    let isDirectory = entry.isDirectory()
    let isFile = entry.isFile()
    if (entry.isSymbolicLink()) {
      const target = statSync(join(dir, entry.name), { throwIfNoEntry: false })
      isDirectory = target?.isDirectory() ?? false
      isFile = target?.isFile() ?? false
    }
    if (isDirectory && enter(entry.name, name)) {
      yield* below(join(dir, entry.name), name, [...above, real], enter)
    } else if (isFile) yield name
  }
}
