import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { CompileJob } from './compile.ts'
import { type Savings, recorder } from './file-manager.ts'
import type { Less } from './implementation.ts'
import type { Recording } from './recording.ts'
import type { Remembered } from './remembered.ts'

/** A compilation under way. */
export interface Compilation {
  readonly input: string
  readonly options: Readonly<Record<string, unknown>>
  readonly recording: Recording
  readonly job: CompileJob
}

/** What less makes of a sheet. */
export interface Rendered {
  readonly css: string
  readonly map: string | undefined
  /** What less had to say. */
  readonly warnings: readonly string[]
}

/** What a rendering does besides. */
export interface Besides extends Pick<Savings, 'instead'> {
  /** What earlier renderings with the same options have parsed; no other may be under way. */
  readonly remembered?: Remembered | undefined
  /** Plugins of ours for less. */
  readonly plugins?: readonly object[]
}

/**
 * Renders a sheet with a less of version 2 or later.
 *
 * @throws What less throws.
 */
export async function render(
  less: Less,
  { input, options, recording, job }: Compilation,
  { remembered, instead, plugins: ours = [] }: Besides = {},
): Promise<Rendered> {
  const warnings: string[] = []
  const listener = { warn: (message: string) => void warnings.push(message) }
  less.logger?.addListener(listener)
  try {
    const rendering = remembered?.begin(job.source, input, () => less.importManager)
    const plugins = [
      recorder(less, recording, { rendering, instead }),
      ...ours,
      ...((options.plugins ?? []) as object[]),
    ]
    const { css, map, imports } = await less.render(input, {
      ...options,
      plugins,
      ...(job.sourceMap && { sourceMap: { outputSourceFiles: true } }),
    })
    rendering?.done()
    // What a file manager of the user's own has loaded is known by name only.
    for (const file of imports) if (path.isAbsolute(file)) noteImport(file, recording)
    if (job.less.plugins) recording.volatile ??= 'less plugins given as objects'
    return {
      css,
      map: map === undefined || map === '' ? undefined : absoluteSources(map, job.source),
      warnings,
    }
  } finally {
    less.logger?.removeListener?.(listener)
  }
}

function noteImport(file: string, recording: Recording): void {
  if (recording.hashOf(file) !== undefined) return
  try {
    recording.read(file, readFileSync(file))
  } catch {
    recording.missing(file)
  }
}

/** Versions differ in what a map's sources are relative to. */
export function absoluteSources(map: string, source: string): string {
  const parsed = JSON.parse(map) as { sources: string[] }
  const sources = parsed.sources.map((name) => path.resolve(path.dirname(source), name))
  return JSON.stringify({ ...parsed, sources })
}
