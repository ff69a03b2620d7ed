import { readFileSync } from 'node:fs'
import path from 'node:path'
import { debuglog } from 'node:util'
import { frameOf, fromLess, LessYuiError } from '../error.ts'
import type { Implementation, Less } from './implementation.ts'
import { dialect } from './dialect.ts'
import { compile1 } from './less-1.ts'
import { type Closure, Recording } from './recording.ts'
import type { Remembered } from './remembered.ts'
import { type Compilation, render, type Rendered } from './render.ts'
import { renderAgain } from './statements/again.ts'
import { isEligible } from './statements/eligible.ts'
import { aroundOf, Marking } from './statements/marking.ts'
import type { Statements } from './statements/record.ts'
import { isUndivided, undivided } from './undivided.ts'
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
  /** The sheet as it was, with the same options. */
  readonly before?: Compiled | undefined
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
  /** What came of which statement, if an edit may be rendered alone. */
  readonly statements?: Statements
}

const debug = debuglog('kovu:less-yui')

const ANNOTATION = /\n?\/\*# sourceMappingURL=[^*]*\*\/\s*$/

/**
 * Renders one sheet as `lessc` would: what was edited, if the sheet as it was is known and that is enough, else all of it.
 *
 * @param remembered What earlier renderings with the same options have parsed; no other may be under way.
 * @throws {@link LessYuiError} with the place in the file to blame, and `watch` filled in.
 */
export async function compile(
  implementation: Implementation,
  job: CompileJob,
  remembered?: Remembered,
): Promise<Compiled> {
  const again = await compileAgain(implementation, job)
  if (again) return again
  const recording = new Recording(job.roots)
  try {
    recording.admit(job.source)
    const input = recording
      .decode(job.source, readSource(job.source, recording))
      .replace(/^\uFEFF/, '')
    const options = readVariables(lesscOptions(job, implementation.major), recording)
    const made: Whole =
      implementation.major === 1
        ? await compile1(implementation.less, { input, options, recording, job })
        : await renderWhole(implementation, { input, options, recording, job }, remembered)
    if (recording.refused) throw withPlace(recording.refused, undefined, recording)
    const trap = mayDivide(implementation.major, options)
      ? undivided(made.css, job.source, recording)
      : undefined
    return {
      css: made.css.replace(ANNOTATION, '\n'),
      map: made.map,
      warnings: trap === undefined ? made.warnings : [...made.warnings, trap],
      closure: recording.closure,
      volatile: recording.volatile,
      ...(made.statements && { statements: made.statements }),
    }
  } catch (cause) {
    const error = recording.refused ? withPlace(recording.refused, cause, recording) : cause
    const failure = fromLess(error, job.source)
    failure.watch = recording.watch
    throw failure
  }
}

/**
 * Renders only what was edited of a sheet, where that is enough.
 *
 * @param job With the sheet as it was.
 * @returns What {@link compile} would give; undefined if it takes a whole rendering to be sure of that, or to say what is wrong.
 */
export async function compileAgain(
  { major, less }: Implementation,
  job: CompileJob,
): Promise<Compiled | undefined> {
  const { before } = job
  if (!before?.statements || major === 1) return undefined
  try {
    const options = readVariables(lesscOptions(job, major), new Recording(job.roots))
    const warns = (css: string): boolean => mayDivide(major, options) && isUndivided(css)
    const again = await renderAgain(less, { options, job, major, warns }, before)
    if (again) debug('%s: only what was edited is rendered', job.source)
    return again
  } catch (error) {
    // A whole rendering says what is wrong.
    debug('%s is rendered as a whole: %s', job.source, error)
    return undefined
  }
}

/** May a division have been left undone? Who has chosen how to divide has chosen this. */
function mayDivide(major: number, options: Readonly<Record<string, unknown>>): boolean {
  return major >= 4 && options.math === undefined
}

/** The options of `lessc main.less`: the sheet's own folder is the first search path. */
function lesscOptions(
  { less, source }: CompileJob,
  major: Implementation['major'],
): Record<string, unknown> {
  const paths = (less.paths ?? []) as readonly string[]
  return { ...dialect(less, major), paths: [path.dirname(source), ...paths], filename: source }
}

/** A sheet that was rendered as a whole. */
interface Whole extends Rendered {
  readonly statements?: Statements
}

/** Renders all of a sheet, and remembers what came of which statement if that is certain. */
async function renderWhole(
  { less, major }: Implementation & { less: Less },
  compilation: Compilation,
  remembered: Remembered | undefined,
): Promise<Whole> {
  const { job, options, recording } = compilation
  const { around, reads } = aroundOf(options)
  if (reads || !isEligible(job.less, major)) return render(less, compilation, { remembered })
  const { source, sourceMap } = job
  const marking = new Marking(less, { source, sourceMap, around, recording })
  const made = await render(less, compilation, { remembered, plugins: [marking.plugin] })
  const unmarked = marking.unmark(made.css.replace(ANNOTATION, '\n'), made.map)
  const isWhole = recording.volatile === undefined && !recording.refused
  const statements = isWhole ? marking.record(unmarked) : undefined
  const { css, map } = unmarked
  return {
    css,
    map: css === '' ? undefined : map,
    warnings: made.warnings,
    ...(statements && { statements }),
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
