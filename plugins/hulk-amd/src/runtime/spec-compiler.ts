/** The compiler for templates by the letter of the specification. */
import { pack } from '../pack.ts'
import { parse } from '../parse.ts'
import { reindent } from '../reindent.ts'
import { scan } from '../scan.ts'
import { cached } from './cached.ts'
import type { CodeObject, Compiler, Links, Place, TemplateOptions } from './code.ts'
import { SpecTemplate } from './spec.ts'
import type { Template } from './template.ts'
import { unpack } from './unpack.ts'

const compiler: Compiler = cached((text, options) => compileSpec(text, options))

/** Compiles a text, as `compile` of the other compiler does. */
export function compileSpec(
  text: string,
  options: TemplateOptions = {},
  links: Links = {},
): Template {
  const places: Place[] = []
  const tree = parse(scan(text, options.delimiters, true), options.sectionTags)
  const { text: packed } = pack(reindent(tree, text), text, { places, spec: true })
  const make = (code: CodeObject): Template => new SpecTemplate(code, text, compiler, options)
  return unpack(packed, links, make, places)
}
