/**
 * The common path: one `define` call with nothing around it, read without a tree. A parser's tree costs several times what reading all files
 * costs, and most modules are of this form. Whatever is not plain is left to the parser.
 */
import vm from 'node:vm'
import type { Analysis, DefineCall, DepLiteral } from '../types.ts'
import { sugarIn } from './sugar.ts'

/** White space and comments. */
const GAP = String.raw`(?:\s|\/\*(?:[^*]|\*(?!\/))*\*\/|\/\/[^\n\r\u2028\u2029]*(?=[\n\r\u2028\u2029]))*`
const STRING = String.raw`(?:'[^'\\\n\r]*'|"[^"\\\n\r]*")`

/** `define('id', ['a', 'b'], function name(a, b) {`, with or without the id and the list. */
const head = new RegExp(
  `^(${GAP})(define${GAP}\\(${GAP})(?:(${STRING})(${GAP},${GAP}))?(?:(\\[(?:${GAP}${STRING}${GAP},)*(?:${GAP}${STRING})?${GAP}\\])${GAP},${GAP})?function\\b[\\s\\w$]*\\(([^(){}'"\`/]*)\\)\\s*\\{`,
)

/** The end of the factory, of the call and of the file. */
const tail = /\}\s*\)\s*;?\s*$/

/** Words of what only the parser reads. */
const others = /\b(?:requirejs|import|export|toUrl)\b/
const defines = /\bdefine\b/g
const requires = /\brequire\b/
const items = new RegExp(String.raw`\/\*[^]*?\*\/|\/\/.*|${STRING}`, 'g')

/**
 * Reads a module whose file is one `define` call with a literal list and a function, or with a function in CommonJS form.
 *
 * @param code The source text.
 * @returns Undefined when it is anything else, or does not parse.
 */
export function readPlain(code: string): Analysis | undefined {
  const start = head.exec(code)
  const end = start && tail.exec(code)
  if (!start || !end || others.test(code)) return undefined
  if (code.match(defines)?.length !== 1) return undefined
  const [opening, before = '', call = '', id, behindId = '', list, parameters = ''] = start
  const insertAt = before.length + call.length
  const factory = { start: opening.lastIndexOf('function'), end: end.index + 1 }
  const text = code.slice(factory.start, factory.end)
  if (factory.end <= opening.length || !isExpression(text)) return undefined
  const names = parameters.split(',').flatMap((name) => name.trim() || [])
  const sugar = list === undefined && names.length > 0 ? sugarIn(text, factory.start) : undefined
  // Under another name, only the tree tells what the local `require` is asked for.
  if (sugar ? !isOnlyCalled(text, names) : requires.test(code)) return undefined
  const definition: DefineCall = {
    start: before.length,
    end: code.lastIndexOf(')') + 1,
    id: id?.slice(1, -1),
    anonymous: id === undefined,
    insertAt,
    depsAt: factory.start,
    deps:
      list === undefined
        ? undefined
        : literals(list, insertAt + (id ?? '').length + behindId.length),
    computedDeps: false,
    sugar,
    sugarParams: sugar ? Math.min(names.length, 3) : 0,
    factory,
    strictAt: opening.length,
  }
  return {
    kind: 'amd',
    callsDefine: true,
    defines: [definition],
    requires: [],
    nested: [],
    toUrls: [],
    configs: [],
    strict: false,
    declares: false,
  }
}

/** Is the text one function, and does it parse? The engine itself is the fastest parser here. */
function isExpression(text: string): boolean {
  try {
    // Between `?` and `:` stands one expression without commas.
    return Boolean(new vm.Script(`(0?${text}\n:0)`))
  } catch {
    return false
  }
}

/** Is `require` the first parameter, and nothing else but calls with a literal id? */
function isOnlyCalled(text: string, [first]: readonly string[]): boolean {
  if (first !== 'require') return false
  const all = text.match(/\brequire\b/g)?.length ?? 0
  const calls = text.match(/(?<![.\w$])require\s*\(\s*(?:'[^\s"']+'|"[^\s"']+")\s*\)/g)?.length ?? 0
  return all === calls + 1
}

function literals(list: string, at: number): DepLiteral[] {
  return [...list.matchAll(items)].flatMap(({ 0: text, index }) =>
    text.startsWith('/')
      ? []
      : [{ id: text.slice(1, -1), start: at + index, end: at + index + text.length }],
  )
}
