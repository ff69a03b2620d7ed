/** What a source says about modules, without running it. */
import type { ESTree } from 'vite'
import { configFrom } from '../config/evaluate.ts'
import type { Analysis, ConfigFound, DefineCall, DepLiteral, RequireCall } from '../types.ts'
import { readDefine } from './define.ts'
import { readPlain } from './lexer.ts'
import { isDefine, isRequire, literalsOf, stringOf } from './names.ts'
import { parse } from './parse.ts'
import {
  immediateFunctions,
  isFunction,
  lookup,
  scan,
  valueOf,
  type Call,
  type Node,
  type Scoped,
} from './scope.ts'

/** Sources without any of these words cannot be modules or load any. */
const words = /\b(?:define|require|requirejs|import|export)\b/

const nothing: Omit<Analysis, 'kind'> = {
  callsDefine: false,
  defines: [],
  requires: [],
  nested: [],
  toUrls: [],
  configs: [],
  strict: false,
  declares: false,
}

/**
 * Reads a source: its `define` calls in all their forms, its `require` calls, its configuration.
 *
 * @param code The source text.
 * @param options.file Its path, for errors.
 * @param options.kept What is known already of sources that need a tree.
 * @throws `REQUIREJS_AMD_SYNTAX` where the source does not parse.
 */
export function analyze(
  code: string,
  { file, kept }: { file: string; kept?: KeptAnalyses | undefined },
): Analysis {
  if (!words.test(code)) return { kind: 'script', ...nothing }
  const known = readPlain(code) ?? kept?.get(code)
  if (known !== undefined) return known
  const analysis = readTree(code, file)
  kept?.set(code, analysis)
  return analysis
}

/** Analyses by the text of their sources. */
export interface KeptAnalyses {
  get(code: string): Analysis | undefined
  set(code: string, analysis: Analysis): void
}

/**
 * Reads a source by its tree, whatever its form.
 *
 * @param code The source text.
 * @param file Its path, for errors.
 * @throws `REQUIREJS_AMD_SYNTAX` where the source does not parse.
 */
export function readTree(code: string, file: string): Analysis {
  const { program, esm } = parse(code, file)
  if (esm) return { kind: 'esm', ...nothing }
  const scoped = scan(program)

  const defineCalls = scoped.calls.filter(({ node, scope }) => isDefine(node.callee, scope))
  const requireNames = new Set<Node>()
  const factories = new Set<Node>()
  for (const { node, scope } of defineCalls) {
    const factory = factoryOf(node, { node, scope })
    if (!factory) continue
    factories.add(factory.node)
    const binding = requireParameter(node, factory, { node, scope })
    if (binding) requireNames.add(binding)
  }
  const immediate = immediateFunctions(scoped, factories)
  const now = defineCalls.filter(({ scope }) => immediate.has(scope.node))
  const read = now.map((call) => readDefine(call, code))
  const defines = read.filter((call): call is DefineCall => call !== undefined)
  const movable = defines.length > 0 && defines.length === read.length

  const { requires, nested, toUrls, configs } = readRequires(code, scoped, requireNames, immediate)
  const kind = movable
    ? 'amd'
    : defineCalls.length > 0
      ? 'script'
      : requires.length + configs.length
        ? 'main'
        : 'script'
  return {
    kind,
    callsDefine: defineCalls.length > 0,
    defines: movable ? defines : [],
    requires,
    nested,
    toUrls,
    configs,
    strict: program.body.some(
      (statement) => 'directive' in statement && statement.directive === 'use strict',
    ),
    declares: program.body.some(({ type }) => type.endsWith('Declaration')),
  }
}

/** The function that a `define` call is given, as a node, whatever name it goes by. */
function factoryOf(
  node: ESTree.CallExpression,
  call: Call,
): { node: Node & { params: Node[] } } | undefined {
  for (const argument of node.arguments.toReversed()) {
    const value = valueOf(argument, call.scope).node
    if (isFunction(value)) return { node: value as Node & { params: Node[] } }
  }
  return undefined
}

/** The parameter of a factory that is its local `require`. */
function requireParameter(
  node: ESTree.CallExpression,
  factory: { node: Node & { params: Node[] } },
  call: Call,
): Node | undefined {
  const array = node.arguments
    .map((argument) => valueOf(argument, call.scope).node)
    .find((argument) => argument.type === 'ArrayExpression')
  const index = array ? array.elements.findIndex((item) => item && stringOf(item) === 'require') : 0
  return factory.node.params[index]
}

function readRequires(
  code: string,
  scoped: Scoped,
  requireNames: ReadonlySet<Node>,
  immediate: ReadonlySet<Node>,
): {
  requires: RequireCall[]
  nested: RequireCall[]
  toUrls: DepLiteral[]
  configs: ConfigFound[]
} {
  const requires: RequireCall[] = []
  const nested: RequireCall[] = []
  const toUrls: DepLiteral[] = []
  const configs: ConfigFound[] = []
  const addConfig = (node: Node, scope: Call['scope']): void => {
    const value = valueOf(node, scope)
    if (value.node.type === 'ObjectExpression')
      configs.push(configFrom(value.node, code, value.scope))
  }
  for (const { node, scope } of scoped.calls) {
    const { callee } = node
    const first = node.arguments[0]
    if (!first) continue
    if (
      callee.type === 'MemberExpression' &&
      !callee.computed &&
      isRequire(callee.object, scope, requireNames)
    ) {
      if (callee.property.name === 'config') addConfig(first, scope)
      const id = callee.property.name === 'toUrl' ? stringOf(first) : undefined
      if (id !== undefined) toUrls.push({ id, start: first.start, end: first.end })
    } else if (isRequire(callee, scope, requireNames)) {
      if (valueOf(first, scope).node.type === 'ObjectExpression') addConfig(first, scope)
      const position = node.arguments.findIndex(
        (argument, index) => index < 2 && valueOf(argument, scope).node.type === 'ArrayExpression',
      )
      if (position < 0) continue
      const { deps, computed } = literalsOf(valueOf(node.arguments[position] as Node, scope).node)
      const call = {
        start: node.start,
        end: node.end,
        deps,
        computed,
        errback: node.arguments.length > position + 2,
        local:
          callee.type === 'Identifier' && lookup(callee.name, scope)?.scope.parent !== undefined,
      }
      if (immediate.has(scope.node)) requires.push(call)
      else nested.push(call)
    }
  }
  for (const { name, node, scope } of scoped.objects) {
    if ((name === 'require' || name === 'requirejs') && scope === scoped.program) {
      configs.push(configFrom(node, code, scope))
    }
  }
  return { requires, nested, toUrls, configs }
}
