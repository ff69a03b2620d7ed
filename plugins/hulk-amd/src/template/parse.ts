import { TemplateError } from '../error.ts'
import type { Token } from './scan.ts'

/** A token with what stands inside it. */
export interface Node extends Token {
  /** The content of a section, inverted section, parent or block. */
  nodes?: Node[] | undefined
  /** Where the closing tag begins. */
  closeEdge?: number
  /** Of a line's end: does the next line begin with nothing but its end? (Then no indentation follows.) */
  last?: boolean
  /** Of a block: has its content lost its indentation? */
  alone?: boolean
}

/** Deeper than any template is; parsers of the generated code run out of stack somewhere above it. */
const MAX_DEPTH = 400

const OPENERS = new Set(['#', '^', '<', '$'])
const ALLOWED_IN_PARENT = new Set(['_t', '\n', '$', '/'])

/** A variable that opens a section: `{{_foo}}…{{/foo}}` with `{ o: '_foo', c: 'foo' }`. */
export interface SectionTag {
  readonly o: string
  readonly c: string
}

/**
 * Makes the tree of a template.
 *
 * @param tokens From `scan`; they become the tree's nodes.
 * @param sectionTags hogan.js's option of that name.
 * @throws {@link TemplateError} for sections that do not match, are not closed or not opened, for content that a parent
 *   tag cannot hold, and for nesting deeper than 400 levels.
 */
export function parse(tokens: readonly Token[], sectionTags: readonly SectionTag[] = []): Node[] {
  const root: Node[] = []
  const stack: { opener: Node; list: Node[] }[] = []
  let list = root
  for (let at = 0; at < tokens.length; at++) {
    let node = tokens[at] as Node
    if (node.type === '_v' && sectionTags.some(({ o }) => o === node.text)) {
      node = { ...node, type: '#' }
    }
    const parent = stack.at(-1)?.opener
    if (parent?.type === '<' && !ALLOWED_IN_PARENT.has(node.type)) {
      const message = `{{<${parent.text}}} can hold blocks ({{$name}}) and text only, not {{${sign(node)}${node.text}}}`
      throw new TemplateError('HULK_AMD_ILLEGAL_CONTENT', message, node.start)
    }
    if (node.type === '/') {
      const top = stack.pop()
      if (!top) {
        const message = `{{/${node.text}}} closes a section that was not opened`
        throw new TemplateError('HULK_AMD_STRAY_CLOSE', message, node.start)
      }
      const { text } = top.opener
      if (text !== node.text && !sectionTags.some(({ o, c }) => o === text && c === node.text)) {
        const message = `{{/${node.text}}} closes {{${sign(top.opener)}${top.opener.text}}}`
        throw new TemplateError('HULK_AMD_SECTION_MISMATCH', message, node.start)
      }
      top.opener.closeEdge = node.edge
      list = top.list
      continue
    }
    list.push(node)
    if (node.type === '\n') {
      const next = tokens[at + 1]
      node.last = !next || next.type === '\n'
    } else if (OPENERS.has(node.type)) {
      if (stack.length === MAX_DEPTH) {
        const message = `Sections are nested deeper than ${MAX_DEPTH} levels`
        throw new TemplateError('HULK_AMD_TOO_DEEP', message, node.start)
      }
      stack.push({ opener: node, list })
      list = node.nodes = []
    }
  }
  const open = stack.at(-1)?.opener
  if (open) {
    const message = `{{${sign(open)}${open.text}}} is not closed: no {{/${open.text}}} follows`
    throw new TemplateError('HULK_AMD_UNCLOSED_SECTION', message, open.start)
  }
  return root
}

function sign(node: Node): string {
  return node.type === '_v' ? '' : node.type
}
