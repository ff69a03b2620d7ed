import { readFileSync } from 'node:fs'
import path from 'node:path'
import { frameOf, fromLess, LessYuiError } from '../error.ts'
import { recorder } from './file-manager.ts'
import type { Implementation, Less } from './implementation.ts'
import { dialect } from './dialect.ts'
import { compile1 } from './less-1.ts'
import { type Closure, Recording } from './recording.ts'
import type { Remembered } from './remembered.ts'
import { undivided } from './undivided.ts'
import { readVariables } from './variables.ts'

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

/**
 * Renders one sheet as `lessc` would.
 *
 * @param remembered What earlier renderings with the same options have parsed; no other may be under way.
 * @throws {@link LessYuiError} with the place in the file to blame, and `watch` filled in.
 */
export async function compile(
  implementation: Implementation,
  job: CompileJob,
  remembered?: Remembered,
): Promise<Compiled> {
  const recording = new Recording(job.roots)
  try {
    recording.admit(job.source)
    const input = recording
      .decode(job.source, readSource(job.source, recording))
      .replace(/^\uFEFF/, '')
    const options = readVariables(lesscOptions(job, implementation.major), recording)
    const made =
      implementation.major === 1
        ? await compile1(implementation.less, { input, options, recording, job })
        : await compileNow(implementation.less, { input, options, recording, job }, remembered)
    if (recording.refused) throw withPlace(recording.refused, undefined, recording)
    // Who has chosen how to divide has chosen this.
    const asked = implementation.major >= 4 && options.math === undefined
    const trap = asked ? undivided(made.css, job.source, recording) : undefined
    return {
      css: made.css.replace(ANNOTATION, '\n'),
      map: made.map === undefined ? undefined : absoluteSources(made.map, job.source),
      warnings: trap === undefined ? made.warnings : [...made.warnings, trap],
      closure: recording.closure,
      volatile: recording.volatile,
    }
  } catch (cause) {
    const error = recording.refused ? withPlace(recording.refused, cause, recording) : cause
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
function lesscOptions(
  { less, source }: CompileJob,
  major: Implementation['major'],
): Record<string, unknown> {
  const paths = (less.paths ?? []) as readonly string[]
  return { ...dialect(less, major), paths: [path.dirname(source), ...paths], filename: source }
}

async function compileNow(
  less: Less,
  compilation: Compilation,
  remembered: Remembered | undefined,
): Promise<Omit<Compiled, 'closure' | 'volatile'>> {
  const { input, options, recording, job } = compilation
  const warnings: string[] = []
  const listener = { warn: (message: string) => void warnings.push(message) }
  less.logger?.addListener(listener)
  try {
    const rendering = remembered?.begin(job.source, input, () => less.importManager)
    const plugins = [recorder(less, recording, rendering), ...((options.plugins ?? []) as object[])]
    const { css, map, imports } = await less.render(input, {
      ...options,
      plugins,
      ...(job.sourceMap && { sourceMap: { outputSourceFiles: true } }),
    })
    rendering?.done()
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

function noteImport(file: string, recording: Recording): void {
  if (recording.hashOf(file) !== undefined) return
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

/** A refusal says why; less says which `@import` asked, or the texts do. */
function withPlace(refused: LessYuiError, cause: unknown, recording: Recording): LessYuiError {
  if (refused.place) return refused
  const failure = cause as { filename?: string; line?: number } | undefined
  // Never the place in what was refused: its frame would show it.
  const read = recording.hashOf(failure?.filename ?? '') !== undefined
  const allowed = read && typeof failure?.line === 'number'
  const asked = allowed ? fromLess(cause, failure?.filename ?? '').place : undefined
  const place = asked ?? recording.mention(refused.file ?? '')
  const frame = place && frameOf(place.file, place)
  return new LessYuiError(refused.code, refused.message, { place, frame, cause: refused })
}
