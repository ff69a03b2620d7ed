// @ts-check
/** Whole processes, by their wall clock and by the time that their threads worked. */
import { spawnSync } from 'node:child_process'

/**
 * Runs Node.
 * @param {string} cwd @param {readonly string[]} argv
 * @returns {{ wall: number, cpu: number }} seconds
 */
export function run(cwd, argv) {
  const { status, stderr } = spawnSync(
    'bash',
    ['-c', `TIMEFORMAT='%3R %3U %3S'; time "$0" "$@" >/dev/null`, process.execPath, ...argv],
    { cwd, encoding: 'utf8' },
  )
  if (status !== 0) throw new Error(`${argv.join(' ')}: ${stderr}`)
  const [wall = 0, user = 0, system = 0] = (stderr.trimEnd().split('\n').at(-1) ?? '')
    .split(' ')
    .map(Number)
  return { wall, cpu: user + system }
}

/** CPU milliseconds that this process has had since. @param {NodeJS.CpuUsage} before */
export function cpuSince(before) {
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

/** @param {readonly number[]} values */
export const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0
/** @param {number} n */
export const round = (n) => Number(n.toPrecision(3))
