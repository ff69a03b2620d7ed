/** The rest of `Hogan.Template`: what needs a compiler, and its options. */
import type {
  CodeObject,
  Compiler,
  Context,
  Descriptor,
  Partials,
  TemplateOptions,
} from './code.ts'
import { Template } from './template.ts'

/** A template that knows its text and a compiler: lambdas get the section's text, and partials may be texts. */
export class FullTemplate extends Template {
  declare text: string
  declare c: Compiler | undefined
  declare options: TemplateOptions
  declare activeSub: string | false | undefined
  declare subsText: Record<string, string> | undefined

  constructor(code?: CodeObject, text = '', compiler?: Compiler, options: TemplateOptions = {}) {
    super(code)
    this.text = text
    this.c = compiler
    this.options = options
  }

  override sp(parent: Template, partial: Descriptor, partials: Partials): Template {
    const texts = (partials['stackText'] ??= {}) as Record<string, string>
    for (const key in partial.subs) {
      texts[key] ||= (this.activeSub !== undefined && texts[this.activeSub as string]) || this.text
    }
    const template = super.sp(parent, partial, partials) as FullTemplate
    template.subsText = texts
    return template
  }

  override k(key: string, scope: unknown): unknown {
    const value = super.k(key, scope)
    if (value !== undefined || !this.options.modelGet || !scope) return value
    const { get } = scope as { get?: unknown }
    return typeof scope === 'object' && typeof get === 'function' ? get.call(scope, key) : undefined
  }

  override ls(
    lambda: (this: unknown, text?: string) => unknown,
    top: unknown,
    partials: Partials,
    start = 0,
    end?: number,
    tags?: string,
  ): false {
    const text = this.t(lambda.call(top, this.source(start, end)))
    this.b(this.within(tags, () => this.ct(text, top, partials)))
    return false
  }

  /** The text of a section: of the child's, when it stands in a block that a child gives. */
  source(start: number, end?: number): string {
    const text = (this.activeSub && this.subsText?.[this.activeSub]) || this.text
    return text.substring(start, end)
  }

  /** Does something while a section's delimiters are in force. */
  within<T>(tags: string | undefined, work: () => T): T {
    const before = this.options.delimiters
    if (tags) this.options.delimiters = tags
    try {
      return work()
    } finally {
      if (before === undefined) delete this.options.delimiters
      else this.options.delimiters = before
    }
  }

  override ct(text: string, top: unknown, partials: Partials): string {
    if (this.options.disableLambda) throw new Error('Lambda features disabled.')
    return super.ct(text, top, partials)
  }

  override cc(text: string): Template {
    return this.c ? this.c.compile(text, this.options) : super.cc(text)
  }

  override sub(
    name: string,
    context: Context,
    partials: Partials,
    indent?: string,
    space?: string,
  ): void {
    if (!this.subs[name]) return
    this.activeSub = name
    super.sub(name, context, partials, indent, space)
    this.activeSub = false
  }
}
