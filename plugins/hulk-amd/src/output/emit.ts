import { Code, quote, quoteCode } from './code.ts'
import { generate } from './generate.ts'
import type { ResolvedOptions } from '../options.ts'
import { pack } from './pack.ts'
import type { RuntimeNames } from './runtime-names.ts'
import type { ParsedTemplate } from '../template/index.ts'

/** The parts of the options that decide what stands around the code. */
export type Wrapping = Pick<ResolvedOptions, 'hoganId' | 'variable'>

/**
 * What `hulk --wrapper amd --outputdir` writes: an anonymous module behind a line that makes a global.
 *
 * @param code Where it is written.
 */
export function emitAmdFile(
  template: ParsedTemplate,
  { hoganId, variable }: Wrapping,
  code: Code = new Code(),
): Code {
  code.text += `if (!!!${variable}) var ${variable} = {};\n`
  return emitDefine(template, `define([ ${quote(hoganId)} ]`, code)
}

/** What `hulk --wrapper amd` prints for one template: a module with an id. */
export function emitNamedAmd(
  template: ParsedTemplate,
  { hoganId }: Pick<Wrapping, 'hoganId'>,
  id: string,
): Code {
  return emitDefine(template, `define(${quote(id)}, [ ${quote(hoganId)} ]`, new Code())
}

function emitDefine(template: ParsedTemplate, define: string, code: Code): Code {
  code.text += `${define}, function(Hogan){ return new Hogan.Template(`
  generate(template.tree, undefined, code).text += ');});'
  return code
}

/** A CommonJS module. */
export function emitCommonJs(
  template: ParsedTemplate,
  { hoganId }: Pick<Wrapping, 'hoganId'>,
): Code {
  const code = new Code(
    `var Hogan = require(${quote(hoganId)});\nmodule.exports = new Hogan.Template(`,
  )
  generate(template.tree, undefined, code).text += ');\n'
  return code
}

/** An ES module with the template's code and its text alone, for those who have a template object. */
export function emitCode({ tree, text }: ParsedTemplate): Code {
  const code = new Code('export const code = ')
  generate(tree, undefined, code).text += `;\nexport const text = ${quote(text)};\n`
  return code
}

/** What an ES module is made with. */
export interface EsmContext {
  /** Where the runtime is imported from. */
  readonly names: RuntimeNames
  /** Are lambdas that take text, and partials given as text, to work? */
  readonly lambdas?: boolean
  /** Is it by the letter of the specification? Then so must the template have been parsed. */
  readonly spec?: boolean
  /** Import specifiers of the partials found, by name. */
  readonly partials: ReadonlyMap<string, string>
  /** Functions instead of a packed template: debuggers and stacks of errors show where in the template it is. */
  readonly debug?: boolean
  /** Makes the exported template take over the code of later versions of the module. */
  readonly hot?: { readonly from: string; readonly id: string } | undefined
}

/** An ES module whose default export is the template. Partials are imports, bound when they are used: cycles work. */
export function emitEsm(template: ParsedTemplate, context: EsmContext): Code {
  const { partials, hot } = context
  const links = new Map<string, string>()
  const code = new Code()
  const { imported, from, open, close } = makerOf(context)
  code.text += `import { ${imported} } from ${quote(from)};\n`
  if (hot) code.text += `import { keep } from ${quote(hot.from)};\n`
  for (const [name, specifier] of partials) {
    const variable = `partial${links.size}`
    links.set(name, `() => ${variable}`)
    code.text += `import ${variable} from ${quote(specifier)};\n`
  }
  code.text += `const template = ${hot ? '' : '/* @__PURE__ */ '}`
  if (hot) code.text += `keep(import.meta.hot, ${quote(hot.id)}, `
  code.text += open
  if (isDebug(context)) {
    generate(template.tree, (name) => links.get(name), code)
    if (context.lambdas) code.text += `, ${quote(template.text)}`
  } else {
    const { tree, text } = template
    const { spec = false } = context
    code.add(quoteCode(context.lambdas ? wholeText(template) : pack(tree, text, { spec })))
    if (links.size > 0) {
      const members = [...links].map(([name, link]) => `[${quote(name)}]: ${link}`)
      code.text += `, ${context.lambdas ? '{}, ' : ''}{ ${members.join(', ')} }`
    }
  }
  code.text += `${close}${hot ? ')' : ''};\n`
  code.text += "export { template as default, template as 'module.exports' };\n"
  if (hot) code.text += 'if (import.meta.hot) import.meta.hot.accept();\n'
  return code
}

/** The specification's indentation is beyond what hogan.js's code can say. */
function isDebug({ debug, spec }: EsmContext): boolean {
  return debug === true && !spec
}

/** What makes the template of its code. */
function makerOf(context: EsmContext): {
  imported: string
  from: string
  open: string
  close: string
} {
  const { names, lambdas, spec } = context
  if (isDebug(context)) {
    return lambdas
      ? {
          imported: 'FullTemplate, compiler',
          from: names.compiler,
          open: 'new FullTemplate(',
          close: ', compiler)',
        }
      : { imported: 'Template', from: names.runtime, open: 'new Template(', close: ')' }
  }
  const verb = `${lambdas ? 'compile' : 'unpack'}${spec ? 'Spec' : ''}`
  const from = lambdas
    ? names[spec ? 'specCompiler' : 'compiler']
    : names[spec ? 'spec' : 'runtime']
  return { imported: verb, from, open: `${verb}(`, close: ')' }
}

/** The text as it is, with the places of its lines. */
function wholeText({ text }: ParsedTemplate): Code {
  const code = new Code()
  for (let at = 0; at < text.length; at = code.text.length) {
    const end = text.indexOf('\n', at)
    code.mark(at)
    code.text += text.slice(at, end < 0 ? text.length : end + 1)
  }
  return code
}

/** The module of `?hogan-render`: the template's render function, bound, with the template as a property. */
export function emitRender(specifier: string): string {
  return `import template from ${quote(specifier)};
const render = (context, partials, indent) => template.render(context, partials, indent);
render.template = template;
export { render as default, render as 'module.exports' };
`
}

/** The module of `?raw`: the source as a browser gets it, without a byte order mark. */
export function emitText(content: string): string {
  const text = quote(content.replace(/^\uFEFF/, ''))
  return `const text = ${text};\nexport { text as default, text as 'module.exports' };\n`
}
