// @ts-check
/**
 * The graph: what it costs to find that nothing is to do, what one edit costs, and what the graph adds to the raw work. CPU is user and
 * system time of whole processes, rounds of the peers taking turns; each row ends with its target.
 *
 *     node bench/kovu.mjs [rounds]
 */
import { spawnSync } from 'node:child_process'
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join, resolve } from 'node:path'

const repository = resolve(import.meta.dirname, '..')
const playground = join(repository, 'playground')
const bin = join(repository, 'plugins/kovu/bin/kovu.js')
const rounds = Number(process.argv[2] ?? 5)
mkdirSync(join(repository, '.tmp'), { recursive: true })

/** @type {readonly [string, ...string[]]} */
const kovu = [process.execPath, bin]
/** @type {readonly [string, ...string[]]} */
const nothing = [process.execPath, '-e', '0']

/**
 * Nothing to do, against a Node that does nothing.
 *
 * @param {number} inputs
 */
function inSite(inputs) {
  const root = mkdtempSync(join(repository, '.tmp/bench-'))
  try {
    for (let at = 0; at < inputs; at++) {
      const folder = join(root, 'media', String(at % 100))
      mkdirSync(folder, { recursive: true })
      writeFileSync(join(folder, `${at}.less`), `.c${at} { order: ${at} }\n`)
    }
    writeFileSync(join(root, 'vite.config.mjs'), siteConfig)
    cpu(root, kovu)
    const [ours, node] = takeTurns(
      rounds,
      () => cpu(root, kovu, 10),
      () => cpu(root, nothing, 10),
    )
    report(`nothing to do, ${inputs} inputs / node -e 0`, ours / node, 2.2)
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

function inPlayground() {
  const root = copyPlayground()
  try {
    const clean = () => {
      for (const name of ['node_modules', 'staticroot'])
        rmSync(join(root, name), { recursive: true, force: true })
    }
    const make = /** @type {const} */ ([
      'make',
      '-C',
      'legacy',
      'all',
      `PYTHON=${join(root, '.venv/bin/python')}`,
    ])
    cpu(root, kovu)
    const [ours, theirs] = takeTurns(
      1,
      () => cpu(root, kovu, 10),
      () => cpu(root, make),
    )
    report('nothing to do / make all (2012), nothing changed', ours / theirs, 0.05)

    for (const [sheet, partial] of [
      ['a sheet of its own', 'people/static/people/css/profile.less'],
      ['a part of the sheet with Bootstrap', 'media/main/css/partials/cards.less'],
    ]) {
      const [edited, whole] = takeTurns(
        rounds,
        () => {
          appendFileSync(
            join(root, partial ?? ''),
            `\n.edit-${performance.now().toFixed(0)} { top: 0 }\n`,
          )
          return cpu(root, kovu)
        },
        () => {
          clean()
          return cpu(root, kovu)
        },
      )
      report(`one edit, ${sheet} / a build from nothing`, edited / whole, 0.35)
    }

    const shares = Array.from({ length: rounds }, () => {
      clean()
      const { stdout, stderr } = spawnSync(
        process.execPath,
        ['--input-type=module', '-e', measured],
        { cwd: root, encoding: 'utf8' },
      )
      const found = /graph (\d+) of (\d+)/.exec(stdout)
      if (found === null) throw new Error(`no measurement\n${stdout}${stderr}`)
      return Number(found[1]) / Number(found[2])
    })
    report('the graph / the whole of a build from nothing', median(shares), 0.05)
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

/** Runs the command in this process, with a clock around everything that learns, compares and remembers. */
const measured = `
import { History } from ${JSON.stringify(join(repository, 'plugins/kovu/dist/graph/history.js'))}
import { Notes } from ${JSON.stringify(join(repository, 'plugins/kovu/dist/graph/learn.js'))}
import { main } from ${JSON.stringify(join(repository, 'plugins/kovu/dist/cli/main.js'))}
let graph = 0
let depth = 0
for (const [kind, names] of [[History, ['open', 'why', 'begin', 'end', 'save']], [Notes, ['input', 'output']]]) {
  for (const name of names) {
    const own = kind.prototype[name]
    kind.prototype[name] = function (...args) {
      const before = process.hrtime.bigint()
      depth += 1
      try {
        return own.apply(this, args)
      } finally {
        depth -= 1
        if (depth === 0) graph += Number(process.hrtime.bigint() - before) / 1000
      }
    }
  }
}
await main([])
const { user, system } = process.cpuUsage()
console.log('graph ' + Math.round(graph) + ' of ' + (user + system))
`

/** Three targets that read every file below media. */
const siteConfig = `
import fs from 'node:fs'
import path from 'node:path'
const root = import.meta.dirname
const target = (name, deps) => ({ help: name, deps, run({ input, output }) {
  input('glob:media/**/*.less')
  for (const file of fs.readdirSync(path.join(root, 'media'), { recursive: true }))
    if (file.endsWith('.less')) input(path.join(root, 'media', file))
  fs.writeFileSync(path.join(root, name + '.out'), name)
  output(path.join(root, name + '.out'))
} })
export default { plugins: [{ name: 'bench', api: { kovu: { targets: {
  css: target('css', []), js: target('js', []), static: target('static', ['css', 'js']),
} } } }] }
`

/** A copy without anything built; packages are found by walking up, so it lies inside the repository. */
function copyPlayground() {
  const root = mkdtempSync(join(repository, '.tmp/bench-'))
  const left = new Set(['node_modules', '.venv', 'staticroot', 'build', '__pycache__'])
  cpSync(playground, root, {
    recursive: true,
    filter: (source) => !left.has(source.slice(source.lastIndexOf('/') + 1)),
  })
  for (const link of ['.venv', 'legacy/node_modules']) {
    if (existsSync(join(playground, link))) symlinkSync(join(playground, link), join(root, link))
  }
  return root
}

/**
 * CPU seconds of a command.
 *
 * @param {string} cwd
 * @param {readonly [string, ...string[]]} command
 * @param {number} times How often it runs.
 */
function cpu(cwd, [program, ...args], times = 1) {
  const before = childCpu()
  for (let at = 0; at < times; at++) {
    const { status, stdout, stderr } = spawnSync(program, args, { cwd, encoding: 'utf8' })
    if (status !== 0) throw new Error(`${program} ${args.join(' ')} failed\n${stdout}${stderr}`)
  }
  return (childCpu() - before) / times
}

/** CPU seconds of all children that have ended, by the kernel's own count. */
function childCpu() {
  const ticks = Number(spawnSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }).stdout)
  const { stdout } = spawnSync('cat', [`/proc/${process.pid}/stat`], { encoding: 'utf8' })
  const fields = stdout
    .slice(stdout.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number)
  return ((fields[13] ?? 0) + (fields[14] ?? 0)) / ticks
}

/**
 * Medians of two measurements that take turns.
 *
 * @param {number} rounds
 * @param {() => number} one
 * @param {() => number} other
 * @returns {[number, number]}
 */
function takeTurns(rounds, one, other) {
  const pairs = Array.from({ length: rounds }, () => [one(), other()])
  return [
    median(pairs.map(([first]) => first ?? 0)),
    median(pairs.map(([, second]) => second ?? 0)),
  ]
}

/** @param {readonly number[]} values */
function median(values) {
  return values.toSorted((a, b) => a - b).at(Math.floor(values.length / 2)) ?? 0
}

/**
 * @param {string} what
 * @param {number} ratio
 * @param {number} target
 */
function report(what, ratio, target) {
  console.log(`${what.padEnd(62)} ${ratio.toFixed(3)}  target ≤ ${target}`)
}

for (const inputs of [300, 3000]) inSite(inputs)
inPlayground()
