/** From the text of a template to its tree. Knows neither files nor Vite. */
export { parse, type Node, type SectionTag } from './parse.ts'
export { parseTemplate, trimmed, type ParsedTemplate } from './read.ts'
export { reindent } from './reindent.ts'
export { scan } from './scan.ts'
