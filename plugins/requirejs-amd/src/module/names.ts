/** Which expressions are the page's `define` and `require`. */
import type { DepLiteral } from '../types.ts'
import { lookup, type Node, type Scope } from './scope.ts'

/** The value of a string literal or of a template without expressions. */
export function stringOf(node: Node): string | undefined {
  if (node.type === 'Literal' && typeof node.value === 'string') return node.value
  if (node.type === 'TemplateLiteral' && node.expressions.length === 0)
    return node.quasis[0]?.value.cooked ?? undefined
  return undefined
}

/**
 * Is it the page's `define`, or a local name for it: `(function (define) {…})(typeof define === 'function' && define.amd ?
 * define : …)`?
 */
export function isDefine(node: Node, scope: Scope, depth = 0): boolean {
  if (depth > 8) return false
  switch (node.type) {
    case 'Identifier': {
      const found = lookup(node.name, scope)
      // A `var define` at the top is the global itself (`if (typeof define !== 'function') { var define = … }`).
      if (!found || (!found.scope.parent && !isOwnFunction(found.binding.value)))
        return node.name === 'define'
      const { value, valueScope } = found.binding
      return (
        value !== undefined && valueScope !== undefined && isDefine(value, valueScope, depth + 1)
      )
    }
    case 'MemberExpression':
      return !node.computed && node.property.name === 'define' && isGlobal(node.object, scope)
    case 'ConditionalExpression':
      return (
        isDefine(node.consequent, scope, depth + 1) || isDefine(node.alternate, scope, depth + 1)
      )
    case 'LogicalExpression':
      return isDefine(node.left, scope, depth + 1) || isDefine(node.right, scope, depth + 1)
    default:
      return false
  }
}

/**
 * Is it `require` or `requirejs` of the page, or the local `require` of a factory?
 *
 * @param parameters Parameters of factories that are their `require`.
 */
export function isRequire(node: Node, scope: Scope, parameters: ReadonlySet<Node>): boolean {
  if (node.type === 'MemberExpression') {
    return (
      !node.computed &&
      (node.property.name === 'require' || node.property.name === 'requirejs') &&
      isGlobal(node.object, scope)
    )
  }
  if (node.type !== 'Identifier') return false
  const found = lookup(node.name, scope)
  if (!found || (!found.scope.parent && !isOwnFunction(found.binding.value))) {
    return node.name === 'require' || node.name === 'requirejs'
  }
  const owner = found.scope.node
  if (owner.type === 'Program') return false
  return owner.params.some(
    (param) => param.type === 'Identifier' && param.name === node.name && parameters.has(param),
  )
}

function isOwnFunction(value: Node | undefined): boolean {
  return value?.type === 'FunctionDeclaration'
}

function isGlobal(node: Node, scope: Scope, depth = 0): boolean {
  if (node.type === 'ThisExpression') return true
  if (node.type === 'ConditionalExpression') {
    return isGlobal(node.consequent, scope, depth + 1) || isGlobal(node.alternate, scope, depth + 1)
  }
  if (node.type === 'LogicalExpression')
    return isGlobal(node.left, scope, depth + 1) || isGlobal(node.right, scope, depth + 1)
  if (node.type !== 'Identifier' || depth > 8) return false
  const found = lookup(node.name, scope)
  if (!found) return ['window', 'self', 'globalThis', 'global'].includes(node.name)
  const { value, valueScope } = found.binding
  return value !== undefined && valueScope !== undefined && isGlobal(value, valueScope, depth + 1)
}

/** The literal ids of an array. */
export function literalsOf(array: Node): { deps: DepLiteral[]; computed: boolean } {
  const deps: DepLiteral[] = []
  let computed = false
  for (const item of array.type === 'ArrayExpression' ? array.elements : []) {
    const id = item ? stringOf(item) : undefined
    if (item && id !== undefined) deps.push({ id, start: item.start, end: item.end })
    else computed = true
  }
  return { deps, computed }
}
