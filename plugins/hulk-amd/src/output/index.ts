/** From the tree of a template to modules: AMD, CommonJS, ES, with their source maps. */
export { UnmappedCode, type Code } from './code.ts'
export {
  emitAmdFile,
  emitCode,
  emitCommonJs,
  emitEsm,
  emitNamedAmd,
  emitRender,
  emitText,
} from './emit.ts'
export { generate } from './generate.ts'
export { pack } from './pack.ts'
export { PACKAGED, VIRTUAL } from './runtime-names.ts'
export { mapOf, type SourceMap } from './source-map.ts'
