/**
 * What compiled templates run on in the browser: the semantics of hogan.js 3.0.2's `Hogan.Template`, in strict mode
 * and without a compiler (so no `eval` is needed). The one-letter names are the interface of the generated code.
 */

import type {
  Code,
  CodeObject,
  Compiler,
  Context,
  Descriptor,
  Partials,
  Section,
  Sub,
  TemplateOptions,
} from './code.ts'

export type { CodeObject, Compiler, TemplateOptions } from './code.ts'

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  "'": '&#39;',
  '"': '&quot;',
}
const { isArray } = Array

function toText(value: unknown): string {
  // oxlint-disable-next-line no-base-to-string -- templates write whatever they are given
  return String(value ?? '')
}

function isFunction(value: unknown): value is (this: unknown, text?: string) => unknown {
  return typeof value === 'function'
}

/** A compiled template. */
export class Template {
  declare r: Code
  declare c: Compiler | undefined
  declare options: TemplateOptions
  declare text: string
  declare partials: Record<string, Descriptor>
  declare subs: Record<string, Sub>
  declare buf: string
  declare activeSub: string | false | undefined
  declare stackSubs: Record<string, Sub> | undefined
  declare stackPartials: Record<string, Descriptor> | undefined
  declare subsText: Record<string, string> | undefined

  constructor(
    code: CodeObject = {},
    text = '',
    compiler?: Compiler,
    options: TemplateOptions = {},
  ) {
    if (code.code) this.r = code.code
    this.c = compiler
    this.options = options
    this.text = text
    this.partials = code.partials ?? {}
    this.subs = code.subs ?? {}
    this.buf = ''
  }

  /** The template's text for a context. Partials given here win over imported ones. */
  render(context?: unknown, partials?: Partials, indent?: string): string {
    // A render that threw, or one inside a lambda of the same template, must not see foreign text.
    const outer = this.buf
    this.buf = ''
    try {
      return this.ri([context], partials ?? {}, indent)
    } finally {
      this.buf = outer
    }
  }

  /** Renders with a stack of contexts. */
  ri(context: Context, partials: Partials, indent?: string): string {
    return this.r(context, partials, indent)
  }

