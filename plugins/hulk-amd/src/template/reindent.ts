import type { Node } from './parse.ts'

/**
 * Takes blocks out of their lines, as the specification asks: a block whose opening tag ends its line loses the indentation
 * of its first line, which becomes the indentation of the place where it stands.
 *
 * @param text The template.
 */
export function reindent(nodes: readonly Node[], text: string): Node[] {
  return nodes.map((node) => {
    if (!node.nodes) return node
    const inner = reindent(node.nodes, text)
    const line = node.type === '$' ? lineAfter(node, text) : undefined
    if (line === undefined) return { ...node, nodes: inner }
    const indent = /^[^\S\n]*/.exec(text.slice(line))?.[0] ?? ''
    const dedented = inner.map((one) => dedent(one, indent, text))
    return {
      ...node,
      nodes: dedented,
      indent: inner.length > 0 ? indent : node.indent,
      alone: true,
    }
  })
}

/** Where the line after an opening tag begins, if nothing else follows the tag in its own. */
function lineAfter({ edge, closeEdge = edge }: Node, text: string): number | undefined {
  const end = text.indexOf('\n', edge)
  return end < 0 || end >= closeEdge || text.slice(edge, end).trim() !== '' ? undefined : end + 1
}

function dedent(node: Node, indent: string, text: string): Node {
  const { type, start, nodes } = node
  if (type === '_t') {
    return start > 0 && text[start - 1] === '\n'
      ? { ...node, text: without(node.text, indent) }
      : node
  }
  return {
    ...node,
    indent: node.indent === undefined ? undefined : without(node.indent, indent),
    // What has lost its indentation already, and the arguments of parents, are not of these lines.
    nodes: node.alone || type === '<' ? nodes : nodes?.map((one) => dedent(one, indent, text)),
  }
}

function without(text: string, indent: string): string {
  return text.startsWith(indent) ? text.slice(indent.length) : text
}
