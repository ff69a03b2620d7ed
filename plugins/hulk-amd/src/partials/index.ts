/** Partials: what a template names, the files meant, circles, and what nobody uses. */
export { partialsCommand } from './command.ts'
export { endlessCycle, leadsTo } from './cycles.ts'
export { Partials } from './find.ts'
export { partialsOf, type PartialUse } from './uses.ts'
