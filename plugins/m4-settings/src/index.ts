export { m4, type M4Options } from './m4/index.ts'
