// @ts-check
/** Lints and format-checks the Python of the playground and of the tests with ruff, which it installs beside Django when missing. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

const bin = join(import.meta.dirname, '../playground/.venv/bin')
const ruff = join(bin, 'ruff')
const options = { cwd: join(import.meta.dirname, '..'), stdio: /** @type {const} */ ('inherit') }
if (!existsSync(ruff))
  spawnSync(
    join(bin, 'python'),
    ['-m', 'pip', 'install', '-q', '--disable-pip-version-check', 'ruff==0.14.*'],
    options,
  )
const lint = spawnSync(ruff, ['check', 'playground', 'plugins'], options)
const format = spawnSync(ruff, ['format', '--check', 'playground', 'plugins'], options)
process.exitCode = lint.status === 0 && format.status === 0 ? 0 : 1
