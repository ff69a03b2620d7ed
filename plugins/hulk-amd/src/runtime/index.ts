/** What compiled templates import. */
export type { CodeObject, Compiler, Links, TemplateOptions } from './code.ts'
export { Template } from './template.ts'
export { unpack } from './unpack.ts'
