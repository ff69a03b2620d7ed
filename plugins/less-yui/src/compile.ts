import { readFileSync } from 'node:fs'
import path from 'node:path'
import { fromLess, LessYuiError } from './error.ts'
import type {
  Implementation,
  Less,
  LessFileManager,
  LoadedFile,
  LoadOptions,
} from './implementation.ts'
import { compile1 } from './less-1.ts'
import { type Closure, Recording } from './recording.ts'

/** One sheet to render. */
export interface CompileJob {
  /** Absolute path of the `.less` file. */
  readonly source: string
  /** Options for `less.render`. */
  readonly less: Readonly<Record<string, unknown>>
  /** Make a source map? */
  readonly sourceMap: boolean
  /** Folders that may be read from; undefined allows all. */
  readonly roots: readonly string[] | undefined
}

/** What less made of a sheet, neither post-processed nor minified. */
export interface Compiled {
  readonly css: string
  /** A source map (JSON) whose sources are absolute paths. */
  readonly map: string | undefined
  /** Every file the sheet was made from or was looked for in vain. */
  readonly closure: Closure
  /** Why it must not be kept on disk, if so. */
  readonly volatile: string | undefined
  /** What less had to say. */
  readonly warnings: readonly string[]
}

const ANNOTATION = /\n?\/\*# sourceMappingURL=[^*]*\*\/\s*$/
const REMOTE = /^(?:https?:)?\/\//i

/**
 * Renders one sheet as `lessc` would.
 *
 * @throws {@link LessYuiError} with the place in the file to blame, and `watch` filled in.
 */
export async function compile(implementation: Implementation, job: CompileJob): Promise<Compiled> {
  const recording = new Recording(job.roots)
  try {
    recording.admit(job.source)
    const input = recording
      .decode(job.source, readSource(job.source, recording))
      .replace(/^\uFEFF/, '')
    const options = lesscOptions(job)
    const made =
      implementation.major === 1
        ? await compile1(implementation.less, { input, options, recording, job })
        : await compileNow(implementation.less, { input, options, recording, job })
    if (recording.refused) throw recording.refused
    return {
      css: made.css.replace(ANNOTATION, '\n'),
      map: made.map === undefined ? undefined : absoluteSources(made.map, job.source),
      warnings: made.warnings,
      closure: recording.closure,
      volatile: recording.volatile,
    }
  } catch (cause) {
    const error = recording.refused ? withPlace(recording.refused, cause) : cause
    const failure = fromLess(error, job.source)
    failure.watch = recording.watch
    throw failure
  }
}

/** A compilation under way. */
export interface Compilation {
  readonly input: string
  readonly options: Readonly<Record<string, unknown>>
  readonly recording: Recording
  readonly job: CompileJob
}

/** The options of `lessc main.less`: the sheet's own folder is the first search path. */
function lesscOptions({ less, source }: CompileJob): Record<string, unknown> {
  const paths = (less.paths ?? []) as readonly string[]
  return { ...less, paths: [path.dirname(source), ...paths], filename: source }
}

async function compileNow(
  less: Less,
  compilation: Compilation,
): Promise<Omit<Compiled, 'closure' | 'volatile'>> {
  const { input, options, recording, job } = compilation
  const warnings: string[] = []
  const listener = { warn: (message: string) => void warnings.push(message) }
  less.logger?.addListener(listener)
  try {
    const plugins = [recorder(less, recording), ...((options.plugins ?? []) as object[])]
    const { css, map, imports } = await less.render(input, {
      ...options,
      plugins,
      ...(job.sourceMap && { sourceMap: { outputSourceFiles: true } }),
    })
    // What a file manager of the user's own has loaded is known by name only.
    for (const file of imports) if (path.isAbsolute(file)) noteImport(file, recording)
    if (job.less.plugins) recording.volatile ??= 'less plugins given as objects'
    return { css, map: map === '' ? undefined : map, warnings }
  } finally {
    less.logger?.removeListener?.(listener)
  }
}

/** Versions differ in what a map's sources are relative to. */
function absoluteSources(map: string, source: string): string {
  const parsed = JSON.parse(map) as { sources: string[] }
  const sources = parsed.sources.map((name) => path.resolve(path.dirname(source), name))
  return JSON.stringify({ ...parsed, sources })
}

/** A less plugin whose file manager notes all that is loaded. */
function recorder(less: Less, recording: Recording): object {
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
      let file: LoadedFile
      try {
        file = await disk.loadFile(name, folder, options, environment)
      } catch (cause) {
        noteTried(lookup)
        throw cause
      }
      return noteLoaded(lookup, file)
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
    install(_less: unknown, plugins: { addFileManager(manager: object): void }): void {
      plugins.addFileManager(manager)
    },
  }
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

function noteImport(file: string, recording: Recording): void {
  if (recording.has(file)) return
  try {
    recording.read(file, readFileSync(file))
  } catch {
    recording.missing(file)
  }
}

function readSource(source: string, recording: Recording): Buffer {
  try {
    const bytes = readFileSync(source)
    recording.read(source, bytes)
    return bytes
  } catch (cause) {
    recording.missing(source)
    throw new LessYuiError('LESS_YUI_IMPORT', `${source} cannot be read.`, { cause })
  }
}

/** A refusal says why; less says which `@import` asked. */
function withPlace(refused: LessYuiError, cause: unknown): LessYuiError {
  const failure = cause as { filename?: string; line?: number }
  if (refused.place || typeof failure?.line !== 'number') return refused
  const { place, frame } = fromLess(cause, failure.filename ?? '')
  return new LessYuiError(refused.code, refused.message, { place, frame, cause: refused })
}
