/** Replacing templates in the browser. Development only. */
export {
  isTemplate,
  keep,
  replace,
  type Code,
  type Replaceable,
  type TemplateUpdate,
} from './keep.ts'
