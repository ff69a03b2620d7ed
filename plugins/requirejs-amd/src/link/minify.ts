/** The minifier of linked files: Vite's own, held to the syntax of its input. */
import { minify } from 'vite'
import type { Cache } from '../cache.ts'
import { patched, type Patch } from './map.ts'
import { newerSyntax } from './newer-syntax.ts'
import type { MinifierOptions, SourceMapLike } from '../types.ts'

/** A minified script. */
export interface Minified {
  readonly code: string
  /** The minifier's own text and map, and what was replaced in it. Present when asked for. */
  readonly trace:
    | { readonly code: string; readonly map: SourceMapLike; readonly patches: readonly Patch[] }
    | undefined
  /** Comments that ask to be kept (`@license`, `@preserve`, `/*!`), in order. */
  readonly legal: readonly string[]
}

/** The script does not parse. */
export class MinifyError extends Error {
  /** Offset in the given code, when known. */
  readonly offset: number | undefined

  constructor(message: string, offset: number | undefined) {
    super(message)
    this.offset = offset
  }
}

/**
 * Minifies a classic script. Global names stay; a script of ES5 stays one.
 *
 * @param name A file name for messages.
 * @param code The script.
 * @param withMap Is the way back to `code` wanted?
 * @param options What a build file says of r.js's minifier.
 * @returns The minified script.
 * @throws {MinifyError} when the script does not parse.
 */
export async function minifyScript(
  name: string,
  code: string,
  withMap: boolean,
  options?: MinifierOptions,
): Promise<Minified> {
  const result = await minify(name, code, {
    module: false,
    // The oldest target there is. What it still adds to ES5 is taken back below.
    compress: options?.compress !== false && {
      target: 'es2015',
      dropConsole: options?.dropConsole ?? false,
      dropDebugger: options?.dropDebugger ?? true,
    },
    mangle: options?.mangle !== false && { toplevel: false },
    codegen: { legalComments: 'external', removeWhitespace: options?.beautify !== true },
    sourcemap: withMap,
  })
  const error = result.errors.find((entry) => entry.severity === 'Error')
  if (error !== undefined) throw new MinifyError(error.message, error.labels[0]?.start)
  const newer = newerSyntax(name, result.code)
  const patches = options?.asciiOnly === true ? withEscapes(result.code, newer) : newer
  return {
    code: patched(result.code, patches),
    trace:
      result.map === undefined
        ? undefined
        : { code: result.code, map: result.map as unknown as SourceMapLike, patches },
    legal: result.legalComments,
  }
}

/**
 * {@link minifyScript}, unless the same text was minified in the same way before.
 *
 * @param cache What earlier runs minified; undefined keeps nothing.
 * @throws What {@link minifyScript} throws.
 */
export async function minifyOnce(
  cache: Cache | undefined,
  name: string,
  code: string,
  withMap: boolean,
  options?: MinifierOptions,
): Promise<Minified> {
  const key = cache?.key('minified', JSON.stringify([withMap, options]), code)
  const kept = key === undefined ? undefined : (cache?.read(key) as Minified | undefined)
  if (kept !== undefined) return kept
  const made = await minifyScript(name, code, withMap, options)
  if (key !== undefined) cache?.write(key, made)
  return made
}

/** The patches, with one more for every character beyond ASCII. Escapes mean the same in names, strings and patterns. */
function withEscapes(code: string, patches: readonly Patch[]): readonly Patch[] {
  const escaped = (text: string): string =>
    text.replaceAll(
      /[\u0080-\uffff]/g,
      (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
    )
  const all = patches.map((patch) => ({ ...patch, text: escaped(patch.text) }))
  let next = 0
  for (const { index, 0: char } of code.matchAll(/[\u0080-\uffff]/g)) {
    while ((patches[next]?.end ?? Infinity) <= index) next++
    if ((patches[next]?.start ?? Infinity) <= index) continue
    all.push({ start: index, end: index + 1, text: escaped(char) })
  }
  return all.sort((a, b) => a.start - b.start)
}
