/** Names and functions of a source: who declares what, which functions run with the file, what a name stands for. */
import type { ESTree } from 'vite'

export type Node = ESTree.Node
export type FunctionNode = ESTree.Function | ESTree.ArrowFunctionExpression

/** A declared name. */
export interface Binding {
  /** What the name stands for as far as that is plain: an initializer, a function, the argument of an immediate call. */
  value?: Node | undefined
  /** Where `value` is to be read. */
  valueScope?: Scope | undefined
}

/** The names of a function or of the whole source. (Block scopes count as their function's.) */
export interface Scope {
  readonly node: FunctionNode | ESTree.Program
  readonly parent: Scope | undefined
  readonly names: Map<string, Binding>
}

/** A call with the scope it stands in. */
export interface Call {
  readonly node: ESTree.CallExpression
  readonly scope: Scope
}

/** What one walk over a source finds. */
export interface Scoped {
  readonly program: Scope
  readonly scopes: ReadonlyMap<FunctionNode, Scope>
  readonly calls: readonly Call[]
  /** Variable declarators and assignments whose value is an object literal, for `var require = {…}`. */
  readonly objects: readonly { name: string; node: ESTree.ObjectExpression; scope: Scope }[]
}

/** Is the node a function of any form? */
export function isFunction(node: Node | null | undefined): node is FunctionNode {
  return (
    node?.type === 'FunctionExpression' ||
    node?.type === 'FunctionDeclaration' ||
    node?.type === 'ArrowFunctionExpression'
  )
}

/**
 * Walks a program once.
 *
 * @param program The tree (parsed without parentheses).
 */
export function scan(program: ESTree.Program): Scoped {
  const top: Scope = { node: program, parent: undefined, names: new Map() }
  const scopes = new Map<FunctionNode, Scope>()
  const calls: Call[] = []
  const objects: { name: string; node: ESTree.ObjectExpression; scope: Scope }[] = []
  // Arguments of immediate calls, known before the function itself is walked.
  const given = new Map<FunctionNode, { values: readonly Node[]; scope: Scope }>()

  const walk = (node: Node, scope: Scope): void => {
    if (isFunction(node)) {
      if (node.type === 'FunctionDeclaration' && node.id) {
        scope.names.set(node.id.name, { value: node, valueScope: scope })
      }
      const inner: Scope = { node, parent: scope, names: new Map() }
      scopes.set(node, inner)
      if (node.type === 'FunctionExpression' && node.id)
        inner.names.set(node.id.name, { value: node, valueScope: scope })
      const values = given.get(node)
      node.params.forEach((param, index) => {
        declare(param, inner, values?.values[index], values?.scope)
      })
      for (const child of childrenOf(node)) walk(child, inner)
      return
    }
    switch (node.type) {
      case 'VariableDeclarator':
        declare(node.id, scope, node.init ?? undefined, scope)
        if (node.id.type === 'Identifier' && node.init?.type === 'ObjectExpression') {
          objects.push({ name: node.id.name, node: node.init, scope })
        }
        break
      case 'AssignmentExpression': {
        const name = node.left.type === 'Identifier' ? node.left.name : globalProperty(node.left)
        if (name !== undefined && node.right.type === 'ObjectExpression') {
          objects.push({ name, node: node.right, scope })
        }
        break
      }
      case 'ClassDeclaration':
        if (node.id) scope.names.set(node.id.name, {})
        break
      case 'CatchClause':
        if (node.param) declare(node.param, scope, undefined, undefined)
        break
      case 'CallExpression': {
        calls.push({ node, scope })
        const immediate = immediateCall(node)
        if (immediate) given.set(immediate.callee, { values: immediate.values, scope })
        break
      }
      default:
    }
    for (const child of childrenOf(node)) walk(child, scope)
  }
  for (const statement of program.body) walk(statement, top)
  return { program: top, scopes, calls, objects }
}

/** The binding of a name as seen from a scope; undefined for a global that the source does not declare. */
export function lookup(name: string, scope: Scope): { binding: Binding; scope: Scope } | undefined {
  for (let at: Scope | undefined = scope; at; at = at.parent) {
    const binding = at.names.get(name)
    if (binding) return { binding, scope: at }
  }
  return undefined
}

