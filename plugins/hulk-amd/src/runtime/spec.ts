/** Templates by the letter of the Mustache specification, where hogan.js reads it otherwise. */
import type { CodeObject, Context, Descriptor, Links, Partials, Sub } from './code.ts'
import { FullTemplate } from './full-template.ts'
import type { Template } from './template.ts'
import { unpack } from './unpack.ts'

type Lambda = (this: unknown, text?: string) => unknown

/**
 * Indentation is written when a line gets its first character, whoever writes it: so lines of partials and blocks are
 * indented once each, however deep they come from.
 */
export class SpecTemplate extends FullTemplate {
  /** Is the line still empty? */
  declare fresh: boolean
  /** The indentation of the last line. */
  declare indent: string | undefined
  /** After a partial: is the line behind it empty? */
  declare after: boolean | undefined

  override ri(context: Context, partials: Partials, indent?: string): string {
    this.fresh = true
    return super.ri(context, partials, indent)
  }

  override b(text: string, indent: string = this.indent ?? ''): void {
    if (this.after === undefined) {
      if (this.fresh) this.buf += indent
      this.fresh = false
    } else {
      // A partial has indented its lines itself.
      if (text) this.fresh = this.after
      this.after = undefined
    }
    this.buf += text
  }

  override x(text: string, indent?: string): void {
    // The indentation of the whole is not written before its first line is.
    if (indent === undefined) return
    this.indent = indent
    for (const line of text.split(/(?<=\n)/)) {
      if (this.fresh && !/^\r?\n/.test(line)) this.buf += indent
      this.buf += line
      this.fresh = line.endsWith('\n')
    }
  }

  /** `{{>*name}}`: the name of the partial is in the context. */
  override rp(
    symbol: string,
    context: Context,
    partials: Partials,
    space = '',
    outer = '',
  ): string {
    const template = this.ep(this.dynamic(symbol, context, partials), partials)
    const indent = this.fresh || space ? outer + space : ''
    const text = template ? template.ri(context, partials, indent) : ''
    this.after = (template as SpecTemplate | undefined)?.fresh ?? text.endsWith('\n')
    return text
  }

  /** The symbol of a partial, or of the one it names in this context. */
  dynamic(symbol: string, context: Context, partials: Partials): string {
    const partial = this.partials[symbol] as Descriptor
    if (!partial.name.startsWith('*')) return symbol
    const key = partial.name.slice(1).trim()
    const name = this.t(this[key.includes('.') ? 'd' : 'f'](key, context, partials, 0))
    const named = `${symbol}*${name}`
    this.partials[named] ??= { ...partial, name, t: partial.links?.[name] }
    return named
  }

  /** Blocks given to one partial are not seen by the next. */
  override sp(base: Template, of: Descriptor, partials: Partials): Template {
    const { ss, ps } = this
    this.ss = { ...ss }
    this.ps = { ...ps }
    const made = super.sp(base, of, partials)
    this.ss = ss
    this.ps = ps
    return made
  }

  /** A function that takes a text is a lambda; one that takes nothing is a method, as in hogan.js. */
  override s(
    value: unknown,
    context: Context,
    partials: Partials,
    inverted: 0 | 1,
    start = 0,
    end?: number,
    tags?: string,
  ): boolean {
    if (typeof value !== 'function' || value.length === 0) {
      return super.s(value, context, partials, inverted, start, end, tags)
    }
    if (inverted) return true
    const text = this.t((value as Lambda).call(context.at(-1), this.source(start, end)))
    this.b(this.within(tags, () => this.expand(text, context, partials)))
    return false
  }

  /** What a method or a lambda gives is a template. */
  override mv(method: Lambda, context: Context, partials: Partials): unknown {
    const top = context.at(-1)
    const value = method.call(top)
    const result = typeof value === 'function' ? (value as Lambda).call(top) : value
    return typeof result === 'string' ? this.expand(result, context, partials) : result
  }

  /** Renders a text with all contexts. Without a tag in it no compiler is needed. */
  expand(text: string, context: Context, partials: Partials): string {
    const [open = '{{'] = this.options.delimiters?.split(' ') ?? []
    return text.includes(open) ? this.cc(text).ri([...context], partials) : text
  }

  /** A section's value is the top of the stack, whatever it is. */
  override p(value: unknown): unknown {
    return value
  }

  /** `{{.}}` is the top of the stack. */
  override d(key: string, context: Context, partials: Partials, section: 0 | 1): unknown {
    if (key !== '.') return super.d(key, context, partials, section)
    const value: unknown = context.at(-1)
    return !section && typeof value === 'function'
      ? this.mv(value as Lambda, context, partials)
      : value
  }

  /** A block inside a block has a content of its own, too. */
  override sub(
    name: string,
    context: Context,
    partials: Partials,
    indent = '',
    space = '',
    own?: Sub,
  ): void {
    if (this.subs[name]) super.sub(name, context, partials, indent + space)
    else own?.(context, partials, this, indent + space)
  }
}

/**
 * Reads a packed template.
 *
 * @param packed What `pack` wrote for the specification.
 * @param links Imported partials by name.
 */
export function unpackSpec(packed: string, links: Links = {}): Template {
  return unpack(packed, links, (code: CodeObject) => new SpecTemplate(code))
}
