/**
 * Compiles templates in the browser without `eval`: the tree is walked at each render. For lambdas that take text and
 * for partials given as text.
 */
import { parse, type Node } from '../parse.ts'
import { scan } from '../scan.ts'
import { Template, type CodeObject, type Compiler, type TemplateOptions } from './template.ts'

type Step = (t: Template, c: unknown[], p: Record<string, unknown>, i: string) => void
type Descriptors = NonNullable<CodeObject['partials']>
type Subs = NonNullable<CodeObject['subs']>

interface Scope {
  readonly partials: Descriptors
  readonly subs: Subs
  readonly prefix: string
  readonly inParent: boolean
}

/** The compiler that templates of ES modules carry. */
export const compiler: Compiler = {
  compile(text: string, options: TemplateOptions = {}): Template {
    // The options at this moment: a lambda's delimiters are in force only while it runs.
    const tree = parse(scan(text, options.delimiters))
    const scope: Scope = { partials: {}, subs: {}, prefix: '', inParent: false }
    const body = new Builder().steps(tree, scope)
    const code: CodeObject = {
      code(c, p, i = '') {
        this.b(i)
        body(this, c, p, i)
        return this.fl()
      },
      partials: scope.partials,
      subs: scope.subs,
    }
    return new Template(code, text, compiler, options)
  },
}

class Builder {
  serial = 0

  steps(nodes: readonly Node[], scope: Scope): Step {
    const steps = nodes.map((node) => this.step(node, scope)).filter((step) => step !== undefined)
    return (t, c, p, i) => {
      for (const step of steps) step(t, c, p, i)
    }
  }

  step(node: Node, scope: Scope): Step | undefined {
    const { text } = node
    const key = text.includes('.') ? 'd' : 'f'
    switch (node.type) {
      case '_t':
        return (t) => t.b(text)
      case '\n':
        return (t, _c, _p, i) => t.b(node.last ? '\n' : `\n${i}`)
      case '_v':
        return (t, c, p) => t.b(t.v(t[key](text, c, p, 0)))
      case '{':
      case '&':
        return (t, c, p) => t.b(t.t(t[key](text, c, p, 0)))
      case '#': {
        const inner = this.steps(node.nodes ?? [], scope)
        const tags = `${node.open} ${node.close}`
        return (t, c, p, i) => {
          if (!t.s(t[key](text, c, p, 1), c, p, 0, node.edge, node.closeEdge, tags)) return
          t.rs(c, p, (c2, p2, t2) => inner(t2, c2, p2, i))
          c.pop()
        }
      }
      case '^': {
        const inner = this.steps(node.nodes ?? [], scope)
        return (t, c, p, i) => {
          if (!t.s(t[key](text, c, p, 1), c, p, 1, 0, 0, '')) inner(t, c, p, i)
        }
      }
      case '>':
        return this.partial(node, scope, {}, {})
      case '<': {
        const inner: Scope = { partials: {}, subs: {}, prefix: '', inParent: true }
        this.steps(node.nodes ?? [], inner)
        return this.partial(node, scope, inner.partials, inner.subs)
      }
      case '$': {
        const inner: Scope = { partials: scope.partials, subs: {}, prefix: text, inParent: false }
        const body = this.steps(node.nodes ?? [], inner)
        scope.subs[text] = (c, p, t, i = '') => body(t, c, p, i)
        return scope.inParent ? undefined : (t, c, p, i) => t.sub(text, c, p, i)
      }
      default:
        return undefined
    }
  }

  partial(node: Node, scope: Scope, partials: Descriptors, subs: Subs): Step {
    const symbol = `<${scope.prefix}${node.text}${this.serial++}`
    scope.partials[symbol] = { name: node.text, partials, subs }
    return (t, c, p) => t.b(t.rp(symbol, c, p, node.indent ?? ''))
  }
}
