import type { Node } from './parse.ts'

/** Code in pieces: a string is code, a number says which offset of the template the code after it comes from. */
export type Pieces = (string | number)[]

/** What `generate` makes apart from hogan.js's own text. */
export interface Style {
  /** Joins neighbouring writes into one and uses the runtime's shorter calls, which hogan.js does not have. */
  readonly compact: boolean
  /** Leaves out where a section's text stands, which only lambdas ask for. */
  readonly plainSections: boolean
  /** Code that gives the template of a partial, or undefined. */
  readonly link: (name: string) => string | undefined
}

/** The text that `Hogan.compile(text, { asString: true })` gives. */
export const HOGAN: Style = { compact: false, plainSections: false, link: () => undefined }

interface Partial {
  readonly name: string
  partials: Record<string, Partial>
  subs: Record<string, Pieces>
}

/** One function body under construction. */
class Scope {
  readonly code: Pieces = []
  readonly subs: Record<string, Pieces> = {}
  readonly partials: Record<string, Partial>
  readonly prefix: string
  readonly inParent: boolean
  /** Expressions of a write not yet finished, when writes are merged. */
  pending: Pieces = []
  /** The string literal under construction, escaped, without its quotes. */
  literal: string | undefined

  constructor(partials: Record<string, Partial>, prefix = '', inParent = false) {
    this.partials = partials
    this.prefix = prefix
    this.inParent = inParent
  }
}

/**
 * Generates the object literal that `new Hogan.Template(…)` takes: `{code: function (c,p,i) {…},partials: {…}, subs: {…}}`.
 * With {@link HOGAN} it is byte for byte what hogan.js 3.0.2 writes, but that delimiters and indentation are escaped
 * like all other text (in hogan.js they can end the string they stand in).
 */
export function generate(tree: readonly Node[], style: Style = HOGAN): Pieces {
  const main = new Scope({})
  new Generator(style).walk(tree, main)
  const out: Pieces = ['{code: function (c,p,i) { var t=this;t.b(i=i||"");']
  append(out, main.code)
  out.push('return t.fl(); },')
  writePartials(out, main.partials, main.subs, style)
  out.push('}')
  return out
}

class Generator {
  readonly style: Style
  serial = 0

  constructor(style: Style) {
    this.style = style
  }

  walk(nodes: readonly Node[], scope: Scope): void {
    for (const node of nodes) this.node(node, scope)
    flush(scope)
  }

