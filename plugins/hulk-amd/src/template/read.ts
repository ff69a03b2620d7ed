import { TemplateError } from '../error.ts'
import { parse, type Node } from './parse.ts'
import { reindent } from './reindent.ts'
import { scan } from './scan.ts'

/** A template that has been read: its tree, and the text its offsets count in. */
export interface ParsedTemplate {
  /** The text that is compiled: without white space at its ends and without a byte order mark, as hulk does it. */
  readonly text: string
  /** How many characters of the file stand before {@link text}. */
  readonly shift: number
  readonly tree: readonly Node[]
}

/** The text of a file that is compiled, and its offset in the file. hulk trims it (a byte order mark is white space). */
export function trimmed(content: string): { text: string; shift: number } {
  const text = content.trim()
  return { text, shift: content.length - content.trimStart().length }
}

/**
 * Reads a template.
 *
 * @param content The file as read.
 * @param spec By the letter of the specification, where hogan.js reads it otherwise?
 * @throws {@link TemplateError}, whose position counts in the trimmed text.
 */
export function parseTemplate(content: string, spec = false): ParsedTemplate {
  const { text, shift } = trimmed(content)
  const nul = text.indexOf('\0')
  if (nul >= 0) {
    const message = 'This is no text: it holds a NUL character'
    throw new TemplateError('HULK_AMD_BINARY', message, nul)
  }
  const tree = parse(scan(text, undefined, spec))
  return { text, shift: text === '' ? 0 : shift, tree: spec ? reindent(tree, text) : tree }
}
