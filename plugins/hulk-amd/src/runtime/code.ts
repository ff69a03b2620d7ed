/** What generated code is made of. Types only. */
import type { Template } from './template.ts'

/** The stack of contexts, the innermost last. */
export type Context = unknown[]
/** The body of a template. */
export type Code = (this: Template, context: Context, partials: Partials, indent?: string) => string
/** The body of a block. */
export type Sub = (
  context: Context,
  partials: Partials,
  template: Template,
  indent?: string,
) => void
/** Templates (or their texts) by name, as they are given to `render`. */
export type Partials = Record<string, unknown>
/** The body of a section. */
export type Section = (context: Context, partials: Partials, template: Template) => void

/** A partial as a compiled template knows it. */
export interface Descriptor {
  name: string
  partials?: Record<string, Descriptor>
  subs?: Record<string, Sub>
  /** Gives the imported template of that name. */
  t?: (() => Template) | undefined
  /** All imported templates, for those whose name is found out later. */
  links?: Links
}

/** Imported templates by the name they have as partials, asked for when they are used: cycles work. */
export type Links = Readonly<Record<string, () => Template>>

/** Where a section's text stands, and the delimiters there. */
export type Place = readonly [start: number, end: number, tags: string]

/** The object a compiled template is made of. */
export interface CodeObject {
  code?: Code
  partials?: Record<string, Descriptor>
  subs?: Record<string, Sub>
}

/** Compiles a text at run time: a lambda's result, or a partial given as text. */
export interface Compiler {
  compile(text: string, options?: TemplateOptions): Template
}

/** What the compiler is told at run time. */
export interface TemplateOptions {
  delimiters?: string
  disableLambda?: boolean
  modelGet?: boolean
  sectionTags?: readonly { readonly o: string; readonly c: string }[]
}
