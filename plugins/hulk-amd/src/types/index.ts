/** Declarations of templates: the type of what they are rendered with. */
export { writeTypes } from './file.ts'
