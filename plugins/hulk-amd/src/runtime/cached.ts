import type { Compiler, TemplateOptions } from './code.ts'
import type { Template } from './template.ts'

/** More than lambdas and partials give; a page whose lambdas never give the same text twice must not fill up. */
const MAX_CACHED = 1000

/** A compiler that knows the texts it has seen. */
export function cached(compile: (text: string, options: TemplateOptions) => Template): Compiler {
  const known = new Map<string, Template>()
  return {
    compile(text, options = {}) {
      const key = JSON.stringify([text, options])
      const before = known.get(key)
      if (before) return before
      if (known.size >= MAX_CACHED) known.clear()
      // The options at this moment: a lambda's delimiters are in force only while it runs.
      const template = compile(text, { ...options })
      known.set(key, template)
      return template
    },
  }
}
