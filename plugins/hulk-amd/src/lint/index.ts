/** Warnings of what is legal but unsafe, or looks mistyped. */
export { linkPartials, lintTemplate, type Warn } from './findings.ts'
export { lint } from './rules.ts'
