/** The hooks: thin, each a sub-plugin. */
export { hotPlugin } from './hot.ts'
export { resolvePlugin } from './resolve.ts'
export { servePlugin } from './serve.ts'
export { transformPlugin } from './transform.ts'
