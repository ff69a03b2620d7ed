// @ts-check
/** Builds of one AMD tree as one script: r.js, r.js with its minifier, webpack 5, Rspack 2, and this plugin in `vite build`. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { minifySync } from 'vite'
import { median, run } from './measure.mjs'
import { require, trees, write } from './trees.mjs'

const plugin = join(import.meta.dirname, '../../plugins/requirejs-amd')
const vite = join(dirname(require.resolve('vite/package.json')), 'bin/vite.js')
const rjs = require.resolve('requirejs/bin/r.js')

/** The tool that others are compared with: a build from nothing. */
const own = 'vite build'

/** The peers that no test needs, installed once beside the temporary files. Undefined where npm cannot get them. */
function installPeers() {
  const folder = join(tmpdir(), 'kovu-bench-peers')
  if (!existsSync(join(folder, 'node_modules/@rspack/core'))) {
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'package.json'), '{ "private": true }')
    const args = ['install', '--no-audit', '--no-fund', '--ignore-scripts']
    const { status } = spawnSync('npm', [...args, 'webpack@5', '@rspack/core@2'], { cwd: folder })
    if (status !== 0) return undefined
  }
  return folder
}

/** A script that runs a bundler with webpack's interface. @param {string} peers @param {string} name @param {string} more */
function bundler(peers, name, more) {
  return `import { createRequire } from 'node:module'
const pack = createRequire(${JSON.stringify(`${peers}/package.json`)})(${JSON.stringify(name)})
const run = pack.webpack ?? pack.rspack ?? pack
run({ mode: 'production', context: process.cwd(), entry: './www/js/peer.js', devtool: false, performance: false,
  resolve: { modules: ['www/js', 'node_modules'] }, ${more}
  output: { path: process.cwd() + '/out-' + ${JSON.stringify(name.replace(/\W/g, ''))}, filename: 'main.js' } },
  (error, stats) => { if (error || stats.hasErrors()) { console.error(error ?? stats.toString('errors-only')); process.exit(1) } })
`
}

/**
 * Measures.
 * @param {string} root a folder for trees and outputs @param {number} runs @param {string | undefined} only name of a tree
 */
export function measureBuilds(root, runs, only) {
  const peers = installPeers()
  if (peers === undefined) console.log('webpack and Rspack cannot be installed: they are left out')
  for (const [name, make] of Object.entries(trees)) {
    if (only !== undefined && !name.includes(only)) continue
    const folder = join(root, name)
    make(join(folder, 'www'))
    const file = (/** @type {string} */ out, /** @type {string} */ optimize) =>
      `({baseUrl:'www/js',name:'main',optimize:'${optimize}',out:'${out}'})`
    write(folder, 'none.js', file('none.out.js', 'none'))
    write(folder, 'uglify.js', file('uglify.out.js', 'uglify'))
    write(folder, 'build.js', file('www/js/built.js', 'uglify'))
    write(
      folder,
      'vite.config.mjs',
      `import amd from '@kovu/requirejs-amd'\nexport default { publicDir: 'www', cacheDir: 'kept', logLevel: 'error', build: { copyPublicDir: false, outDir: 'out' }, plugins: [amd({ build: 'build.js' })] }\n`,
    )
    // As npm would have it: Vite takes files of the project into its bundle of the configuration.
    mkdirSync(join(folder, 'node_modules/@kovu'), { recursive: true })
    symlinkSync(plugin, join(folder, 'node_modules/@kovu/requirejs-amd'))
    if (peers !== undefined) {
      // They would put what `require([…])` names into a file of its own.
      const main = readFileSync(join(folder, 'www/js/main.js'), 'utf8')
      write(folder, 'www/js/peer.js', main.replace('require(', 'define('))
      write(folder, 'webpack.mjs', bundler(peers, 'webpack', ''))
      write(folder, 'rspack.mjs', bundler(peers, '@rspack/core', 'amd: {},'))
    }
    const tools = {
      'r.js': { args: [rjs, '-o', 'none.js'], out: 'none.out.js' },
      'r.js + uglify': { args: [rjs, '-o', 'uglify.js'], out: 'uglify.out.js' },
      ...(peers === undefined
        ? {}
        : {
            webpack: { args: ['webpack.mjs'], out: 'out-webpack/main.js' },
            Rspack: { args: ['rspack.mjs'], out: 'out-rspackcore/main.js' },
          }),
      [own]: { args: [vite, 'build'], out: 'out/js/built.js' },
      // What the run before has kept, nothing changed.
      'vite build, again': { args: [vite, 'build'], out: 'out/js/built.js' },
    }
    /** @type {Record<string, { wall: number, cpu: number }[]>} */
    const times = {}
    for (let at = 0; at < runs; at++) {
      for (const [tool, { args }] of Object.entries(tools)) {
        if (tool === own) rmSync(join(folder, 'kept'), { recursive: true, force: true })
        ;(times[tool] ??= []).push(run(args, folder))
      }
    }
    report(folder, name, tools, times)
  }
}

/**
 * @param {string} folder @param {string} name
 * @param {Record<string, { args: string[], out: string }>} tools
 * @param {Record<string, { wall: number, cpu: number }[]>} times
 */
function report(folder, name, tools, times) {
  const figures = Object.entries(tools).map(([tool, { out }]) => {
    const code = readFileSync(join(folder, out), 'utf8')
    return {
      tool,
      wall: median((times[tool] ?? []).map(({ wall }) => wall)),
      cpu: median((times[tool] ?? []).map(({ cpu }) => cpu)),
      size: Buffer.byteLength(code),
      gz: gzipSync(code, { level: 9 }).length,
    }
  })
  const ours = figures.find(({ tool }) => tool === own)
  console.log(
    `\n${name}${' '.repeat(Math.max(1, 36 - name.length))}wall     cpu      size        gz     ours/theirs: wall  cpu   gz`,
  )
  for (const { tool, wall, cpu, size, gz } of figures) {
    const ratio = (/** @type {number} */ our, /** @type {number} */ their) =>
      (our / their).toFixed(2)
    console.log(
      `  ${tool.padEnd(30)}${wall.toFixed(2).padStart(6)} s${cpu.toFixed(2).padStart(7)} s${String(size).padStart(10)} ${String(gz).padStart(9)}           ${ratio(ours?.wall ?? 0, wall)}  ${ratio(ours?.cpu ?? 0, cpu)}  ${ratio(ours?.gz ?? 0, gz)}`,
    )
  }
  const none = readFileSync(join(folder, 'none.out.js'), 'utf8')
  const minified = minifySync('none.js', none, { module: false }).code
  console.log(
    `  ${"r.js's output in Vite's minifier".padEnd(45)}${String(minified.length).padStart(10)} ${String(gzipSync(minified, { level: 9 }).length).padStart(9)}`,
  )
}
