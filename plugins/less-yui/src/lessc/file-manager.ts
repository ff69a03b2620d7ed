import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Less, LessFileManager, LoadedFile, LoadOptions } from './implementation.ts'
import type { Recording } from './recording.ts'
import type { Rendering } from './remembered.ts'

const REMOTE = /^(?:https?:)?\/\//i

/** What less is spared. */
export interface Savings {
  /** Spares it the parsing of what it has parsed before. */
  readonly rendering?: Rendering | undefined
  /** What it is to parse in the place of an imported file (absolute path), if that is not the file itself. */
  readonly instead?: ((file: string) => string | undefined) | undefined
}

/**
 * A less plugin whose file manager notes all that is loaded.
 *
 * @param less The implementation that is to use it.
 * @param recording Where the files are noted.
 */
export function recorder(
  less: Less,
  recording: Recording,
  { rendering, instead }: Savings = {},
): object {
  const disk = new less.FileManager()
  const supports = (name: string, folder: string): boolean => {
    if (!REMOTE.test(name) && !REMOTE.test(folder)) return true
    recording.volatile ??= `${name} comes from the network`
    return false
  }
  // Asks a second file manager: less's own `loadFileSync` calls `this.loadFile`.
  const manager: LessFileManager = Object.assign(new less.FileManager(), {
    supports,
    supportsSync: supports,
    async loadFile(
      name: string,
      folder: string,
      options: LoadOptions,
      environment: unknown,
    ): Promise<LoadedFile> {
      const lookup = { name, folder, options, recording }
      // Dozens of small files: the thread pool would take longer than the reading.
      const file = disk.loadFileSync(name, folder, { ...options }, environment, 'utf-8')
      if (!('filename' in file && file.filename)) {
        noteTried(lookup)
        throw (file as { error: unknown }).error
      }
      const noted = noteLoaded(lookup, file)
      const hash = recording.hashOf(noted.filename)
      if (typeof noted.contents === 'string' && hash !== undefined)
        rendering?.load(noted.filename, noted.contents, hash)
      const text = instead?.(path.resolve(noted.filename))
      return text === undefined ? noted : { ...noted, contents: text }
    },
    loadFileSync(
      name: string,
      folder: string,
      options: LoadOptions,
      environment: unknown,
    ): LoadedFile | { error: unknown } {
      const lookup = { name, folder, options, recording }
      const file = disk.loadFileSync(name, folder, options, environment)
      if ('filename' in file && file.filename) return noteLoaded(lookup, file, true)
      noteTried(lookup)
      return file
    },
  })
  return {
    install(_less: unknown, plugins: PluginManager): void {
      plugins.addFileManager(manager)
      if (rendering) plugins.addVisitor({ run: (root) => rendering.evaluated(root) })
    },
  }
}

/** What less gives its plugins. */
interface PluginManager {
  addFileManager(manager: object): void
  /** Run over what was evaluated. */
  addVisitor(visitor: { run(root: object): void }): void
}

/** A question less asked its file manager. */
interface Lookup {
  readonly name: string
  readonly folder: string
  readonly options: LoadOptions
  readonly recording: Recording
}

/** Only `data-uri()` and `image-size()` load synchronously: those files need not be text. */
function noteLoaded(lookup: Lookup, file: LoadedFile, binary = false): LoadedFile {
  const { recording, options } = lookup
  const full = path.resolve(file.filename)
  recording.admit(full)
  noteTried(lookup, full)
  if (options.mime === 'application/javascript' || full.endsWith('.js')) {
    recording.volatile ??= `the plugin ${full} may read anything`
  }
  if (binary || typeof file.contents !== 'string') {
    recording.read(full, readFileSync(full))
    return file
  }
  const bytes = file.contents.includes('\uFFFD') ? readFileSync(full) : Buffer.from(file.contents)
  recording.read(full, bytes)
  recording.decode(full, bytes)
  return file
}

/** Notes the paths that less has tried before the one it found: a file that appears there changes the sheet. */
function noteTried({ name, folder, options, recording }: Lookup, found?: string): void {
  const bare = name.replace(/[?#].*$/, '')
  const extended = options.ext && !/\.[a-z]*$/.test(bare) ? bare + options.ext : bare
  const folders = path.isAbsolute(extended) ? [''] : [folder, ...(options.paths ?? []), '.']
  for (const place of folders) {
    const file = path.resolve(place, extended)
    if (file === found) return
    recording.missing(file)
  }
}
