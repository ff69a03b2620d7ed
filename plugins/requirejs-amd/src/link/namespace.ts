/** `namespace`: `define`, `require` and `requirejs` as properties of an object, so that the page's own are left alone. */
import { parseSync } from 'vite'
import type { LinkInput } from './index.ts'
import type { Part } from './map.ts'
import { lookup, scan, type Node, type Scope } from '../module/scope.ts'
import { definesLoader } from '../module/amd-loader.ts'

const NAMES: ReadonlySet<string> = new Set(['define', 'require', 'requirejs'])

interface Insertion {
  readonly at: number
  readonly text: string
}

/**
 * Renames the page's functions in what is to be linked.
 *
 * @param inputs The inputs.
 * @param namespace The object's name.
 * @returns Inputs that know the page's functions by the object only.
 */
export function namespaced(inputs: readonly LinkInput[], namespace: string): readonly LinkInput[] {
  return inputs.map((input) => {
    if (input.kind === 'text') return { ...input, parts: renamed(input.parts, namespace, '') }
    const { before } = input
    return {
      ...input,
      factory: renamed(input.factory, namespace, '('),
      before: before && joined(renamed([before], namespace, '')),
    }
  })
}

/** A prelude stays one part: what it says of its origin is lost where it was changed. */
function joined(parts: readonly Part[]): Part {
  const [first] = parts
  if (parts.length === 1 && first) return first
  return { text: parts.map(({ text }) => text).join(''), origin: undefined }
}

function renamed(parts: readonly Part[], namespace: string, open: string): readonly Part[] {
  const code = parts.map(({ text }) => text).join('')
  if (!/\b(?:define|require|requirejs)\b/.test(code)) return parts
  if (open === '' && definesLoader(code)) return loaderIn(parts, namespace)
  const { program, errors } = parseSync('part.js', open === '' ? code : `${open}${code})`, {
    sourceType: 'script',
    preserveParens: false,
  })
  // The minifier tells what is wrong, and where.
  if (errors.length > 0) return parts
  return inserted(parts, freeNames(program, namespace, open.length))
}

/** require.js or almond: it keeps its own names, which are then put into the object. */
function loaderIn(parts: readonly Part[], namespace: string): readonly Part[] {
  const own = (text: string): Part => ({ text, origin: undefined })
  return [
    own(
      `var ${namespace};(function(){if(!${namespace}||!${namespace}.requirejs){` +
        `if(!${namespace}){${namespace}={}}else{require=${namespace}}\n`,
    ),
    ...parts,
    own(
      `\n;${namespace}.requirejs=requirejs;${namespace}.require=require;${namespace}.define=define}})();\n`,
    ),
  ]
}

/** Where names of the page's functions stand that no scope declares. */
function freeNames(program: Node, namespace: string, shift: number): readonly Insertion[] {
  const { scopes, program: top } = scan(program as Parameters<typeof scan>[0])
  const found: Insertion[] = []
  const visit = (node: Node, scope: Scope, parent: Node | undefined): void => {
    const own = (scopes as ReadonlyMap<Node, Scope>).get(node) ?? scope
    if (node.type === 'Identifier' && NAMES.has(node.name) && isReference(node, parent)) {
      if (lookup(node.name, scope) === undefined) {
        const shorthand = parent?.type === 'Property' && parent.shorthand
        found.push({
          at: node.start - shift,
          text: `${shorthand ? `${node.name}:` : ''}${namespace}.`,
        })
      }
      return
    }
    for (const [key, value] of Object.entries(node) as [string, unknown][]) {
      // The key of a shorthand property is its value.
      if (key === 'key' && node.type === 'Property' && !node.computed) continue
      for (const child of Array.isArray(value) ? (value as unknown[]) : [value]) {
        if (isNode(child)) visit(child, own, node)
      }
    }
  }
  visit(program, top, undefined)
  return found.sort((a, b) => a.at - b.at)
}

function isReference(node: Node, parent: Node | undefined): boolean {
  switch (parent?.type) {
    case 'MemberExpression':
      return parent.object === node || parent.computed
    case 'LabeledStatement':
    case 'BreakStatement':
    case 'ContinueStatement':
    case 'MethodDefinition':
    case 'PropertyDefinition':
      return false
    default:
      return true
  }
}

function inserted(parts: readonly Part[], insertions: readonly Insertion[]): readonly Part[] {
  const out: Part[] = []
  let start = 0
  let next = 0
  for (const { text, origin } of parts) {
    let from = 0
    for (; next < insertions.length; next++) {
      const insertion = insertions[next]
      if (insertion === undefined || insertion.at >= start + text.length) break
      const at = insertion.at - start
      if (at > from) out.push(slice(text, origin, from, at))
      out.push({ text: insertion.text, origin: undefined })
      from = at
    }
    if (from < text.length) out.push(slice(text, origin, from, text.length))
    start += text.length
  }
  return out
}

function slice(text: string, origin: Part['origin'], from: number, to: number): Part {
  const moved = origin && { ...origin, offset: origin.offset + from }
  return { text: text.slice(from, to), origin: moved }
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value
}
