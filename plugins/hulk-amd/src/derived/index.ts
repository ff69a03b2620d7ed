/** Derived files: `hello.template.js` from `hello.template.mustache`, for peers, for the `templates` target, for the terminal. */
export { hulkCommand } from './print.ts'
export { derivations, render } from './render.ts'
export { templatesTarget } from './write.ts'
