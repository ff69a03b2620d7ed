/** The global `define`: calls are kept until their script's load event tells whose they are. */
import { each, isFunction } from './objects.ts'
import type { Context, Definition, Fn, Value } from './types.ts'

/** Calls that no context has taken yet. */
var queue: Definition[] = []

/** Comments, with the character before a line comment, which may not be part of a URL or a string. */
var comments = /\/\*[^]*?\*\/|(^|[^"':=])\/\/.*$/gm

/** `require('id')`, not as a method. */
var requires = /[^.]\s*require\s*\(\s*["']([^\s"']+)["']\s*\)/g

/**
 * The dependencies of a factory in CommonJS form.
 * @param factory a function that takes `require`, and perhaps `exports` and `module`
 * @returns those, and the literal ids that it requires
 */
function dependenciesOf(factory: Fn): string[] {
  var deps = factory.length === 1 ? ['require'] : ['require', 'exports', 'module']
  String(factory)
    .replace(comments, function (_comment, before: string | undefined) {
      return before || ''
    })
    .replace(requires, function (_call, id: string) {
      deps.push(id)
      return ''
    })
  return deps
}

/**
 * Moves the calls made so far to a context.
 * @param ctx the context
 */
export function takeQueue(ctx: Context): void {
  each(queue, function (definition) {
    if (typeof definition[0] === 'string') ctx.defQueueMap[definition[0]] = true
    ctx.defQueue.push(definition)
  })
  queue = []
}

/**
 * AMD's `define([id], [dependencies], factory)`.
 * @param id the module's id; may be left out
 * @param deps its dependencies; may be left out
 * @param factory its factory, or its value
 */
function defineModule(id: Value, deps?: Value, factory?: Value): void {
  if (typeof id !== 'string') {
    factory = deps
    deps = id
    id = null
  }
  if (!Array.isArray(deps)) {
    factory = deps
    deps = null
    if (isFunction(factory)) deps = factory.length ? dependenciesOf(factory) : []
  }
  queue.push([id as string | null, deps as string[] | null, factory])
}

/** The global `define`, with the mark that UMD wrappers look for. */
export var define: typeof defineModule & { amd: { jQuery: boolean } } =
  defineModule as typeof define
define.amd = { jQuery: true }
