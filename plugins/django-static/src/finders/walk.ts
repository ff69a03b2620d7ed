import { existsSync, readdirSync, realpathSync, statSync, type Stats } from 'node:fs'
import { join } from 'node:path'

/** How {@link walk} goes about. */
export interface WalkOptions {
  /** Is a folder of this base name and relative path to be looked into? */
  readonly enter?: (name: string, path: string) => boolean
  /** Told, in a sentence, of what is there and had to be passed over. */
  readonly passedOver?: (sentence: string) => void
}

/**
 * Lists the files below a folder as Django's storages do: links are followed; a link that leads back to a folder above it
 * and a file whose name is not UTF-8 are passed over.
 *
 * @param dir Absolute path. A folder that does not exist has no files.
 * @param options See {@link WalkOptions}.
 * @returns Paths relative to the folder, with forward slashes.
 */
export function* walk(dir: string, options: WalkOptions = {}): Generator<string> {
  yield* below(dir, '', [], options)
}

function* below(
  dir: string,
  path: string,
  above: readonly string[],
  options: WalkOptions,
): Generator<string> {
  let entries
  let real: string
  try {
    entries = readdirSync(dir, { withFileTypes: true })
    real = realpathSync(dir)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code !== 'ENOENT') options.passedOver?.(`The folder cannot be read: ${message}`)
    return
  }
  if (above.includes(real)) return
  entries.sort((left, right) => (left.name < right.name ? -1 : 1))
  for (const entry of entries) {
    const file = join(dir, entry.name)
    if (entry.name.includes('\uFFFD') && !existsSync(file)) {
      options.passedOver?.(
        `${file} has a name that is not UTF-8, which no URL can name: rename the file.`,
      )
      continue
    }
    const name = path === '' ? entry.name : `${path}/${entry.name}`
    const target = entry.isSymbolicLink() ? statOf(file) : entry
    if (target?.isDirectory()) {
      if (options.enter?.(entry.name, name) ?? true)
        yield* below(file, name, [...above, real], options)
    } else if (target?.isFile()) yield name
  }
}

/**
 * Is there a file of this path, or a link to one?
 *
 * @param file Absolute path; one that no file can have (too long, a circle of links) is none.
 */
export function isFile(file: string): boolean {
  return statOf(file)?.isFile() ?? false
}

function statOf(file: string): Stats | undefined {
  try {
    return statSync(file, { throwIfNoEntry: false })
  } catch {
    return undefined
  }
}
