// @ts-check
/** Runs every benchmark of bench/ (or those whose names contain a given word), one after another, each in a process of its own. */
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'

const folder = join(import.meta.dirname, '../bench')
const asked = process.argv.slice(2)
const failed = readdirSync(folder)
  .filter((name) => /\.(?:mjs|bench\.ts)$/.test(name))
  .filter((name) => asked.length === 0 || asked.some((part) => name.includes(part)))
  .filter((name) => {
    console.log(`\n── ${name} ──`)
    const [program, ...args] = name.endsWith('.mjs')
      ? [process.execPath, join(folder, name)]
      : ['npx', '--no-install', 'vitest', 'bench', '--run', '--project', 'unit', `bench/${name}`]
    return spawnSync(program, args, { stdio: 'inherit' }).status !== 0
  })
process.exitCode = failed.length === 0 ? 0 : 1
