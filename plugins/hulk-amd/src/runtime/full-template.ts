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
    const text = (this.activeSub && this.subsText?.[this.activeSub]) || this.text
    const before = this.options.delimiters
    if (tags) this.options.delimiters = tags
    this.b(this.ct(this.t(lambda.call(top, text.substring(start, end))), top, partials))
    this.options.delimiters = before as string
    return false
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
