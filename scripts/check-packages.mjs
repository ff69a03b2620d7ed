// @ts-check
/** Judges every package as npm would publish it: publint (strict) and Are the Types Wrong (ESM only). */
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'

const plugins = join(import.meta.dirname, '../plugins')
const failed = readdirSync(plugins).filter((name) => {
  const cwd = join(plugins, name)
  return [
    ['publint', '--strict'],
    ['attw', '--pack', '.', '--profile', 'esm-only', '--quiet'],
  ].some((command) => {
    const { status, stdout, stderr } = spawnSync('npx', ['--no-install', ...command], {
      cwd,
      encoding: 'utf8',
    })
    if (status !== 0) console.error(`${name}: ${command.join(' ')}\n${stdout}${stderr}`)
    return status !== 0
  })
})
if (failed.length === 0) console.log('packages: publint and attw find nothing')
process.exitCode = failed.length === 0 ? 0 : 1
