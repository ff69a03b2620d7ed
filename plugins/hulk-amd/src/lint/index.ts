/** Warnings of what is legal but unsafe. */
export { lint } from './rules.ts'
