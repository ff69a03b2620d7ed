import type { Node } from '../template/index.ts'

/** What a template does with a name, gathered from all its tags. */
interface Shape {
  /** Is it written as text? */
  text: boolean
  /** Is it a section, and what does the section's content ask of it? */
  section?: Shape
  /** Is it used as an inverted section? */
  inverted: boolean
  /** Is it always looked up, not only inside a section whose value may have it? */
  outside: boolean
  readonly keys: Map<string, Shape>
}

/**
 * The TypeScript declaration of a template's module: the type of its context, inferred from its tags. A name inside a
 * section may come from the section's value or from any context around it, so it is optional in both.
 *
 * @param tree The template.
 * @param partials Import specifiers of the partials found, by name; their contexts are parts of this one.
 * @param open May the context have any other names? (So it is when a partial includes this template again.)
 */
export function contextType(
  tree: readonly Node[],
  partials: ReadonlyMap<string, string>,
  open: boolean,
): string {
  const root = newShape()
  gather(tree, [root])
  const parts = [printShape(root, '')]
  const lines = ['// Made from the template beside it; do not edit.']
  let index = 0
  for (const specifier of partials.values()) {
    lines.push(`import type { Context as Partial${index} } from ${JSON.stringify(specifier)}`)
    parts.push(`Partial<Partial${index}>`)
    index++
  }
  if (open) parts.push('{ readonly [name: string]: unknown }')
  lines.push(
    "import type { Template } from '@kovu/hulk-amd/runtime'",
    '',
    `export type Context = ${parts.join(' & ')}`,
    '',
    "declare const template: Omit<Template, 'render'> & {",
    '  render(context?: Context, partials?: Record<string, unknown>, indent?: string): string',
    '}',
    "export { template as default, template as 'module.exports' }",
    '',
  )
  return lines.join('\n')
}

function newShape(): Shape {
  return { text: false, inverted: false, outside: false, keys: new Map() }
}

function gather(nodes: readonly Node[], stack: readonly Shape[]): void {
  for (const node of nodes) {
    const { type, text, nodes: inner = [] } = node
    if (type === '_v' || type === '{' || type === '&') find(text, stack).text = true
    else if (type === '^') {
      find(text, stack).inverted = true
      gather(inner, stack)
    } else if (type === '#') {
      const shape = find(text, stack)
      shape.section ??= newShape()
      gather(inner, text === '.' ? stack : [...stack, shape.section])
    } else {
      gather(inner, stack)
    }
  }
}

/** The shape of a name: a key of every context on the stack, since any of them may have it. */
function find(name: string, stack: readonly Shape[]): Shape {
  const top = stack.at(-1) as Shape
  if (name === '.') return top
  const words = name.split('.')
  const first = words[0] as string
  const shape = keyOf(top, first)
  if (stack.length === 1) shape.outside = true
  // A section's content is looked up further out when the section's value does not have it.
  for (const outer of stack.slice(0, -1)) outer.keys.set(first, outer.keys.get(first) ?? shape)
  return words.slice(1).reduce((at, word) => {
    at.section ??= newShape()
    return keyOf(at.section, word)
  }, shape)
}

function keyOf(shape: Shape, key: string): Shape {
  const known = shape.keys.get(key)
  if (known) return known
  const made = newShape()
  shape.keys.set(key, made)
  return made
}

function printShape(shape: Shape, indent: string): string {
  if (shape.keys.size === 0) return '{}'
  const inner = `${indent}  `
  const lines = [...shape.keys].map(
    ([key, value]) => `${inner}${JSON.stringify(key)}?: ${printValue(value, inner)}`,
  )
  return `{\n${lines.join('\n')}\n${indent}}`
}

function printValue({ text, section, inverted }: Shape, indent: string): string {
  const kinds = new Set<string>()
  if (text) kinds.add('string').add('number').add('boolean')
  if (section) {
    const plain = section.keys.size === 0
    const item = plain ? 'unknown' : printShape(section, indent)
    if (plain) return 'unknown'
    kinds.add(item).add(`readonly (${item})[]`).add('boolean')
  } else if (inverted) return 'unknown'
  const union = [...kinds].join(' | ') || 'unknown'
  return union === 'unknown' ? union : `${union} | null | (() => unknown)`
}
