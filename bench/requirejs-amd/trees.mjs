// @ts-check
/** The trees that are built and loaded: made up ones of any size, and libraries from npm. */
import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** Finds what the plugin's own tests use. */
export const require = createRequire(
  join(import.meta.dirname, '../../plugins/requirejs-amd/package.json'),
)

/**
 * Writes a file.
 * @param {string} folder @param {string} name @param {string} text
 */
export function write(folder, name, text) {
  const path = join(folder, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}

/**
 * A tree of small modules with long chains.
 * @param {string} folder
 * @param {number} count
 * @param {number} length of a chain: r.js recurses, and overflows Node's stack at some hundred
 */
export function synthetic(folder, count, length = 60) {
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
    const chain = at - (at % length)
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
  const ends = ids.filter((_, at) => at % length === length - 1 || at === count - 1)
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
export const trees = {
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
