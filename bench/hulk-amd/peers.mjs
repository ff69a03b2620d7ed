// @ts-check
/** hogan.js and hulk as the plugin has them, and what stands around the code of both. */
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'

export const repository = resolve(import.meta.dirname, '../..')
const require = createRequire(join(repository, 'plugins/hulk-amd/package.json'))
// The plugin's, not the workspace's.
const name = 'hogan.js'
export const hogan = require(name)
export const hulk = join(dirname(require.resolve(`${name}/package.json`)), 'bin/hulk')
export const kovu = join(repository, 'plugins/kovu/bin/kovu.js')
export const wrapping = { hoganId: name, variable: 'templates' }
