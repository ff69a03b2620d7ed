// @ts-check
/**
 * The graph: what it costs to find that nothing is to do, what one edit costs, and what the graph adds to the raw work. CPU is user and
 * system time of whole processes, rounds of the peers taking turns; each row ends with its target.
 *
 * The edits add a ruleset, which is rendered alone. What changes a variable or a mixin takes the whole sheet: about half of a build from
 * nothing for the one with Bootstrap, of which `less.render` alone is the half again.
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
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join, resolve } from 'node:path'
import { build } from 'vite'

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

async function inPlayground() {
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

    const fromNothing = (/** @type {readonly [string, ...string[]]} */ command) => () => {
      clean()
      return cpu(root, command)
    }
    // A difference of a few percent: single pairs scatter by more than that.
    const [graph, raw] = takeTurns(
      Math.max(rounds, 5),
      fromNothing(kovu),
      fromNothing(await bundled(root, withoutGraph)),
    )
    report('what the graph adds to a build from nothing', graph / raw - 1, 0.05)
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

/** The same targets in the same order, with nothing learned, compared or remembered. */
const withoutGraph = `
import { loadProject } from ${JSON.stringify(join(repository, 'plugins/kovu/dist/cli/project.js'))}
import { readArguments } from ${JSON.stringify(join(repository, 'plugins/kovu/dist/cli/arguments.js'))}
import { plan } from ${JSON.stringify(join(repository, 'plugins/kovu/dist/graph/plan.js'))}
import { run } from ${JSON.stringify(join(repository, 'plugins/kovu/dist/graph/run.js'))}
const project = await loadProject(readArguments([]), ['all'])
const nodes = plan(project.graph, ['all'])
project.announce(nodes.map(({ name }) => name))
await run(nodes, {
  root: project.config.root,
  mode: project.config.mode,
  force: false,
  log: console,
  signal: new AbortController().signal,
  report: () => {},
  build: () => project.build(),
})
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

/**
 * A program as one file that V8 optimizes as late as the command's own, so that it differs in what it does alone.
 *
 * @param {string} root Of the site: the program goes to a folder of its own in it.
 * @param {string} code
 * @returns {Promise<readonly [string, ...string[]]>} The command.
 */
async function bundled(root, code) {
  const folder = join(root, '.raw')
  mkdirSync(join(folder, 'dist/bundle'), { recursive: true })
  writeFileSync(join(folder, 'main.mjs'), code)
  cpSync(join(repository, 'plugins/kovu/package.json'), join(folder, 'package.json'))
  await build({
    configFile: false,
    logLevel: 'warn',
    build: {
      ssr: join(folder, 'main.mjs'),
      target: 'node20',
      outDir: join(folder, 'dist/bundle'),
      rolldownOptions: { external: /^[^./]/ },
    },
  })
  const [major = ''] = process.versions.node.split('.')
  const late = readFileSync(bin, 'utf8').match(new RegExp(`\\b${major}: '(--[\\w-]+=\\d+)'`))
  return [process.execPath, ...(late?.slice(1) ?? []), join(folder, 'dist/bundle/main.js')]
}

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

/** Runs a command some times and prints the CPU seconds of all its processes, also of those that outlive it by a moment. */
const count = `
import ctypes, os, resource, subprocess, sys
PR_SET_CHILD_SUBREAPER = 36
ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
for _ in range(int(sys.argv[1])):
    done = subprocess.run(sys.argv[2:], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode: sys.exit(done.stdout.decode())
    try:
        while True: os.wait()
    except ChildProcessError: pass
took = resource.getrusage(resource.RUSAGE_CHILDREN)
print(took.ru_utime + took.ru_stime)
`

/**
 * CPU seconds of a command.
 *
 * @param {string} cwd
 * @param {readonly [string, ...string[]]} command
 * @param {number} times How often it runs.
 */
function cpu(cwd, command, times = 1) {
  const { status, stdout, stderr } = spawnSync(
    'python3',
    ['-c', count, String(times), ...command],
    { cwd, encoding: 'utf8' },
  )
  if (status !== 0) throw new Error(`${command.join(' ')} failed\n${stdout}${stderr}`)
  return Number(stdout) / times
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
await inPlayground()
