import { Code } from './code.ts'
import type { Node } from '../template/index.ts'
import type { Place } from '../runtime/code.ts'

/**
 * Writes a tree as one string that `unpack` of the runtime reads: a separator, then text and tags in turn, with the
 * separator between them. A tag is the white space before it, its sign (`#`, `^`, `$`, `<`, `>`, `&`, `/` or none), and its name:
 * `Hello {{name}}{{#a}} and {{{b}}}{{/a}}` is `|Hello |name||#a| and |&b||/|`.
 *
 * @param tree The template.
 * @param text Its text, which must not hold the separator.
 * @param places Filled with the place of each section, in the order of their opening tags.
 * @param spec Is it for those who read the specification, whose lines are indented by other rules?
 */
export function pack(
  tree: readonly Node[],
  text: string,
  { places = [], spec = false }: { places?: Place[]; spec?: boolean } = {},
): Code {
  let code = 0x7c
  while (text.includes(String.fromCharCode(code))) code++
  const packer = new Packer(String.fromCharCode(code), places, spec)
  packer.walk(tree)
  if (!spec) packer.endLine()
  return packer.out
}

class Packer {
  readonly spec: boolean
  readonly separator: string
  readonly places: Place[]
  readonly out: Code
  /** Was the last thing written a line's end, after which indentation follows or does not? */
  line: 'indented' | 'plain' | undefined

  constructor(separator: string, places: Place[], spec: boolean) {
    this.spec = spec
    this.separator = separator
    this.places = places
    this.out = new Code(separator)
  }

  walk(nodes: readonly Node[]): void {
    for (const node of nodes) this.node(node)
  }

  node(node: Node): void {
    const { out } = this
    const { text, nodes = [] } = node
    switch (node.type) {
      case '_t':
        out.mark(node.start)
        out.text += text
        this.line = undefined
        break
      case '\n':
        // Of two line ends in a row, the runtime takes the first for one without indentation.
        if (this.line === 'indented' && !this.spec) this.tag(node, '', '')
        out.mark(node.start)
        out.text += '\n'
        this.line = node.last ? 'plain' : 'indented'
        break
      case '_v':
        this.tag(node, '', /^[#^$<>&/=]|^$/.test(text) ? `=${text}` : text)
        break
      case '{':
      case '&':
        this.tag(node, '', `&${text}`)
        break
      case '#':
        this.places.push([node.edge, node.closeEdge ?? 0, `${node.open} ${node.close}`])
        this.section(node, nodes)
        break
      case '<':
        // Only the blocks of what stands inside a parent are ever seen.
        this.section(
          node,
          nodes.filter(({ type }) => type === '$'),
        )
        break
      case '^':
      case '$':
        this.section(node, nodes)
        break
      case '>':
        this.tag(node, node.indent, `>${text}`)
        break
      default: // comments leave nothing; closing tags are no nodes
    }
  }

  section(node: Node, nodes: readonly Node[]): void {
    this.tag(node, node.indent, `${node.type}${node.text}`)
    this.walk(nodes)
    this.tag(undefined, '', '/')
  }

  tag(node: Node | undefined, indent: string | undefined, text: string): void {
    this.line = undefined
    if (node) this.out.mark(node.start)
    this.out.text += `${this.separator}${indent ?? ''}${text}${this.separator}`
  }

  /** The end of a template: a line's end there is indented or not, as hogan.js would have it. */
  endLine(): void {
    if (this.line === 'indented') this.tag(undefined, '', '')
    if (this.line !== 'plain') return
    const end = /\n+$/.exec(this.out.text)?.[0] ?? ''
    this.out.text = this.out.text.slice(0, -end.length)
    this.tag(undefined, end, '')
  }
}
