/** One `define` call, read as RequireJS would take its arguments. */
import type { DefineCall, DepLiteral } from '../types.ts'
import { isRequire, literalsOf, stringOf } from './names.ts'
import {
  isFunction,
  valueOf,
  type Call,
  type FunctionNode,
  type Node,
  type Scope,
  type Scoped,
} from './scope.ts'

/**
 * Reads a call of `define`.
 *
 * @param requireNames Parameters of factories that are their `require`.
 * @returns Undefined when it cannot be told whether the call names its module, so that no id can be inserted.
 */
export function readDefine(
  { node, scope }: Call,
  scoped: Scoped,
  requireNames: ReadonlySet<Node>,
): DefineCall | undefined {
  const args = node.arguments
  const [first] = args
  if (!first || args.some(({ type }) => type === 'SpreadElement')) return undefined
  const named = stringOf(valueOf(first, scope).node)
  if (named === undefined && !cannotBeName(first, args, scope)) return undefined
  const rest = named === undefined ? args : args.slice(1)
  const [head] = rest
  const array = head && valueOf(head, scope).node
  const hasDeps = head !== undefined && (array?.type === 'ArrayExpression' || rest.length > 1)
  const literals = hasDeps && array?.type === 'ArrayExpression' ? literalsOf(array) : undefined
  const factory = hasDeps ? rest[1] : head
  const fn = factory && valueOf(factory, scope).node
  const sugar =
    !hasDeps && isFunction(fn) && fn.params.length > 0
      ? sugarOf(fn, scoped, requireNames)
      : undefined
  return {
    start: node.start,
    end: node.end,
    id: named,
    anonymous: named === undefined,
    insertAt: first.start,
    depsAt: (factory ?? first).start,
    deps: literals?.deps,
    computedDeps: hasDeps && (literals?.computed ?? true),
    sugar,
    sugarParams: sugar && isFunction(fn) ? Math.min(fn.params.length, 3) : 0,
    factory: factory && { start: factory.start, end: factory.end },
    strictAt: isFunction(fn) && fn.body?.type === 'BlockStatement' ? fn.body.start + 1 : undefined,
  }
}

/** Is the first argument surely no module name? With one argument it is the module's value or factory. */
function cannotBeName(first: Node, args: readonly Node[], scope: Scope): boolean {
  if (args.length === 1) return true
  const value = valueOf(first, scope).node
  switch (value.type) {
    case 'ArrayExpression':
    case 'FunctionExpression':
    case 'FunctionDeclaration':
    case 'ArrowFunctionExpression':
    case 'ObjectExpression':
      return true
    case 'ConditionalExpression':
      return (
        cannotBeName(value.consequent, args, scope) && cannotBeName(value.alternate, args, scope)
      )
    case 'CallExpression':
      // `['a'].concat(more)`
      return (
        value.callee.type === 'MemberExpression' && value.callee.object.type === 'ArrayExpression'
      )
    default:
      return false
  }
}

/** The literal `require('x')` calls of a CommonJS-like factory, each once. */
function sugarOf(fn: FunctionNode, scoped: Scoped, requireNames: ReadonlySet<Node>): DepLiteral[] {
  const found = new Map<string, DepLiteral>()
  for (const { node, scope } of scoped.calls) {
    if (node.start < fn.start || node.end > fn.end || node.callee.type !== 'Identifier') continue
    const argument = node.arguments[0]
    const id = argument && node.arguments.length === 1 ? stringOf(argument) : undefined
    if (!argument || id === undefined || found.has(id) || /[\s'"]/.test(id)) continue
    if (isRequire(node.callee, scope, requireNames))
      found.set(id, { id, start: argument.start, end: argument.end })
  }
  return [...found.values()]
}
