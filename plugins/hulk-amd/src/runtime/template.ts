/**
 * What compiled templates run on in the browser: the semantics of hogan.js 3.0.2's `Hogan.Template`, in strict mode
 * and without a compiler (so no `eval` is needed). The one-letter names are the interface of the generated code.
 */
import type { Code, CodeObject, Context, Descriptor, Partials, Section, Sub } from './code.ts'

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  "'": '&#39;',
  '"': '&quot;',
}
const { isArray } = Array

/** A function of a context. */
type Lambda = (this: unknown, text?: string) => unknown

function isFunction(value: unknown): value is Lambda {
  return typeof value === 'function'
}

/** Adds what is not there yet. */
function merge<T>(into: Record<string, T> = {}, from?: Record<string, T>): Record<string, T> {
  return Object.assign(into, { ...from, ...into })
}

/** A compiled template. */
export class Template {
  declare r: Code
  declare partials: Record<string, Descriptor>
  declare subs: Record<string, Sub>
  declare buf: string
  /** Partials that were made, by symbol. */
  declare made: Record<string, Template>
  /** Of a made partial: what it was made of. */
  declare of: Descriptor | undefined
  declare base: Template | undefined
  declare ss: Record<string, Sub> | undefined
  declare ps: Record<string, Descriptor> | undefined

  constructor(code: CodeObject = {}) {
    if (code.code) this.r = code.code
    this.partials = code.partials ?? {}
    this.subs = code.subs ?? {}
    this.buf = ''
    this.made = {}
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
    return this.t(value).replace(/[&<>'"]/g, (char) => ENTITIES[char] as string)
  }

  /** A value as it is. */
  t(value: unknown): string {
    // oxlint-disable-next-line no-base-to-string -- templates write whatever they are given
    return String(value ?? '')
  }

  /** Writes. The indentation of the line is for those who override this. */
  b(text: string, _indent?: string): void {
    this.buf += text
  }

  /** Writes text whose lines are indented. */
  x(text: string, indent?: string): void {
    this.b(indent ? text.split(/\n(?!\n)/).join(`\n${indent}`) : text)
  }

  /** Gives what was written. */
  fl(): string {
    const text = this.buf
    this.buf = ''
    return text
  }

  /** The template of a partial: made once, unless another is given or the module is replaced. */
  ep(symbol: string, partials: Partials): Template | undefined {
    const partial = this.partials[symbol] as Descriptor
    let base = partials[partial.name] as Template | string | undefined
    if (!base && partial.t) base = partial.t()
    const made = this.made[symbol]
    if (made?.of === partial && made.base === base) return made
    if (typeof base === 'string') base = this.cc(base)
    return base && (this.made[symbol] = this.sp(base, partial, partials))
  }

  /** A parent with blocks put in: it inherits the parent's template and blocks. */
  sp(base: Template, of: Descriptor, _partials: Partials): Template {
    // Blocks that are given first win, and stay for what this template includes next, as in hogan.js.
    const subs = merge(this.ss, of.subs)
    const partials = merge(this.ps, of.partials)
    return Object.assign(Object.create(base) as Template, {
      of,
      base,
      buf: '',
      made: {},
      ss: subs,
      ps: partials,
      // What the base gets in place of its own later on is seen here.
      subs: merge(Object.create(base.subs) as Record<string, Sub>, subs),
      partials: merge(Object.create(base.partials) as Record<string, Descriptor>, partials),
    })
  }

  /** Renders a partial. */
  rp(
    symbol: string,
    context: Context,
    partials: Partials,
    indent?: string,
    _outer?: string,
  ): string {
    return this.ep(symbol, partials)?.ri(context, partials, indent) ?? ''
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
    if (isArray(value) && !value.length) return false
    if (isFunction(value)) {
      const top = context.at(-1)
      value = value.call(top)
      if (isFunction(value)) return !!inverted || this.ls(value, top, partials, start, end, tags)
    }
    if (!inverted && value) context.push(this.p(value, context))
    return !!value
  }

  /** What a section puts on the stack: the value, or again what is there. */
  p(value: unknown, context: Context): unknown {
    return typeof value === 'object' ? value : context.at(-1)
  }

  /** Finds a dotted name. */
  d(key: string, context: Context, partials: Partials, section: 0 | 1): unknown {
    const names = key.split('.')
    let value = this.f(names[0] as string, context, partials, section)
    let owner: unknown = null
    if (key === '.' && isArray(context.at(-2))) {
      value = context.at(-1)
    } else {
      for (const name of names.slice(1)) {
        const found = this.k(name, value)
        if (found !== undefined) owner = value
        value = found === undefined ? '' : found
      }
    }
    if (section) return value || false
    if (isFunction(value)) {
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
    return scope && typeof scope === 'object' ? (scope as Record<string, unknown>)[key] : undefined
  }

  /** The value of a method. */
  mv(method: Lambda, context: Context, partials: Partials): unknown {
    const top = context.at(-1)
    const value = method.call(top)
    return isFunction(value) ? this.ct(this.t(value.call(top)), top, partials) : value
  }

  /** Renders a lambda that takes the section's text: not without a compiler. */
  ls(
    _lambda: Lambda,
    _top: unknown,
    _partials: Partials,
    _start?: number,
    _end?: number,
    _tags?: string,
  ): boolean {
    return !this.cc('')
  }

  /** Renders a template given as text. */
  ct(text: string, top: unknown, partials: Partials): string {
    return this.cc(text).render(top, partials)
  }

  /** Compiles: not without a compiler. */
  cc(_text: string): Template {
    throw new Error('No compiler: set hulkAmd({ lambdas: true })')
  }

  /** Renders a block. */
  sub(
    name: string,
    context: Context,
    partials: Partials,
    indent?: string,
    _space?: string,
    _own?: Sub,
  ): void {
    this.subs[name]?.(context, partials, this, indent)
  }
}

// A template without code renders nothing; generated code stands on the instance.
Template.prototype.r = () => ''
