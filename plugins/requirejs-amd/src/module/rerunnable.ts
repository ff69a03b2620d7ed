/**
 * May a module run a second time? Only if its factory makes a value and does nothing else. Nobody can prove that of JavaScript, so
 * this goes by what code of this kind looks like: calls whose result is used make values; calls that stand alone do something.
 */
import type { ESTree } from 'vite'
import { parse } from './parse.ts'
import { childrenOf, isFunction, type FunctionNode, type Node } from './scope.ts'

/** Constructors whose objects nobody else knows of. */
const constructors =
  /^(?:RegExp|Date|Map|Set|WeakMap|WeakSet|Array|Object|Error|TypeError|URL|Promise|Template)$/

/** Methods and functions that do something, even if their result is used. */
const acting =
  /^(?:on|one|live|delegate|addEventListener|trigger\w*|listenTo\w*|emit|publish|subscribe|dispatch\w*|ajax|getJSON|getScript|post|send|fetch|load|open|connect|start|run|init|ready|render|show|hide|append\w*|prepend\w*|insert\w*|remove\w*|write|html|text|alert|confirm|prompt|setInterval|setTimeout|setImmediate|requestAnimationFrame|register\w*|use|config)$/

/** Functions that add to their first argument, and to nothing else. */
const adding =
  /^(?:extend|extendOwn|assign|defaults|mixin|inherits|merge|defineProperty|defineProperties)$/

/** Objects that are the page itself. */
const page =
  /^(?:window|self|globalThis|document|location|history|localStorage|sessionStorage|navigator)$/

/**
 * Tells whether running a module again changes nothing but its value.
 *
 * @param code The source, which parses.
 * @param file Its path.
 */
export function isRerunnable(code: string, file: string): boolean {
  const { program } = parse(code, file)
  const reader = new Reader()
  return program.body.every((statement) => reader.isQuiet(statement))
}

/** Looks for something that acts, in what runs with the module. */
class Reader {
  readonly #entered = new Set<Node>()

  /** Does a statement do nothing that others could notice? */
  isQuiet(statement: Node): boolean {
    if (statement.type !== 'ExpressionStatement') return this.#isValue(statement)
    if ('directive' in statement && typeof statement.directive === 'string') return true
    return this.#isAlone(statement.expression)
  }

  /** An expression whose value nobody uses. */
  #isAlone(expression: Node): boolean {
    switch (expression.type) {
      case 'CallExpression':
        return this.#isDefinition(expression) || this.#isAddition(expression)
      case 'NewExpression':
      case 'AwaitExpression':
      case 'YieldExpression':
        return false
      case 'UnaryExpression':
        return expression.operator !== 'delete' && this.#isAlone(expression.argument)
      case 'SequenceExpression':
        return expression.expressions.every((one) => this.#isAlone(one))
      case 'LogicalExpression':
        return this.#isValue(expression.left) && this.#isAlone(expression.right)
      case 'ConditionalExpression':
        return (
          this.#isValue(expression.test) &&
          this.#isAlone(expression.consequent) &&
          this.#isAlone(expression.alternate)
        )
      default:
        return this.#isValue(expression)
    }
  }

  /** Everything below a node that runs with it, taken for a value. */
  #isValue(node: Node): boolean {
    if (isFunction(node) || node.type === 'ClassDeclaration' || node.type === 'ClassExpression')
      return true
    switch (node.type) {
      case 'ExpressionStatement':
        return this.isQuiet(node)
      case 'AssignmentExpression':
        return !isOfPage(node.left) && this.#isBelow(node)
      case 'NewExpression':
        return constructors.test(nameOf(node.callee) ?? '') && this.#isBelow(node)
      case 'CallExpression':
        if (this.#isDefinition(node)) return true
        return !acting.test(nameOf(node.callee) ?? '') && this.#isBelow(node)
      case 'ThrowStatement':
      case 'AwaitExpression':
      case 'YieldExpression':
        return false
      default:
        return this.#isBelow(node)
    }
  }

  #isBelow(node: Node): boolean {
    return childrenOf(node).every((child) => this.#isValue(child))
  }

  /** `define(…)`, or a function that is called where it stands: what runs is the function's body. */
  #isDefinition({ callee, arguments: values }: ESTree.CallExpression): boolean {
    const target =
      callee.type === 'MemberExpression' && isFunction(callee.object) ? callee.object : callee
    const called = isFunction(target) ? [target] : []
    if (called.length === 0 && !this.#isDefine(callee)) return false
    return [...called, ...values.filter(isFunction)].every((one) => this.#runs(one))
  }

  #isDefine(callee: Node): boolean {
    return callee.type === 'Identifier' && callee.name === 'define'
  }

  #runs(node: FunctionNode): boolean {
    if (this.#entered.has(node)) return true
    this.#entered.add(node)
    const { body } = node
    if (!body) return true
    return body.type === 'BlockStatement'
      ? body.body.every((statement) => this.isQuiet(statement))
      : this.#isValue(body)
  }

  /** `_.extend(Thing.prototype, {…})` and the like, where the thing is the module's own. */
  #isAddition({ callee, arguments: values }: ESTree.CallExpression): boolean {
    const [first, ...rest] = values
    if (!first || !adding.test(nameOf(callee) ?? '') || isOfPage(first)) return false
    return rest.every((value) => this.#isValue(value))
  }
}

/** The last name of what is called: `on` of `$(document).on`. */
function nameOf(callee: Node): string | undefined {
  if (callee.type === 'Identifier') return callee.name
  if (callee.type === 'MemberExpression' && !callee.computed && 'name' in callee.property)
    return callee.property.name
  return undefined
}

/** Does it belong to the page, and not to the module? */
function isOfPage(node: Node): boolean {
  if (node.type === 'Identifier') return page.test(node.name)
  return node.type === 'MemberExpression' && isOfPage(node.object)
}
