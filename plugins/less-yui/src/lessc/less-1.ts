import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { frame } from './dialect.ts'
import type { Less1, Less1Root } from './implementation.ts'
import { absoluteSources, type Compilation, type Rendered } from './render.ts'

/** How less 1.x calls its `data-uri` function, as far as the file's name goes. */
interface DataUriCall {
  readonly currentFileInfo?: {
    readonly relativeUrls?: boolean
    readonly currentDirectory?: string
    readonly entryPath?: string
  }
}

/**
 * Renders a sheet with a less of the 1.x line, whose only entrance is its parser.
 *
 * @throws What less throws: `{ type, message, filename, line, column }`.
 */
export async function compile1(
  less: Less1,
  { input, options, recording, job }: Compilation,
): Promise<Rendered> {
  const parser = new less.Parser({ ...options })
  const framed = frame(input, options)
  try {
    const root = await new Promise<Less1Root>((resolve, reject) => {
      parser.parse(framed.input, (error, tree) => {
        if (error) reject(error)
        else if (tree) resolve(tree)
      })
    })
    let map: string | undefined
    const css = watchingDataUris(less, recording, () =>
      root.toCSS({
        ...options,
        ...(job.sourceMap && {
          sourceMap: true,
          outputSourceFiles: true,
          writeSourceMap: (text: string) => void (map = text),
        }),
      }),
    )
    return {
      css,
      map: map === undefined ? undefined : absoluteSources(map, job.source),
      warnings: [],
    }
  } catch (cause) {
    noteMissing(cause, recording)
    throw moveBack(cause, job.source, framed.moved)
  } finally {
    for (const file of Object.keys(parser.imports.contents)) note(file, recording)
  }
}

/** Less 1.x reads by itself: what it may not read is found out afterwards, and refused as a whole. */
function note(file: string, recording: Compilation['recording']): void {
  if (!path.isAbsolute(file) || !existsSync(file)) return
  try {
    recording.admit(file)
    const bytes = readFileSync(file)
    recording.read(file, bytes)
    recording.decode(file, bytes)
  } catch {
    // A refusal is kept by the recording, which knows of all of them at the end.
    recording.missing(file)
  }
}

/** Less 1.x reads `data-uri()` files by itself. Evaluation is synchronous: the function can be watched while it lasts. */
function watchingDataUris<T>(less: Less1, recording: Compilation['recording'], run: () => T): T {
  const { functions } = less.tree
  const original = functions['data-uri']
  if (!original) return run()
  functions['data-uri'] = function dataUri(
    this: DataUriCall,
    ...args: { value?: unknown }[]
  ): unknown {
    const info = this.currentFileInfo
    const folder = (info?.relativeUrls ? info.currentDirectory : info?.entryPath) ?? ''
    const value = args.at(-1)?.value
    const name = (typeof value === 'string' ? value : '').replace(/[?#].*$/, '')
    const file = path.resolve(folder, name)
    try {
      recording.admit(file)
      recording.read(file, readFileSync(file))
    } catch {
      recording.missing(file)
    }
    return original.apply(this, args as never[])
  }
  try {
    return run()
  } finally {
    functions['data-uri'] = original
  }
}

/** The place in the sheet as it is on disk. */
function moveBack(cause: unknown, source: string, moved: number): unknown {
  const failure = cause as { filename?: string; line?: number; column?: number }
  const { filename = source, line, column = 0 } = failure
  if (moved > 0 && line === 1 && path.resolve(filename) === source) {
    failure.column = Math.max(0, column - moved)
  }
  return failure
}

function noteMissing(cause: unknown, recording: Compilation['recording']): void {
  const { message = '', filename = '' } = cause as { message?: string; filename?: string }
  const name = /'([^']+)' wasn't found/.exec(message)?.[1]
  if (name) recording.missing(path.resolve(path.dirname(filename), name))
}