/** Follows names to what they stand for: a function, an array, a literal. */
export function valueOf(node: Node, scope: Scope, depth = 0): { node: Node; scope: Scope } {
  if (node.type !== 'Identifier' || depth > 8) return { node, scope }
  const found = lookup(node.name, scope)?.binding
  if (!found?.value || !found.valueScope) return { node, scope }
  return valueOf(found.value, found.valueScope, depth + 1)
}

/**
 * The functions that run with the file: immediately called ones, and those that they call by name. A factory given to
 * `define` is none, even where the same function is called elsewhere.
 *
 * @param lazy Functions known to run later.
 */
export function immediateFunctions(scoped: Scoped, lazy: ReadonlySet<Node>): ReadonlySet<Node> {
  const immediate = new Set<Node>([scoped.program.node])
  for (let grown = true; grown;) {
    grown = false
    for (const { node, scope } of scoped.calls) {
      if (!immediate.has(scope.node)) continue
      const callee = immediateCall(node)?.callee ?? calledFunction(node, scope)
      if (callee && !lazy.has(callee) && !immediate.has(callee)) {
        immediate.add(callee)
        grown = true
      }
    }
  }
  return immediate
}

/** `(function () {…})(…)`, `function () {…}.call(this, …)`: the function and what its parameters get. */
function immediateCall(
  node: ESTree.CallExpression,
): { callee: FunctionNode; values: Node[] } | undefined {
  const { callee } = node
  const values = node.arguments
  if (isFunction(callee)) return { callee, values }
  if (callee.type === 'MemberExpression' && !callee.computed && isFunction(callee.object)) {
    const { name } = callee.property
    if (name === 'call') return { callee: callee.object, values: values.slice(1) }
    if (name === 'apply') return { callee: callee.object, values: [] }
  }
  return undefined
}

function calledFunction(node: ESTree.CallExpression, scope: Scope): FunctionNode | undefined {
  const { callee } = node
  const target =
    callee.type === 'MemberExpression' &&
    !callee.computed &&
    (callee.property.name === 'call' || callee.property.name === 'apply')
      ? callee.object
      : callee
  const value = valueOf(target, scope).node
  return isFunction(value) ? value : undefined
}

function declare(
  pattern: Node,
  scope: Scope,
  value: Node | undefined,
  valueScope: Scope | undefined,
): void {
  switch (pattern.type) {
    case 'Identifier': {
      const known = scope.names.get(pattern.name)
      // `var x` twice: the first plain value stays; a redeclaration without a value changes nothing.
      if (!known) scope.names.set(pattern.name, value ? { value, valueScope } : {})
      else if (value && !known.value) Object.assign(known, { value, valueScope })
      break
    }
    case 'AssignmentPattern':
      declare(pattern.left, scope, undefined, undefined)
      break
    case 'RestElement':
      declare(pattern.argument, scope, undefined, undefined)
      break
    case 'ArrayPattern':
      for (const element of pattern.elements)
        if (element) declare(element, scope, undefined, undefined)
      break
    case 'ObjectPattern':
      for (const property of pattern.properties) {
        declare(
          property.type === 'Property' ? property.value : property,
          scope,
          undefined,
          undefined,
        )
      }
      break
    default:
  }
}

/** `window.require` and the like: the property's name. */
function globalProperty(node: Node): string | undefined {
  if (node.type !== 'MemberExpression' || node.computed) return undefined
  const { object } = node
  const global =
    object.type === 'Identifier' && ['window', 'self', 'globalThis'].includes(object.name)
  return global ? node.property.name : undefined
}

/** Every child node, in the order of the source. */
export function childrenOf(node: Node): Node[] {
  const children: Node[] = []
  for (const value of Object.values(node) as unknown[]) {
    if (Array.isArray(value)) {
      for (const item of value as unknown[]) if (isNode(item)) children.push(item)
    } else if (isNode(value)) {
      children.push(value)
    }
  }
  return children
}

function isNode(value: unknown): value is Node {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as { type?: unknown }).type === 'string'
  )
}
