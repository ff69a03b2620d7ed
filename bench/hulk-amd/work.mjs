// @ts-check
/** Work of one process: compiling, rendering, loading. CPU milliseconds; ratios are ours to theirs. */
import { spawnSync } from 'node:child_process'
import { lint } from '../../plugins/hulk-amd/dist/lint/index.js'
import { emitAmdFile, mapOf, pack } from '../../plugins/hulk-amd/dist/output/index.js'
import { unpack } from '../../plugins/hulk-amd/dist/runtime/index.js'
import { parseTemplate } from '../../plugins/hulk-amd/dist/template/index.js'
import { cpuSince, median, round } from './measure.mjs'
import { hogan, wrapping } from './peers.mjs'
import { alike, many, varied, words } from './templates.mjs'

/**
 * CPU milliseconds of work that only this process does, so that nobody pays for another's garbage: this file is run again with
 * the work's name.
 *
 * @param {number} rounds @param {string} theirs @param {string} ours
 */
function compare(rounds, theirs, ours) {
  const [a = 0, b = 0] = [theirs, ours].map((name) =>
    median(
      Array.from({ length: 3 }, () => {
        const argv = [import.meta.filename, String(rounds), name]
        const { stdout, stderr, status } = spawnSync(process.execPath, argv, { encoding: 'utf8' })
        if (status !== 0) throw new Error(stderr)
        return Number(stdout)
      }),
    ),
  )
  return { theirs: round(a), ours: round(b), ratio: round(b / a) }
}

/** What `compare` runs. @type {Record<string, () => () => void>} */
const works = {
  'compile varied hogan': () => compileByHogan(many(300, varied)),
  'compile varied ours': () => compileByOurs(many(300, varied)),
  'compile alike hogan': () => compileByHogan(many(300, alike)),
  'compile alike ours': () => compileByOurs(many(300, alike)),
  'render hogan': () => {
    const list = many(300, varied).map((text) => hogan.compile(text.trim()))
    return () => list.forEach((one) => one.render(context))
  },
  'render ours': () => {
    const list = many(300, varied).map((text) => unpack(packed(text)))
    return () => list.forEach((one) => one.render(context))
  },
  'load hogan': () => {
    const codes = many(300, varied).map((text) => hogan.compile(text.trim(), { asString: true }))
    const script = codes.map((code) => `new T(${code})`).join(';')
    // A comment that is new each time keeps the engine from knowing the script.
    // oxlint-disable-next-line no-implied-eval -- a page's script
    return () => void new Function('T', `${script}//${Math.random()}`)(hogan.Template)
  },
  'load ours': () => {
    const list = many(300, varied).map(packed)
    return () => list.forEach((one) => unpack(one))
  },
}

const context = Object.fromEntries(words.map((word) => [word, { name: word, title: '<b>' }]))

/** @param {string} text */
function packed(text) {
  const template = parseTemplate(text)
  return pack(template.tree, template.text).text
}

/** @param {string[]} texts */
function compileByHogan(texts) {
  return () => {
    hogan.cache = {}
    for (const text of texts) hogan.compile(text, { asString: true })
  }
}

/** @param {string[]} texts */
function compileByOurs(texts) {
  return () => {
    for (const text of texts) {
      const template = parseTemplate(text)
      lint(template.tree)
      mapOf(emitAmdFile(template, wrapping), 'a.mustache', text, template.shift)
    }
  }
}

/** Median CPU milliseconds of a piece of work that has been compiled by the engine. @param {number} rounds @param {() => void} work */
function cpuOf(rounds, work) {
  const times = Array.from({ length: 10 + rounds * 5 }, () => {
    const before = process.cpuUsage()
    work()
    return cpuSince(before)
  })
  return median(times.slice(10))
}

/** @param {number} rounds */
export function measureWork(rounds) {
  for (const [name, what] of /** @type {const} */ ([
    ['compile varied', 'compile 300 varied templates, with warnings and map'],
    ['compile alike', 'compile 300 templates that are alike'],
    ['render', 'render 300 templates'],
    ['load', 'load 300 templates'],
  ])) {
    console.log(`${what}, CPU ms:`, compare(rounds, `${name} hogan`, `${name} ours`))
  }
}

// The process that `compare` starts.
const [, file, rounds, name] = process.argv
const work = file === import.meta.filename ? works[name ?? ''] : undefined
if (work) console.log(cpuOf(Number(rounds), work()))
