// @ts-check
/**
 * One AMD tree as one layer: r.js, r.js with its minifier, and this plugin in `vite build`. Whole processes, medians.
 * Needs `npm run build`. `node bench/requirejs-amd.mjs [runs]`.
 */
import { execFileSync } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import { minifySync } from 'vite'

const require = createRequire(join(import.meta.dirname, '../plugins/requirejs-amd/package.json'))
const plugin = pathToFileURL(
  join(import.meta.dirname, '../plugins/requirejs-amd/dist/index.js'),
).href
const vite = join(dirname(require.resolve('vite/package.json')), 'bin/vite.js')
const runs = Number(process.argv[2] ?? 3)
const root = realpathSync(mkdtempSync(join(tmpdir(), 'kovu-bench-amd-')))

/** @param {string} folder @param {string} name @param {string} text */
function write(folder, name, text) {
  const path = join(folder, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}

/** A tree of small modules with long chains. @param {string} folder @param {number} count */
function synthetic(folder, count) {
  let seed = 12345
  const random = () => (seed = (seed * 1103515245 + 12345) & 0x7fffffff) / 0x7fffffff
  const words =
    'account profile feed post comment like view model router event button dialog list item cache store render format time user group notify badge photo album stream search filter sort page layout header footer menu option value state'.split(
      ' ',
    )
  const word = () => words[Math.floor(random() * words.length)]
  const ids = Array.from(
    { length: count },
    (_, at) => `${['app', 'lib', 'ui', 'core'][at % 4]}/${word()}/${word()}${at}`,
  )
  ids.forEach((id, at) => {
    // Chains of 60: r.js recurses, and overflows Node's stack at some hundred.
    const chain = at - (at % 60)
    const deps = new Set(at === chain ? [] : [ids[at - 1]])
    for (let more = at > 20 ? Math.floor(random() * 4) : 0; more > 0; more--) {
      deps.add(
        ids[
          Math.floor(
            random() < 0.5 || at === chain ? random() * 20 : chain + random() * (at - chain),
          )
        ],
      )
    }
    const list = [...deps]
    const names = list.map((_, index) => word() + index)
    write(
      folder,
      `js/${id}.js`,
      `define([${list.map((dep) => `'${dep}'`).join(', ')}], function (${names.join(', ')}) {
  'use strict';
  // ${word()} ${word()} ${word()}
  function ${word()}${at}(input, options) {
    if (!input || input.length === 0) { return null; }
    var total = 0;
    for (var index = 0; index < input.length; index++) {
      total += options.${word()} ? input[index] * ${Math.floor(random() * 50)} : input[index].${word()}.length;
    }
    return { ${word()}: total, name: '${word()} ${word()}' };
  }
  return {
    id: '${id}',
    sum: ${names.map((name) => `${name}.sum % 1000003`).join(' + ') || '1'} + ${at},
    ${word()}: function (value) { return value + '${word()}-${word()}'; }
  };
});
`,
    )
  })
  const ends = ids.filter((_, at) => at % 60 === 59 || at === count - 1)
  write(
    folder,
    'js/main.js',
    `require([${ends.map((id) => `'${id}'`).join(', ')}], function (first) { window.sentinel = first.sum; });\n`,
  )
}

/** @param {string} folder @param {string} from @param {string} to @param {string} main */
function tree(folder, from, to, main) {
  cpSync(from, join(folder, 'js', to), { recursive: true })
  write(folder, 'js/main.js', main)
}

/** @type {Record<string, (folder: string) => void>} */
const trees = {
  'synthetic 500': (folder) => synthetic(folder, 500),
  'synthetic 2,000': (folder) => synthetic(folder, 2000),
  'synthetic 8,000': (folder) => synthetic(folder, 8000),
  'lodash-amd': (folder) =>
    tree(
      folder,
      dirname(require.resolve('lodash-amd/package.json')),
      'lodash',
      `require([${['array', 'collection', 'date', 'function', 'lang', 'math', 'number', 'object', 'seq', 'string', 'util'].map((part) => `'lodash/${part}'`).join(', ')}], function () {});\n`,
    ),
  'jquery src': (folder) =>
    tree(
      folder,
      join(dirname(require.resolve('jquery/package.json')), 'src'),
      'jquery',
      "require(['jquery/jquery'], function () {});\n",
    ),
}

/** @param {number[]} numbers */
const median = (numbers) => numbers.sort((a, b) => a - b)[numbers.length >> 1] ?? 0

try {
  for (const [name, make] of Object.entries(trees)) {
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
      `import amd from '${plugin}'\nexport default { publicDir: 'www', logLevel: 'error', build: { copyPublicDir: false, outDir: 'out' }, plugins: [amd({ build: 'build.js' })] }\n`,
    )
    const rjs = require.resolve('requirejs/bin/r.js')
    const tools = {
      'r.js': { args: [rjs, '-o', 'none.js'], out: 'none.out.js' },
      'r.js + uglify': { args: [rjs, '-o', 'uglify.js'], out: 'uglify.out.js' },
      'vite build': { args: [vite, 'build'], out: 'out/js/built.js' },
    }
    /** @type {Record<string, number[]>} */
    const times = {}
    for (let run = 0; run < runs; run++) {
      for (const [tool, { args }] of Object.entries(tools)) {
        const before = performance.now()
        execFileSync(process.execPath, args, {
          cwd: folder,
          stdio: ['ignore', 'ignore', 'inherit'],
        })
        ;(times[tool] ??= []).push(performance.now() - before)
      }
    }
    console.log(`\n${name}`)
    const report = (/** @type {string} */ what, /** @type {string} */ code, seconds = '') =>
      console.log(
        `  ${what.padEnd(34)}${seconds.padStart(8)}${String(Buffer.byteLength(code)).padStart(10)} B${String(gzipSync(code, { level: 9 }).length).padStart(9)} B gz`,
      )
    for (const [tool, { out }] of Object.entries(tools)) {
      report(
        tool,
        readFileSync(join(folder, out), 'utf8'),
        `${(median(times[tool] ?? []) / 1000).toFixed(2)} s`,
      )
    }
    const none = readFileSync(join(folder, 'none.out.js'), 'utf8')
    report("r.js's output in Vite's minifier", minifySync('none.js', none, { module: false }).code)
  }
} finally {
  rmSync(root, { recursive: true, force: true })
}
