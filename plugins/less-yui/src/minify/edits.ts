import remapping from '@jridgewell/remapping'
import { MagicString } from 'magic-string'

/** A piece of a text and what it becomes; offsets, `end` exclusive. */
export interface Edit {
  readonly start: number
  readonly end: number
  readonly text: string
}

/** A text with the source map (JSON) that leads from it to what it was made from. */
export interface Mapped {
  readonly code: string
  readonly map: string | undefined
}

/**
 * Applies edits to a text.
 *
 * @param text What the offsets count in.
 * @param edits In any order, none overlapping another.
 * @param sourceMap Make a map of the result to the text?
 */
export function edit(text: string, edits: readonly Edit[], sourceMap: boolean): Mapped {
  const magic = new MagicString(text)
  for (const { start, end, text: now } of edits) {
    if (now === '') magic.remove(start, end)
    else magic.update(start, end, now)
  }
  return {
    code: magic.toString(),
    map: sourceMap ? magic.generateMap({ hires: true }).toString() : undefined,
  }
}

/**
 * The map of several steps at once.
 *
 * @param maps From the last step to the first; undefined as soon as one is missing.
 */
export function chain(...maps: readonly (string | undefined)[]): string | undefined {
  const known = maps.filter((map) => map !== undefined)
  if (known.length === 0 || known.length < maps.length) return undefined
  return known.length === 1 ? known[0] : remapping(known, () => null).toString()
}
