/** One `define` call, read as RequireJS would take its arguments. */
import type { DefineCall } from '../types.ts'
import { literalsOf, stringOf } from './names.ts'
import { isFunction, valueOf, type Call, type Node, type Scope } from './scope.ts'
import { sugarIn } from './sugar.ts'

/**
 * Reads a call of `define`.
 *
 * @param code The source it stands in.
 * @returns Undefined when it cannot be told whether the call names its module, so that no id can be inserted.
 */
export function readDefine({ node, scope }: Call, code: string): DefineCall | undefined {
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
      ? sugarIn(code.slice(fn.start, fn.end), fn.start)
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
