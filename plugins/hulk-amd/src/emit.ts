import { generate, HOGAN, type Pieces } from './generate.ts'
import type { ResolvedOptions } from './options.ts'
import type { ParsedTemplate } from './template.ts'

/** The parts of the options that decide what stands around the code. */
export type Wrapping = Pick<ResolvedOptions, 'hoganId' | 'variable'>

/**
 * What `hulk --wrapper amd --outputdir` writes: an anonymous module behind a line that makes a global.
 */
export function emitAmdFile(template: ParsedTemplate, wrapping: Wrapping): Pieces {
  const { variable } = wrapping
  return [`if (!!!${variable}) var ${variable} = {};\n`, ...emitAmd(template, wrapping)]
}

/**
 * What `hulk --wrapper amd` prints for one template.
 *
 * @param name The module's id; anonymous without.
 */
export function emitAmd(
  template: ParsedTemplate,
  { hoganId }: Pick<Wrapping, 'hoganId'>,
  name?: string,
): Pieces {
  const id = name === undefined ? '' : `${quote(name)}, `
  return [
    `define(${id}[ ${quote(hoganId)} ], function(Hogan){ return new Hogan.Template(`,
    ...generate(template.tree, HOGAN),
    ');});',
  ]
}

/** A CommonJS module. */
export function emitCommonJs(
  template: ParsedTemplate,
  { hoganId }: Pick<Wrapping, 'hoganId'>,
): Pieces {
  return [
    `var Hogan = require(${quote(hoganId)});\nmodule.exports = new Hogan.Template(`,
    ...generate(template.tree, HOGAN),
    ');\n',
  ]
}

/** What an ES module is made with. */
export interface EsmContext {
  /** Where the runtime is imported from. */
  readonly runtime: string
  /** Where the compiler is imported from, when lambdas and partials given as text are to work. */
  readonly compiler?: string | undefined
  /** Import specifiers of the partials found, by name. */
  readonly partials: ReadonlyMap<string, string>
  /** Makes the exported template take over the code of later versions of the module. */
  readonly hot?: { readonly from: string; readonly id: string } | undefined
}

/** An ES module whose default export is the template. Partials are imports, bound when they are used: cycles work. */
export function emitEsm(template: ParsedTemplate, context: EsmContext): Pieces {
  const { runtime, compiler, partials, hot } = context
  const out: Pieces = [`import { Template } from ${quote(runtime)};\n`]
  if (compiler) out.push(`import { compiler } from ${quote(compiler)};\n`)
  if (hot) out.push(`import { keep } from ${quote(hot.from)};\n`)
  const links = new Map<string, string>()
  for (const [name, specifier] of partials) {
    const variable = `partial${links.size}`
    links.set(name, `() => ${variable}`)
    out.push(`import ${variable} from ${quote(specifier)};\n`)
  }
  const code = generate(template.tree, {
    compact: true,
    plainSections: !compiler,
    link: (name) => links.get(name),
  })
  out.push(`const template = ${hot ? '' : '/* @__PURE__ */ '}`)
  if (hot) out.push(`keep(import.meta.hot, ${quote(hot.id)}, `)
  out.push('new Template(', ...code)
  if (compiler) out.push(`, ${quote(template.text)}, compiler`)
  out.push(hot ? '));\n' : ');\n')
  out.push("export { template as default, template as 'module.exports' };\n")
  if (hot) out.push('if (import.meta.hot) import.meta.hot.accept();\n')
  return out
}

/** The module of `?hogan-render`: the template's render function, bound, with the template as a property. */
export function emitRender(specifier: string): string {
  return `import template from ${quote(specifier)};
const render = (context, partials, indent) => template.render(context, partials, indent);
render.template = template;
export { render as default, render as 'module.exports' };
`
}

function quote(text: string): string {
  return JSON.stringify(text).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')
}
