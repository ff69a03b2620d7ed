// @ts-check
/**
 * `kovu vm …` in a process of its own, from the sources: kovu-vm.mjs OPTIONS WORD …
 */
import { fileURLToPath } from 'node:url'
import { runnerImport } from 'vite'

const [options = '{}', ...args] = process.argv.slice(2)
const { module } =
  /** @type {{ module: typeof import('../../src/index.ts') }} */
  (await runnerImport(fileURLToPath(new URL('../../src/index.ts', import.meta.url))))
const { commands } = module.vmServices(JSON.parse(options)).api.kovu
const log = { info: console.log, warn: console.error, error: console.error }
process.exitCode = (await commands.vm.run({ root: process.cwd(), args, log })) ?? 0