  node(node: Node, scope: Scope): void {
    switch (node.type) {
      case '_t':
        this.literal(node, node.text, scope)
        break
      case '\n':
        this.newline(node, scope)
        break
      case '_v':
        this.variable(node, 't.v', 't.e', scope)
        break
      case '{':
      case '&':
        this.variable(node, 't.t', 't.u', scope)
        break
      case '#':
        this.section(node, scope)
        break
      case '^':
        this.inverted(node, scope)
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

  variable(node: Node, method: string, short: string, scope: Scope): void {
    const { compact } = this.style
    const code = compact
      ? `${short}("${escape(node.text)}",c,p)`
      : `${method}(${lookup(node.text, 0)})`
    this.write(node, code, scope)
  }

  literal(node: Node, text: string, scope: Scope): void {
    if (!this.style.compact) {
      scope.code.push(node.start, `t.b("${escape(text)}");`)
      return
    }
    if (scope.literal === undefined) scope.pending.push(node.start)
    scope.literal = (scope.literal ?? '') + escapeAll(text)
  }

  newline(node: Node, scope: Scope): void {
    if (!this.style.compact) {
      scope.code.push(node.start, node.last ? 't.b("\\n");' : 't.b("\\n" + i);')
      return
    }
    this.literal(node, '\n', scope)
    if (!node.last) this.write(node, 'i', scope)
  }

  write(node: Node, expression: string, scope: Scope): void {
    if (!this.style.compact) {
      scope.code.push(node.start, `t.b(${expression});`)
      return
    }
    endLiteral(scope)
    scope.pending.push(node.start, expression)
  }

  section(node: Node, scope: Scope): void {
    flush(scope)
    const place = this.style.plainSections
      ? ''
      : `,${node.edge},${node.closeEdge},"${escape(node.open)} ${escape(node.close)}"`
    const { compact } = this.style
    const test = `if(t.s(${lookup(node.text, 1)},c,p,0${place})){`
    const short = `t.n("${escape(node.text)}",c,p,(c,p,t)=>{`
    scope.code.push(node.start, compact ? short : `${test}t.rs(c,p,function(c,p,t){`)
    this.walk(node.nodes ?? [], scope)
    scope.code.push(compact ? `}${place});` : '});c.pop();}')
  }

  inverted(node: Node, scope: Scope): void {
    flush(scope)
    const { compact } = this.style
    const test = `if(!t.s(${lookup(node.text, 1)},c,p,1,0,0,"")){`
    scope.code.push(node.start, compact ? `if(t.o("${escape(node.text)}",c,p)){` : test)
    this.walk(node.nodes ?? [], scope)
    scope.code.push(compact ? '}' : '};')
  }

  partial(node: Node, scope: Scope): Partial {
    const symbol = `<${scope.prefix}${node.text}${this.serial++}`
    const partial: Partial = { name: node.text, partials: {}, subs: {} }
    scope.partials[symbol] = partial
    this.write(node, `t.rp("${escape(symbol)}",c,p,"${escape(node.indent ?? '')}")`, scope)
    return partial
  }

  parent(node: Node, scope: Scope): void {
    const inner = new Scope({}, '', true)
    this.walk(node.nodes ?? [], inner)
    const partial = this.partial(node, scope)
    partial.subs = inner.subs
    partial.partials = inner.partials
  }

  block(node: Node, scope: Scope): void {
    const inner = new Scope(scope.partials, node.text)
    this.walk(node.nodes ?? [], inner)
    // hogan.js assigns a string there, which leaves no trace.
    if (node.text !== '__proto__') scope.subs[node.text] = inner.code
    if (scope.inParent) return
    flush(scope)
    scope.code.push(node.start, `t.sub("${escape(node.text)}",c,p,i);`)
  }
}

function endLiteral(scope: Scope): void {
  if (scope.literal !== undefined) scope.pending.push(`"${scope.literal}"`)
  scope.literal = undefined
}

/** Ends the write under construction. */
function flush(scope: Scope): void {
  if (scope.pending.length === 0) return
  endLiteral(scope)
  let between = 't.b('
  for (const piece of scope.pending) {
    if (typeof piece === 'number') scope.code.push(between, piece)
    else scope.code.push(piece)
    between = '+'
  }
  scope.code.push(');')
  scope.pending = []
}

function lookup(name: string, section: 0 | 1): string {
  return `t.${name.includes('.') ? 'd' : 'f'}("${escape(name)}",c,p,${section})`
}

function writePartials(
  out: Pieces,
  partials: Readonly<Record<string, Partial>>,
  subs: Readonly<Record<string, Pieces>>,
  style: Style,
): void {
  const { compact } = style
  let between = ''
  if (!compact || hasKeys(partials)) {
    out.push('partials: {')
    for (const symbol in partials) {
      const partial = partials[symbol] as Partial
      const link = style.link(partial.name)
      out.push(`${between}"${escape(symbol)}":{name:"${escape(partial.name)}", `)
      if (link) out.push(`t:${link}, `)
      writePartials(out, partial.partials, partial.subs, style)
      out.push('}')
      between = ','
    }
    out.push(compact ? '},' : '}, ')
  }
  if (compact && !hasKeys(subs)) return
  out.push('subs: { ')
  between = ''
  for (const name in subs) {
    out.push(`${between}"${escape(name)}": function(c,p,t,i) {`)
    append(out, subs[name] as Pieces)
    out.push('}')
    between = ','
  }
  out.push(' }')
}

function hasKeys(object: object): boolean {
  return Object.keys(object).length > 0
}

function append(out: Pieces, pieces: Pieces): void {
  for (const piece of pieces) out.push(piece)
}

const NEEDS_ESCAPE = /[\\"\n\r\u2028\u2029]/

/** hogan.js's escaping, which leaves all line and paragraph separators but the first: they are legal since ES2019. */
function escape(text: string): string {
  if (!NEEDS_ESCAPE.test(text)) return text
  let out = text
  if (out.includes('\\')) out = out.replaceAll('\\', '\\\\')
  if (out.includes('"')) out = out.replaceAll('"', '\\"')
  if (out.includes('\n')) out = out.replaceAll('\n', '\\n')
  if (out.includes('\r')) out = out.replaceAll('\r', '\\r')
  return out.replace('\u2028', '\\u2028').replace('\u2029', '\\u2029')
}

function escapeAll(text: string): string {
  return escape(text).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')
}
