import { createRequire } from 'node:module'

/** hogan.js 3.0.2 itself, the judge in these tests. */
export interface HoganModule {
  compile(text: string, options?: Record<string, unknown>): unknown
  Template: new (code: unknown, text?: string, compiler?: unknown, options?: unknown) => Rendered
  cache: Record<string, unknown>
}

export interface Rendered {
  text: string
  render(context?: unknown, partials?: unknown, indent?: string): string
}

const require = createRequire(import.meta.url)

export const hogan: HoganModule = require('hogan.js') as HoganModule

/** The path of hogan.js's command. */
export const hulkPath: string = require.resolve('hogan.js/bin/hulk')

/** hogan.js's own tests, which the package brought last with version 2.0.0. */
export const hoganTestsPath: string = require.resolve('hogan.js-2/test/index.js')

/** What an AMD page loads. */
export const requireJsPath: string = require.resolve('requirejs/require.js')
export const hoganAmdPath: string = require.resolve('hogan.js/dist/hogan-3.0.2.amd.js')
export const textPluginPath: string = require.resolve('requirejs-text')
