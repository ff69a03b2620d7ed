/** What a text may have in it for which it takes a whole rendering to be sure of what an edit comes to, wherever in the sheet it is. */
const UNCERTAIN: readonly RegExp[] = [
  // Less takes such a comment away where it is the last of all.
  /sourceMappingURL/,
  // A variable reads a file for whoever asks for it first; and a file may be a part of the sheet, too.
  /@[\w-]+\s*:[^;{}]*\b(?:data-uri|image-(?:size|width|height))\b/,
  /\b(?:data-uri|image-(?:size|width|height))\s*\([^)]*(?:@|\.(?:less|css)\b)/,
  // White space that less does not know for what it is.
  /[^\S \t\r\n]/,
  // In a custom property two slashes begin no comment.
  /--[\w-]+\s*:[^;{}\n]*\/\//,
  // Functions whose names only end in `url`, and names with a space in them.
  /[\w-]url\(|\\\s/,
  // Detached rulesets and maps, and calls that are hard to see in values: they are evaluated when somebody first asks for them.
  /@[\w-]+\s*:\s*\{/,
  /@[\w-]+\s*:[^;{}]*(?:\\|\/\*)[^;{}]*[[(]/,
]

/** The same where something is extended: names that are put together from two, and rulesets that are there to be found alone. */
const EXTENDED = /&(?:[\w-]|[^\0-\x7F]|@\{)|\{(?:[\s;]|\/\/[^\n]*\n)*\}/

/** The same where there is a source map: less maps names with variables by where they would be in their values, and counts lines anew. */
const MAPPED = /@\{|\r/

/**
 * Is what an edit comes to certain, as far as one text of the sheet goes?
 *
 * @param text A LESS text as it is in its file.
 * @param sheet Is anything extended in the sheet? Has it a source map?
 */
export function isCertain(
  text: string,
  { isExtending, sourceMap }: { readonly isExtending: boolean; readonly sourceMap: boolean },
): boolean {
  const bare = text.startsWith('\uFEFF') ? text.slice(1) : text
  if (UNCERTAIN.some((pattern) => pattern.test(bare))) return false
  return !(isExtending && EXTENDED.test(bare)) && !(sourceMap && MAPPED.test(bare))
}
