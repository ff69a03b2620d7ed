import { createRequire } from 'node:module'

/** The version of this package, for what it keeps between runs: another version may render otherwise. */
export const version: string = (
  createRequire(import.meta.url)('../package.json') as { version: string }
).version
