// @ts-check
/** Runs every benchmark in bench/ (or those whose names are given), one after another, each in a process of its own. */
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'

const folder = join(import.meta.dirname, '../bench')
const asked = process.argv.slice(2)
const failed = readdirSync(folder)
  .filter(
    (name) =>
      name.endsWith('.mjs') && (asked.length === 0 || asked.some((part) => name.includes(part))),
  )
  .filter((name) => {
    console.log(`\n── ${name} ──`)
    return spawnSync(process.execPath, [join(folder, name)], { stdio: 'inherit' }).status !== 0
  })
process.exitCode = failed.length === 0 ? 0 : 1
