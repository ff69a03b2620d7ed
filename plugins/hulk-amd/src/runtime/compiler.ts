/** Compiles templates in the browser without `eval`: for lambdas that take text and for partials given as text. */
import { pack } from '../output/pack.ts'
import { parse, scan } from '../template/index.ts'
import { cached } from './cached.ts'
import type { CodeObject, Compiler, Links, Place, TemplateOptions } from './code.ts'
import { FullTemplate } from './full-template.ts'
import type { Template } from './template.ts'
import { unpack } from './unpack.ts'

export { FullTemplate } from './full-template.ts'

/** The compiler that templates of ES modules carry. */
export const compiler: Compiler = cached((text, options) => compile(text, options))

/**
 * Compiles a text.
 *
 * @param text The template, as it is compiled: without white space at its ends.
 * @param options Those of `Hogan.compile`, but for `asString`.
 * @param links Imported partials by name.
 */
export function compile(text: string, options: TemplateOptions = {}, links: Links = {}): Template {
  const places: Place[] = []
  const tree = parse(scan(text, options.delimiters), options.sectionTags)
  const { text: packed } = pack(tree, text, { places })
  const make = (code: CodeObject): Template => new FullTemplate(code, text, compiler, options)
  return unpack(packed, links, make, places)
}
