// @ts-check
/** Whole processes, by their wall clock and by the time that their threads worked. */
import { spawnSync } from 'node:child_process'

/**
 * Runs Node.
 * @param {readonly string[]} args @param {string} cwd
 * @returns {{ wall: number, cpu: number }} seconds
 */
export function run(args, cwd) {
  const { status, stderr } = spawnSync(
    'bash',
    ['-c', `TIMEFORMAT='%R %U %S'; time "$0" "$@" >/dev/null`, process.execPath, ...args],
    { cwd, encoding: 'utf8' },
  )
  if (status !== 0) throw new Error(`${args.join(' ')}: ${stderr}`)
  const [wall = 0, user = 0, system = 0] = (stderr.trimEnd().split('\n').at(-1) ?? '')
    .split(' ')
    .map(Number)
  return { wall, cpu: user + system }
}

/** @param {readonly number[]} numbers */
export const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? 0
