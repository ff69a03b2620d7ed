/** Replacing templates in the browser. Development only. */
export { keep, replace, type Code, type TemplateUpdate } from './keep.ts'
export { isTemplate, type Replaceable } from './record.ts'
