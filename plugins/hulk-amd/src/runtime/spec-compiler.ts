/** The compiler for templates by the letter of the specification. */
import { pack } from '../output/pack.ts'
import { parse, reindent, scan } from '../template/index.ts'
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
