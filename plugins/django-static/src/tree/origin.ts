import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping'
import { positionAt, type Position } from '../error.ts'
import type { Source } from './source.ts'

/**
 * Where the person wrote a reference: in the file itself, or, where the text was made (a style sheet of LESS), in what it was
 * made from, by its source map or else by the words of the reference.
 *
 * @param source Where the text is from.
 * @param text The text.
 * @param matched The reference as it stands in the text, such as `url("a.png")`.
 * @returns Undefined when it stands nowhere: it is put together of variables. What a bundler emitted stands for itself.
 */
export function originalPosition(
  source: Source,
  text: string,
  matched: string,
): Position | undefined {
  const offset = Math.max(0, text.indexOf(matched))
  if ('file' in source) return positionAt(source.file, text, offset)
  if (source.files === undefined) return positionAt(source.from, text, offset)
  const url = /["'(]\s*([^"'()\s][^"')]*)/.exec(matched)?.[1]?.trim() ?? matched
  const mapped = byMap(source, text, offset)
  if (mapped !== undefined) {
    const content = contentOf(mapped.file)
    const start = offsetOf(content, mapped)
    // A map leads to the declaration, or, of minified text, to its rule: the words are the next ones.
    const at = withoutComments(content).indexOf(url, start)
    return positionAt(mapped.file, content, at === -1 ? start : at)
  }
  for (const file of new Set([source.from, ...source.files])) {
    const content = contentOf(file)
    const at = withoutComments(content).indexOf(url)
    if (at !== -1) return positionAt(file, content, at)
  }
  return undefined
}

interface Place {
  readonly file: string
  /** One-based. */
  readonly line: number
  /** Zero-based. */
  readonly column: number
}

function byMap(
  { map, from }: { readonly map?: string | undefined; readonly from: string },
  text: string,
  offset: number,
): Place | undefined {
  if (map === undefined) return undefined
  const { line, column } = positionAt(from, text, offset)
  const found = originalPositionFor(new TraceMap(map), { line, column })
  if (found.source === null) return undefined
  return { ...found, file: resolve(dirname(from), found.source) }
}

function offsetOf(text: string, { line, column }: Place): number {
  let start = 0
  for (let at = 1; at < line; at += 1) start = text.indexOf('\n', start) + 1
  return start + column
}

/** Empty when the file cannot be read: a message is made, and must not fail. */
function contentOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

/** The text with spaces for its comments, so that offsets stay. */
function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\/|(?<!:)\/\/[^\n]*/g, (comment) =>
    comment.replaceAll(/[^\n]/g, ' '),
  )
}
