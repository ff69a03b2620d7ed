// @ts-check
/**
 * The whole build of the playground: its Makefile of 2012 (lessc, hulk, r.js, collectstatic) against `kovu static`, whole processes,
 * from nothing and once more with nothing changed. CPU is user and system time of all children.
 *
 *     node bench/playground.mjs [rounds]
 */
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { join, resolve } from 'node:path'

const repository = resolve(import.meta.dirname, '..')
const playground = join(repository, 'playground')
const python = join(playground, '.venv/bin/python')
const rounds = Number(process.argv[2] ?? 3)
const left = new Set(['node_modules', '.venv', 'staticroot', 'build', '__pycache__'])

/** A copy without anything built; packages are found by walking up, so it lies inside the repository. */
function copy() {
  mkdirSync(join(repository, '.tmp'), { recursive: true })
  const root = mkdtempSync(join(repository, '.tmp/bench-'))
  cpSync(playground, root, {
    recursive: true,
    filter: (source) => !left.has(source.slice(source.lastIndexOf('/') + 1)),
  })
  for (const link of ['.venv', 'legacy/node_modules']) {
    if (existsSync(join(playground, link))) symlinkSync(join(playground, link), join(root, link))
  }
  return root
}

/** @param {string} root @param {readonly [string, ...string[]]} command @returns {{ wall: number, cpu: number }} seconds */
function time(root, [program, ...args]) {
  const [before, started] = [childCpu(), performance.now()]
  const { status, stderr } = spawnSync(program, args, { cwd: root, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} failed\n${stderr}`)
  return { wall: (performance.now() - started) / 1000, cpu: childCpu() - before }
}

/** CPU seconds of all children that have ended, by the kernel's own count; 0 where there is no /proc. */
function childCpu() {
  if (!existsSync('/proc/self/stat')) return 0
  const { stdout } = spawnSync('getconf', ['CLK_TCK'], { encoding: 'utf8' })
  const fields = readStat()
  return (fields[13] + fields[14]) / Number(stdout)
}

/** Fields of /proc/self/stat behind the process's name, as numbers. */
function readStat() {
  const { stdout } = spawnSync('cat', [`/proc/${process.pid}/stat`], { encoding: 'utf8' })
  return stdout
    .slice(stdout.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number)
}

/** @param {number[]} values */
function median(values) {
  return values.toSorted((a, b) => a - b).at(Math.floor(values.length / 2)) ?? 0
}

/** @type {Record<string, readonly [string, ...string[]]>} */
const ways = {
  'make all (2012)': ['make', '-C', 'legacy', 'all', `PYTHON=${python}`],
  'kovu static': [join(repository, 'node_modules/.bin/kovu'), 'static'],
}

/** @type {Record<string, { cold: { wall: number, cpu: number }, again: { wall: number, cpu: number } }>} */
const results = {}
for (const [name, command] of Object.entries(ways)) {
  const runs = Array.from({ length: rounds }, () => {
    const root = copy()
    try {
      return { cold: time(root, command), again: time(root, command) }
    } finally {
      rmSync(root, { recursive: true, force: true })
    }
  })
  const of = (/** @type {'cold' | 'again'} */ which) => ({
    wall: median(runs.map((run) => run[which].wall)),
    cpu: median(runs.map((run) => run[which].cpu)),
  })
  results[name] = { cold: of('cold'), again: of('again') }
}

const [old, ours] = Object.values(results)
for (const which of /** @type {const} */ (['cold', 'again'])) {
  for (const [name, result] of Object.entries(results)) {
    const { wall, cpu } = result[which]
    console.log(
      `${which.padEnd(6)} ${name.padEnd(16)} ${wall.toFixed(2)} s wall  ${cpu.toFixed(2)} s CPU`,
    )
  }
  if (old === undefined || ours === undefined) continue
  const ratio = (/** @type {'wall' | 'cpu'} */ what) =>
    (ours[which][what] / old[which][what]).toFixed(2)
  console.log(`${which.padEnd(6)} ours / theirs      ${ratio('wall')} wall  ${ratio('cpu')} CPU\n`)
}
