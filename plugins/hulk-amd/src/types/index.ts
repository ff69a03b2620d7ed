/** Declarations of templates: the type of what they are rendered with. */
export { writeAllTypes, writeTypes } from './file.ts'
