/** CommonJS files without `define`, as `cjsTranslate` makes modules of them. */
import { parseSync } from 'vite'

interface Uses {
  amd: boolean
  commonJs: boolean
  ownExports: boolean
  exports: boolean
  names: boolean
}

interface Node {
  readonly type: string
  readonly [key: string]: unknown
}

/**
 * Puts a CommonJS file into a `define` call.
 *
 * @param code A source.
 * @param file Its path, for the parser.
 * @returns The module; the source itself when it is none, or does not parse.
 */
export function toCommonJsWrapper(code: string, file: string): string {
  if (!/\b(?:require|exports|__filename|__dirname)\b/.test(code)) return code
  const { program, errors } = parseSync(file, code, { sourceType: 'script', preserveParens: false })
  if (errors.length > 0) return code
  const uses: Uses = {
    amd: false,
    commonJs: false,
    ownExports: false,
    exports: false,
    names: false,
  }
  look(program, uses)
  const commonJs = uses.commonJs || uses.names || (uses.exports && !uses.ownExports)
  if (uses.amd || !commonJs) return code
  const names = uses.names
    ? 'var __filename = module.uri || "", __dirname = __filename.substring(0, __filename.lastIndexOf("/") + 1); '
    : ''
  return `define(function (require, exports, module) {${names}${code}\n});\n`
}

function look(value: unknown, uses: Uses): void {
  if (Array.isArray(value)) {
    for (const entry of value) look(entry, uses)
    return
  }
  if (typeof value !== 'object' || value === null) return
  const node = value as Node
  switch (node.type) {
    case 'Identifier':
      if (node['name'] === '__dirname' || node['name'] === '__filename') uses.names = true
      break
    case 'VariableDeclarator':
      if (nameOf(node['id']) === 'exports') uses.ownExports = true
      break
    case 'AssignmentExpression': {
      const path = pathOf(node['left'])
      if (path?.startsWith('module.exports')) uses.commonJs = true
      else if (path?.startsWith('exports.')) uses.exports = true
      break
    }
    case 'CallExpression': {
      const callee = pathOf(node['callee'])
      const first = (node['arguments'] as Node[])[0]
      if (callee === 'define') uses.amd = true
      else if (callee === 'require' && first?.type === 'Literal') uses.commonJs = true
      else if (
        /^require(?:js)?(?:\.config)?$/.test(callee ?? '') &&
        (first?.type === 'ObjectExpression' || first?.type === 'ArrayExpression')
      ) {
        uses.amd = true
      }
      break
    }
    case 'MemberExpression':
      if (pathOf(node) === 'define.amd') uses.amd = true
      break
    default:
  }
  for (const key in node) look(node[key], uses)
}

/** `a.b.c` of a chain of plain properties; an unknown one is `[]`. */
function pathOf(value: unknown): string | undefined {
  const node = value as Node
  if (node.type === 'Identifier') return nameOf(node)
  if (node.type !== 'MemberExpression') return undefined
  const object = pathOf(node['object'])
  if (object === undefined) return undefined
  return `${object}.${node['computed'] === true ? '[]' : nameOf(node['property'])}`
}

function nameOf(value: unknown): string | undefined {
  const node = value as Node | null
  return node?.type === 'Identifier' ? String(node['name']) : undefined
}
