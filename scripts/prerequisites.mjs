// @ts-check
/** Says what a fresh machine lacks before npm and pip fail on it with less kind words. */
import { spawnSync } from 'node:child_process'

const problems = []

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (!((major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major > 22)) {
  problems.push(`Node ${process.versions.node} is too old: install Node 20.19 or later.`)
}

const python = process.env.PYTHON ?? 'python3'
const answer = spawnSync(
  python,
  ['-c', 'import sys, venv; print("%d.%d" % sys.version_info[:2])'],
  { encoding: 'utf8' },
)
if (answer.error !== undefined) {
  problems.push(`${python} was not found: install Python 3.10 or later, or name it in PYTHON.`)
} else if (answer.status !== 0) {
  problems.push(
    `${python} cannot make virtual environments: install its venv module (Debian: apt-get install python3-venv).`,
  )
} else {
  const [pythonMajor = 0, pythonMinor = 0] = answer.stdout.trim().split('.').map(Number)
  if (pythonMajor < 3 || (pythonMajor === 3 && pythonMinor < 10)) {
    problems.push(
      `Python ${answer.stdout.trim()} is too old: install Python 3.10 or later, or name it in PYTHON.`,
    )
  }
}

for (const problem of problems) console.error(problem)
process.exitCode = problems.length === 0 ? 0 : 1
