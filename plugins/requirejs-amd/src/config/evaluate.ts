/** Literals of a source as values; what is no literal is kept as text. */
import { stringOf } from '../module/names.ts'
import { isFunction, valueOf, type Node, type Scope } from '../module/scope.ts'
import type { ConfigFound, RequireConfig } from '../types.ts'

/**
 * Evaluates an object literal without running anything.
 *
 * @param node The `{…}`.
 * @param code The source it stands in.
 * @param scope Where it stands: names of plain constants are followed.
 */
export function configFrom(node: Node, code: string, scope: Scope): ConfigFound {
  const dynamic: Record<string, string> = {}
  const value = evaluate(node, scope, '', { code, dynamic })
  return {
    config: tidy((value ?? {}) as RequireConfig, dynamic),
    dynamic,
    start: node.start,
    end: node.end,
  }
}

/** `init` functions of shims, and the old form `exports: function () {…}`, as text in their shim. */
function tidy(config: RequireConfig, dynamic: Record<string, string>): RequireConfig {
  for (const [path, text] of Object.entries(dynamic)) {
    const match = /^shim\.(.+)\.(init|exports)$/s.exec(path)
    const shim = match?.[1] === undefined ? undefined : config.shim?.[match[1]]
    if (shim && !Array.isArray(shim) && /^(?:async\s+)?(?:function\b|\(|\w+\s*=>)/.test(text))
      shim.init = text
  }
  return config
}

interface Sink {
  readonly code: string
  readonly dynamic: Record<string, string>
}

function evaluate(start: Node, scope: Scope, path: string, sink: Sink): unknown {
  const { node, scope: at } = valueOf(start, scope)
  const text = stringOf(node)
  if (text !== undefined) return text
  switch (node.type) {
    case 'Literal':
      if (!('regex' in node) && !('bigint' in node)) return node.value
      break
    case 'UnaryExpression': {
      const value = evaluate(node.argument, at, path, { code: sink.code, dynamic: {} })
      if (node.operator === '-' && typeof value === 'number') return -value
      if (node.operator === '!' && value !== undefined) return !value
      break
    }
    case 'BinaryExpression': {
      const aside = { code: sink.code, dynamic: {} }
      const left = evaluate(node.left, at, path, aside)
      const right = evaluate(node.right, at, path, aside)
      if (node.operator === '+' && isPlain(left) && isPlain(right)) {
        return typeof left === 'number' && typeof right === 'number'
          ? left + right
          : `${left}${right}`
      }
      break
    }
    case 'ArrayExpression': {
      const items: unknown[] = []
      for (const [index, element] of node.elements.entries()) {
        const value = element ? evaluate(element, at, join(path, String(index)), sink) : undefined
        if (value !== undefined) items.push(value)
      }
      return items
    }
    case 'ObjectExpression': {
      const object: Record<string, unknown> = {}
      for (const property of node.properties) {
        const key = property.type === 'Property' ? keyOf(property) : undefined
        if (property.type !== 'Property' || key === undefined) {
          sink.dynamic[join(path, '*')] = sink.code.slice(property.start, property.end)
          continue
        }
        const value = evaluate(property.value, at, join(path, key), sink)
        if (value !== undefined) {
          Object.defineProperty(object, key, {
            value,
            enumerable: true,
            writable: true,
            configurable: true,
          })
        }
      }
      return object
    }
    default:
  }
  if (node.type === 'Identifier' && node.name === 'undefined') return undefined
  const shown = isFunction(node) ? node : start
  sink.dynamic[path] = sink.code.slice(shown.start, shown.end)
  return undefined
}

function keyOf(property: Node & { type: 'Property' }): string | undefined {
  const { key } = property
  if (!property.computed && key.type === 'Identifier') return key.name
  if (key.type === 'Literal' && (typeof key.value === 'string' || typeof key.value === 'number'))
    return String(key.value)
  return property.computed ? stringOf(key) : undefined
}

function isPlain(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`
}