  /** Escapes a value. */
  v(value: unknown): string {
    return toText(value).replace(/[&<>'"]/g, (char) => ENTITIES[char] as string)
  }

  /** A value as it is. */
  t(value: unknown): string {
    return toText(value)
  }

  /** Writes. */
  b(text: string): void {
    this.buf += text
  }

  /** Gives what was written. */
  fl(): string {
    const text = this.buf
    this.buf = ''
    return text
  }

  /** The template of a partial, made once for each base template. */
  ep(symbol: string, partials: Partials): Template | null {
    const partial = this.partials[symbol] as Descriptor
    let template = partials[partial.name] as Template | string | undefined
    if (!template && partial.t) template = partial.t()
    if (partial.instance && partial.base === template) return partial.instance
    if (typeof template === 'string') {
      template = this.cc(template)
    }
    if (!template) return null
    partial.base = template
    const texts = (partials['stackText'] ??= {}) as Record<string, string>
    for (const key in partial.subs) {
      texts[key] ||= (this.activeSub !== undefined && texts[this.activeSub as string]) || this.text
    }
    return (partial.instance = specialize(template, partial, this, texts))
  }

  /** Renders a partial. */
  rp(symbol: string, context: Context, partials: Partials, indent?: string): string {
    const template = this.ep(symbol, partials)
    return template ? template.ri(context, partials, indent) : ''
  }

  /** Renders a section once, or for each item of the list on top of the stack. */
  rs(context: Context, partials: Partials, section: Section): void {
    const tail = context.at(-1)
    if (!isArray(tail)) return section(context, partials, this)
    for (let i = 0; i < tail.length; i++) {
      context.push(tail[i])
      section(context, partials, this)
      context.pop()
    }
  }

  /** Is a section to be rendered? If so, its value is put on the stack. */
  s(
    value: unknown,
    context: Context,
    partials: Partials,
    inverted: 0 | 1,
    start?: number,
    end?: number,
    tags?: string,
  ): boolean {
    if (isArray(value) && value.length === 0) return false
    if (isFunction(value)) {
      const top = context.at(-1)
      value = value.call(top)
      if (isFunction(value)) {
        if (inverted) return true
        const text = (this.activeSub && this.subsText?.[this.activeSub]) || this.text
        return this.ls(value, top, partials, text.substring(start as number, end), tags)
      }
    }
    if (!inverted && value) context.push(typeof value === 'object' ? value : context.at(-1))
    return !!value
  }

  /** Finds a name. */
  g(key: string, context: Context, partials: Partials, section: 0 | 1): unknown {
    return this[key.includes('.') ? 'd' : 'f'](key, context, partials, section)
  }

  /** The escaped value of a name. */
  e(key: string, context: Context, partials: Partials): string {
    return this.v(this.g(key, context, partials, 0))
  }

  /** The value of a name, as it is. */
  u(key: string, context: Context, partials: Partials): string {
    return this.t(this.g(key, context, partials, 0))
  }

  /** A section. */
  n(
    key: string,
    context: Context,
    partials: Partials,
    section: Section,
    start?: number,
    end?: number,
    tags?: string,
  ): void {
    if (this.s(this.g(key, context, partials, 1), context, partials, 0, start, end, tags)) {
      this.rs(context, partials, section)
      context.pop()
    }
  }

  /** Is an inverted section to be rendered? */
  o(key: string, context: Context, partials: Partials): boolean {
    return !this.s(this.g(key, context, partials, 1), context, partials, 1)
  }

  /** Finds a dotted name. */
  d(key: string, context: Context, partials: Partials, section: 0 | 1): unknown {
    const names = key.split('.')
    let value = this.f(names[0] as string, context, partials, section)
    let owner: unknown = null
    if (key === '.' && isArray(context.at(-2))) {
      value = context.at(-1)
    } else {
      for (let i = 1; i < names.length; i++) {
        const found = this.k(names[i] as string, value)
        if (found !== undefined) {
          owner = value
          value = found
        } else {
          value = ''
        }
      }
    }
    if (section && !value) return false
    if (!section && isFunction(value)) {
      context.push(owner)
      value = this.mv(value, context, partials)
      context.pop()
    }
    return value
  }

  /** Finds a name, from the top of the stack down. */
  f(key: string, context: Context, partials: Partials, section: 0 | 1): unknown {
    for (let i = context.length - 1; i >= 0; i--) {
      const value = this.k(key, context[i])
      if (value !== undefined) {
        return !section && isFunction(value) ? this.mv(value, context, partials) : value
      }
    }
    return section ? false : ''
  }

  /** A key of one object. */
  k(key: string, scope: unknown): unknown {
    if (!scope || typeof scope !== 'object') return undefined
    const value = (scope as Record<string, unknown>)[key]
    if (value !== undefined) return value
    const { get } = scope as { get?: unknown }
    return this.options.modelGet && isFunction(get) ? get.call(scope, key) : undefined
  }

  /** A lambda that takes the section's text and gives a template. */
  ls(
    lambda: (this: unknown, text?: string) => unknown,
    top: unknown,
    partials: Partials,
    text: string,
    tags?: string,
  ): false {
    const before = this.options.delimiters
    if (tags) this.options.delimiters = tags
    this.b(this.ct(toText(lambda.call(top, text)), top, partials))
    this.options.delimiters = before as string
    return false
  }

  /** Renders a template given as text. */
  ct(text: string, top: unknown, partials: Partials): string {
    if (this.options.disableLambda) throw new Error('Lambda features disabled.')
    return this.cc(text).render(top, partials)
  }

  /** Compiles. */
  cc(text: string): Template {
    if (!this.c)
      throw new Error('No compiler: lambdas and texts as partials need hulkAmd({ lambdas: true })')
    return this.c.compile(text, this.options)
  }

  /** The value of a method. */
  mv(method: (this: unknown) => unknown, context: Context, partials: Partials): unknown {
    const top = context.at(-1)
    const value = method.call(top)
    return isFunction(value) ? this.ct(toText(value.call(top)), top, partials) : value
  }

  /** Renders a block. */
  sub(name: string, context: Context, partials: Partials, indent?: string): void {
    const sub = this.subs[name]
    if (sub) {
      this.activeSub = name
      sub(context, partials, this, indent)
      this.activeSub = false
    }
  }
}

// A template without code renders nothing; generated code stands on the instance.
Template.prototype.r = () => ''

/** A parent with blocks put in: it inherits the parent's template and blocks. */
function specialize(
  parent: Template,
  partial: Descriptor,
  child: Template,
  texts: Record<string, string>,
): Template {
  const template = Object.create(parent) as Template
  template.subs = Object.create(parent.subs) as Record<string, Sub>
  template.subsText = texts
  template.buf = ''
  const subs = (template.stackSubs = child.stackSubs ?? {})
  const partials = (template.stackPartials = child.stackPartials ?? {})
  for (const key in partial.subs) subs[key] ||= partial.subs[key] as Sub
  for (const key in partial.partials) partials[key] ||= partial.partials[key] as Descriptor
  Object.assign(template.subs, subs)
  Object.assign(template.partials, partials)
  return template
}
