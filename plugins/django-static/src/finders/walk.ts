import { existsSync, readdirSync, realpathSync, statSync, type Dirent, type Stats } from 'node:fs'
import { sep } from 'node:path'

/** How {@link walk} goes about. */
export interface WalkOptions {
  /** Is a folder of this base name, relative and absolute path to be looked into? */
  readonly enter?: (name: string, path: string, folder: string) => boolean
  /** Told, in a sentence, of what is there and had to be passed over. */
  readonly passedOver?: (sentence: string) => void
}

/** Paths relative to the folder, with forward slashes, and absolute ones. */
export type Walked = [path: string, file: string][]

/** Folders on the way to the one that is read, by their real paths. */
interface Way {
  readonly real: string
  readonly above: Way | undefined
}

/**
 * Lists the files below a folder as Django's storages do: links are followed; a link that leads back to a folder above it
 * and a file whose name is not UTF-8 are passed over.
 *
 * @param dir Absolute, normal path. A folder that does not exist has no files.
 * @param options See {@link WalkOptions}.
 */
export function walk(dir: string, options: WalkOptions = {}): Walked {
  const found: Walked = []
  const real = realOf(dir)
  if (real !== undefined) below(dir, '', { real, above: undefined }, options, found)
  return found
}

function below(dir: string, start: string, way: Way, options: WalkOptions, found: Walked): void {
  for (const entry of entriesOf(dir, options)) {
    const { name } = entry
    const file = childOf(dir, name)
    if (name.includes('\uFFFD') && !existsSync(file)) {
      options.passedOver?.(
        `${file} has a name that is not UTF-8, which no URL can name: rename the file.`,
      )
      continue
    }
    const path = start + name
    const isLink = entry.isSymbolicLink()
    const target = isLink ? statOf(file) : entry
    if (target?.isFile()) found.push([path, file])
    else if (target?.isDirectory() && (options.enter?.(name, path, file) ?? true)) {
      // Only a link can lead anywhere else than one step down.
      const real = isLink ? realOf(file) : childOf(way.real, name)
      if (real !== undefined && !isOn(way, real))
        below(file, `${path}/`, { real, above: way }, options, found)
    }
  }
}

/** By hand: `path.join` on each of thousands of files would cost more than reading their folders. */
function childOf(folder: string, name: string): string {
  return folder.endsWith(sep) ? folder + name : folder + sep + name
}

function entriesOf(dir: string, { passedOver }: WalkOptions): Dirent[] {
  try {
    const entries = readdirSync(dir, { withFileTypes: true })
    return entries.sort((left, right) => (left.name < right.name ? -1 : 1))
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code !== 'ENOENT') passedOver?.(`The folder cannot be read: ${message}`)
    return []
  }
}

function realOf(folder: string): string | undefined {
  try {
    return realpathSync.native(folder)
  } catch {
    return undefined
  }
}

function isOn(way: Way | undefined, real: string): boolean {
  for (let at = way; at !== undefined; at = at.above) if (at.real === real) return true
  return false
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
