/** Warnings of what is legal but unsafe, or looks mistyped. */
export { examine } from './findings.ts'
export { lint } from './rules.ts'
