// @ts-check
/**
 * AMD trees, built by r.js, webpack 5, Rspack 2 and this plugin, and loaded in Chromium by require.js and in development. Whole
 * processes, medians of interleaved runs. Needs `npm run build`; webpack and Rspack are installed into the temporary folder.
 *
 *     node bench/requirejs-amd.mjs [runs] [build | load] [part of a tree's name | number of modules]
 */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { measureBuilds } from './requirejs-amd/build.mjs'
import { measureLoads } from './requirejs-amd/load.mjs'

const [runs = '3', what, which] = process.argv.slice(2)
const root = realpathSync(mkdtempSync(join(tmpdir(), 'kovu-bench-amd-')))
try {
  if (what !== 'load') measureBuilds(root, Number(runs), which)
  if (what !== 'build') await measureLoads(root, Number(runs), Number(which ?? 2000))
} finally {
  rmSync(root, { recursive: true, force: true })
}
