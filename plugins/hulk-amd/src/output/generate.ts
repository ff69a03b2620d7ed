import { Code } from './code.ts'
import type { Node } from '../template/index.ts'

/** Gives code that is the template of a partial, or undefined. */
export type Link = (name: string) => string | undefined

interface Partial {
  readonly name: string
  partials: Record<string, Partial>
  subs: Record<string, Code>
}

/** One function body under construction. */
interface Scope {
  readonly code: Code
  readonly partials: Record<string, Partial>
  readonly subs: Record<string, Code>
  readonly prefix: string
  readonly inParent: boolean
}

/**
 * Generates the object literal that `new Hogan.Template(…)` takes: `{code: function (c,p,i) {…},partials: {…}, subs: {…}}`.
 * It is byte for byte what hogan.js 3.0.2 writes with `asString`, but that delimiters and indentation are escaped like
 * all other text (in hogan.js they can end the string they stand in).
 *
 * @param link Adds a member `t` to partials, which hogan.js does not know.
 * @param code What stands before.
 */
export function generate(
  tree: readonly Node[],
  link: Link = () => undefined,
  code: Code = new Code(),
): Code {
  code.text += '{code: function (c,p,i) { var t=this;t.b(i=i||"");'
  const main: Scope = { code, partials: {}, subs: {}, prefix: '', inParent: false }
  new Generator().walk(tree, main)
  code.text += 'return t.fl(); },'
  writePartials(code, main.partials, main.subs, link)
  code.text += '}'
  return code
}

class Generator {
  serial = 0

  walk(nodes: readonly Node[], scope: Scope): void {
    for (const node of nodes) this.node(node, scope)
  }

  node(node: Node, scope: Scope): void {
    const { code } = scope
    switch (node.type) {
      case '_t':
        code.mark(node.start)
        code.text += `t.b("${escape(node.text)}");`
        break
      case '\n':
        code.mark(node.start)
        code.text += node.last ? 't.b("\\n");' : 't.b("\\n" + i);'
        break
      case '_v':
        code.mark(node.start)
        code.text += `t.b(t.v(${lookup(node.text, 0)}));`
        break
      case '{':
      case '&':
        code.mark(node.start)
        code.text += `t.b(t.t(${lookup(node.text, 0)}));`
        break
      case '#':
        this.section(node, scope)
        break
      case '^':
        code.mark(node.start)
        code.text += `if(!t.s(${lookup(node.text, 1)},c,p,1,0,0,"")){`
        this.walk(node.nodes ?? [], scope)
        code.text += '};'
        break
      case '>':
        this.partial(node, scope)
        break
      case '<':
        this.parent(node, scope)
        break
      case '$':
        this.block(node, scope)
        break
      default: // comments leave nothing; closing tags are no nodes
    }
  }

  section(node: Node, scope: Scope): void {
    const { code } = scope
    const place = `${node.edge},${node.closeEdge},"${escape(node.open)} ${escape(node.close)}"`
    code.mark(node.start)
    code.text += `if(t.s(${lookup(node.text, 1)},c,p,0,${place})){t.rs(c,p,function(c,p,t){`
    this.walk(node.nodes ?? [], scope)
    code.text += '});c.pop();}'
  }

  partial(node: Node, { code, partials, prefix }: Scope): Partial {
    const symbol = `<${prefix}${node.text}${this.serial++}`
    const partial: Partial = { name: node.text, partials: {}, subs: {} }
    partials[symbol] = partial
    code.mark(node.start)
    code.text += `t.b(t.rp("${escape(symbol)}",c,p,"${escape(node.indent ?? '')}"));`
    return partial
  }

  parent(node: Node, scope: Scope): void {
    const inner: Scope = { code: new Code(), partials: {}, subs: {}, prefix: '', inParent: true }
    this.walk(node.nodes ?? [], inner)
    const partial = this.partial(node, scope)
    partial.subs = inner.subs
    partial.partials = inner.partials
  }

  block(node: Node, scope: Scope): void {
    const { partials } = scope
    const inner: Scope = {
      code: new Code(),
      partials,
      subs: {},
      prefix: node.text,
      inParent: false,
    }
    this.walk(node.nodes ?? [], inner)
    // hogan.js assigns a string there, which leaves no trace.
    if (node.text !== '__proto__') scope.subs[node.text] = inner.code
    if (scope.inParent) return
    scope.code.mark(node.start)
    scope.code.text += `t.sub("${escape(node.text)}",c,p,i);`
  }
}

function lookup(name: string, section: 0 | 1): string {
  return `t.${name.includes('.') ? 'd' : 'f'}("${escape(name)}",c,p,${section})`
}

function writePartials(
  code: Code,
  partials: Readonly<Record<string, Partial>>,
  subs: Readonly<Record<string, Code>>,
  link: Link,
): void {
  code.text += 'partials: {'
  let between = ''
  for (const symbol in partials) {
    const partial = partials[symbol] as Partial
    const linked = link(partial.name)
    code.text += `${between}"${escape(symbol)}":{name:"${escape(partial.name)}", `
    if (linked) code.text += `t:${linked}, `
    writePartials(code, partial.partials, partial.subs, link)
    code.text += '}'
    between = ','
  }
  code.text += '}, subs: { '
  between = ''
  for (const name in subs) {
    code.text += `${between}"${escape(name)}": function(c,p,t,i) {`
    code.add(subs[name] as Code)
    code.text += '}'
    between = ','
  }
  code.text += ' }'
}

/** hogan.js's escaping, which leaves all line and paragraph separators but the first: they are legal since ES2019. */
function escape(text: string): string {
  // Most texts are names: a loop is over before a regular expression has begun.
  for (let at = 0; at < text.length; at++)
    if (isSpecial(text.charCodeAt(at))) return escapeAll(text)
  return text
}

/** A quote, a backslash, or the end of a line. */
function isSpecial(code: number): boolean {
  return (
    code === 34 || code === 92 || code === 10 || code === 13 || code === 0x2028 || code === 0x2029
  )
}

function escapeAll(text: string): string {
  let out = text
  if (out.includes('\\')) out = out.replaceAll('\\', '\\\\')
  if (out.includes('"')) out = out.replaceAll('"', '\\"')
  if (out.includes('\n')) out = out.replaceAll('\n', '\\n')
  if (out.includes('\r')) out = out.replaceAll('\r', '\\r')
  return out.replace('\u2028', '\\u2028').replace('\u2029', '\\u2029')
}
