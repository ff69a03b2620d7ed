/** Which sources mean the same in strict mode, which is the only one that ES modules have. */
import { parseSync, type ESTree } from 'vite'
import { childrenOf, isFunction, lookup, scan, valueOf, type Node, type Scope } from './scope.ts'

/**
 * Does a classic script do the same in strict mode? It does not if it parses in sloppy mode only (`with`, octal numbers), assigns to
 * a name that it does not declare, asks `arguments` for its caller, or has a `this` in a function that is called without an object.
 *
 * @param code The source.
 * @returns False where that is so, and where it cannot be told.
 */
export function isStrict(code: string): boolean {
  const { program, errors } = parseSync('module.js', code, {
    sourceType: 'module',
    lang: 'js',
    preserveParens: false,
    showSemanticErrors: true,
  })
  if (errors.length > 0 || /\barguments\s*\.\s*(?:callee|caller)\b/.test(code)) return false
  const { program: top, scopes, calls } = scan(program)
  for (const { node, scope } of calls) {
    for (const one of [node.callee, ...(isDefine(node) ? node.arguments : [])]) {
      const called = valueOf(one, scope).node
      if (isFunction(called) && hasThis(called)) return false
    }
  }
  const isFree = (name: string, scope: Scope): boolean => lookup(name, scope) === undefined
  return !assignsFree(program, top, scopes, isFree)
}

/** Is it `define(…)`, which calls its factory without an object? */
function isDefine({ callee }: ESTree.CallExpression): boolean {
  return callee.type === 'Identifier' && callee.name === 'define'
}

/** Has the function a `this` of its own call? */
function hasThis(node: Node): boolean {
  return childrenOf(node).some(
    (child) =>
      child.type === 'ThisExpression' ||
      (child.type !== 'FunctionExpression' &&
        child.type !== 'FunctionDeclaration' &&
        hasThis(child)),
  )
}

/** Is there an assignment that makes a global? */
function assignsFree(
  node: Node,
  scope: Scope,
  scopes: ReadonlyMap<Node, Scope>,
  isFree: (name: string, scope: Scope) => boolean,
): boolean {
  const inner = scopes.get(node) ?? scope
  const target =
    node.type === 'AssignmentExpression'
      ? node.left
      : node.type === 'UpdateExpression'
        ? node.argument
        : node.type === 'ForInStatement' || node.type === 'ForOfStatement'
          ? node.left
          : undefined
  if (target?.type === 'Identifier' && isFree(target.name, inner)) return true
  return childrenOf(node).some((child) => assignsFree(child, inner, scopes, isFree))
}
